package nets

import (
	"testing"
	"time"

	"pavilion/booking"
)

// exampleMonth is a month in which the days before the fifth are over and those after the horizon too far.
func exampleMonth(s step) monthView {
	v := newMonthView(riverside(), june(5, 10, 0), s)
	v.today = juneDay(5)
	first := booking.DayIn(v.begin, time.UTC)
	for day := first; day < booking.DayIn(v.begin.AddDate(0, 1, 0), time.UTC); day++ {
		status := booking.Free
		switch {
		case day < v.today:
			status = booking.Over
		case day > v.today+30:
			status = booking.NotYet
		case day == juneDay(6):
			status = booking.Taken
		case day == juneDay(7):
			status = booking.OnHold
		case day == juneDay(8):
			status = booking.Shut
		case day == juneDay(5):
			status = booking.ShortTerm
		}
		v.days = append(v.days, booking.DayStatus{Day: day, Status: status})
	}
	return v
}

// exampleFirstDays is a week with free times. Its first day has the given status.
func exampleFirstDays(now time.Time, first booking.Status) firstDaysView {
	v := firstDaysView{club: riverside(), today: booking.DayIn(now, zone())}
	for day := v.today; day < v.today+7; day++ {
		v.days = append(v.days, booking.DayStatus{Day: day, Status: booking.Free})
	}
	v.days[0].Status = first
	return v
}

func calendarGoldens() []goldenScreen {
	june26 := 2026*12 + 5
	return []goldenScreen{
		{"several clubs", []verb{stepClubs}, clubsView{[]booking.Club{riverside(), {ID: 2, Name: "Hillside \u202eCricket\n Club and Academy of the Upper Valley and Beyond"}}}},
		{"the first days, on a Friday", []verb{stepFirstDays}, exampleFirstDays(june(5, 10, 0), booking.Free)},
		{"the first days, on a Monday whose times are over", []verb{stepFirstDays}, exampleFirstDays(june(8, 23, 0), booking.Over)},
		{"the first days, on a Sunday that is full", []verb{stepFirstDays}, exampleFirstDays(june(7, 10, 0), booking.Taken)},
		{"the first days, when the nets are closed today", []verb{stepFirstDays}, exampleFirstDays(june(10, 10, 0), booking.Shut)},
		{"the first month", []verb{stepMonth}, exampleMonth(step{Verb: stepMonth, Club: 1})},
		{"the last month", []verb{stepMonth}, exampleMonth(step{Verb: stepMonth, Club: 1, Page: june26 + 1})},
		{"a month to move a booking to", []verb{stepMonth}, exampleMonth(step{Verb: stepMonth, Club: 1, Booking: 12})},
		{"a month to block a time in", nil, changed(exampleMonth(step{Verb: stepMonth, Club: 1}), func(v *monthView) { v.forBlock = true })},
		{"a month to close a day in", []verb{stepClosureMonth}, exampleMonth(step{Verb: stepClosureMonth, Club: 1})},
	}
}

func TestMonthView_StaysBetweenNowAndTheHorizon(t *testing.T) {
	t.Parallel()
	june26 := 2026*12 + 5
	for page, want := range map[int]int{0: june26, june26: june26, june26 + 1: june26 + 1, june26 + 2: june26 + 1} {
		if v := newMonthView(riverside(), june(5, 10, 0), step{Verb: stepMonth, Page: page}); v.page != want {
			t.Errorf("month %d shows %d, want %d", page, v.page, want)
		}
	}
}
