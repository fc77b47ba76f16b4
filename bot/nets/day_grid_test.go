package nets

import (
	"fmt"
	"testing"
	"time"

	"pavilion/booking"
)

func dayGoldens() []goldenScreen {
	today := step{Verb: stepDay, Club: 1, Day: juneDay(5)}
	tomorrow := step{Verb: stepDay, Club: 1, Day: juneDay(6)}
	nets := exampleNets()[:2]
	mixed := func(row, net int) booking.Start {
		switch {
		case row == 0:
			return booking.Start{Status: booking.Over}
		case row == 1 && net == 0:
			return booking.Start{Status: booking.ShortTerm}
		case row == 2 && net == 0:
			return takenStart()
		case row == 2:
			return booking.Start{Status: booking.OnHold}
		case row == 3 && net == 1:
			return booking.Start{Status: booking.Shut}
		}
		return freeStart(time.Hour)
	}
	long := func(row, _ int) booking.Start {
		return booking.Start{Status: booking.Free, Price: rupees(900), Longest: time.Duration(2-row) * time.Hour}
	}
	free := func(int, int) booking.Start { return freeStart(time.Hour) }
	full := func(int, int) booking.Start { return takenStart() }
	taken := startsOf(6, nets, func(row, net int) booking.Start {
		if net == 0 && row == 1 {
			return takenStart()
		}
		return freeStart(time.Hour)
	}, halfHours(6, 17, 4)...)
	tapped := step{Verb: stepTakenTime, Club: 1, Net: 1, Minute: unixMinute(june(6, 17, 30)), Length: 30}
	var manyNets []booking.Net
	for i := range 6 {
		manyNets = append(manyNets, booking.Net{ID: booking.NetID(i + 1), Name: fmt.Sprintf("Net %d", i+1), Active: true})
	}
	paged := func(part dayPart, page int) step {
		s := tomorrow
		s.Verb, s.Choice, s.Page = stepDayPart, int(part), page
		return s
	}
	day := func(found booking.Starts, s step, mine ...booking.Booking) dayView {
		return dayView{found: found, mine: mine, step: s}
	}
	eveningsFull := func(row, _ int) booking.Start {
		if row > 9 {
			return takenStart()
		}
		return freeStart(time.Hour)
	}
	played := changed(evening(), func(b *booking.Booking) {
		b.ID, b.State, b.Day, b.Span = 11, booking.CheckedIn, juneDay(1), booking.Span{Start: june(1, 18, 0), End: june(1, 19, 0)}
	})
	ownHold := changed(eveningHold(), func(b *booking.Booking) { b.ID, b.Nets = 13, []booking.NetID{2} })
	return []goldenScreen{
		{
			"today: over, too soon, taken, on hold, closed and free",
			[]verb{stepDay, stepGiveUpHold},
			day(startsOf(5, nets, mixed, halfHours(5, 9, 5)...), today),
		},
		{"a day in parts", []verb{stepDay}, day(startsOf(6, nets, free, halfHours(6, 10, 20)...), tomorrow)},
		{"a day in parts, for a member who plays in the evening", []verb{stepDay}, day(startsOf(6, nets, free, halfHours(6, 10, 20)...), tomorrow, played)},
		{"the afternoon", []verb{stepDayPart}, day(startsOf(6, nets, free, halfHours(6, 10, 20)...), paged(inAfternoon, 0))},
		{"a full evening of a day that is free before", []verb{stepDayPart}, day(startsOf(6, nets, eveningsFull, halfHours(6, 12, 15)...), paged(inEvening, 0))},
		{"a day with an own booking and an own hold", []verb{stepDay}, day(startsOf(6, nets, full, halfHours(6, 17, 5)...), tomorrow, evening(), ownHold)},
		{"one net", []verb{stepDay}, day(startsOf(6, nets[:1], free, halfHours(6, 17, 8)...), tomorrow)},
		{"many times and nets, first page", []verb{stepDay}, day(startsOf(6, manyNets, free, halfHours(6, 0, 30)...), tomorrow)},
		{"many times and nets, last page", []verb{stepDayPart}, day(startsOf(6, manyNets, free, halfHours(6, 0, 30)...), paged(inMorning, 99_999))},
		{"a full day", []verb{stepDay}, day(startsOf(6, nets, full, halfHours(6, 18, 2)...), tomorrow)},
		{"a closed day", []verb{stepDay}, day(startsOf(6, nets, full), tomorrow)},
		{
			"a day to move a booking of 90 minutes to",
			[]verb{stepDay},
			day(changed(startsOf(6, nets, long, halfHours(6, 18, 2)...), func(f *booking.Starts) { f.Length = 90 * time.Minute }), changed(tomorrow, func(s *step) { s.Booking = 12 })),
		},
		{"a taken time", []verb{stepTakenTime}, takenView{found: taken, step: tapped}},
		{"a taken time, for staff", []verb{stepTakenTime}, takenView{found: taken, step: tapped, staff: true}},
		{"a taken time with nothing free nearby", []verb{stepTakenTime}, takenView{found: startsOf(6, nets, full), step: tapped}},
		{"a taken time to move a booking to", []verb{stepTakenTime}, takenView{found: taken, step: changed(tapped, func(s *step) { s.Booking = 12 }), staff: true}},
		{"a lost race for a time", []verb{stepHold}, takenView{found: taken, step: tapped, lost: true}},
	}
}

// A day opens at the part in which the person usually plays. For a person without bookings it opens at the first part with a free time.
func TestDayView_OpensWhereThePersonUsuallyPlays(t *testing.T) {
	t.Parallel()
	at := func(day, hour int, state booking.State) booking.Booking {
		return changed(evening(), func(b *booking.Booking) {
			b.ID, b.Day, b.State, b.Span = booking.ID(100*day+hour), juneDay(day), state, booking.Span{Start: june(day, hour, 0), End: june(day, hour+1, 0)}
		})
	}
	free := func(int, int) booking.Start { return freeStart(time.Hour) }
	morningFull := func(row, _ int) booking.Start {
		if row < 4 {
			return takenStart()
		}
		return freeStart(time.Hour)
	}
	morningOver := func(row, _ int) booking.Start {
		if row < 4 {
			return booking.Start{Status: booking.Over}
		}
		return freeStart(time.Hour)
	}
	for name, c := range map[string]struct {
		at   func(row, net int) booking.Start
		mine []booking.Booking
		step step
		want dayPart
	}{
		"no bookings":                      {free, nil, step{}, inMorning},
		"no bookings, the morning is full": {morningFull, nil, step{}, inAfternoon},
		"no bookings, the morning is over": {morningOver, nil, step{}, inAfternoon},
		"two evenings and a morning":       {free, []booking.Booking{at(1, 18, booking.CheckedIn), at(2, 19, booking.Confirmed), at(3, 8, booking.CheckedIn)}, step{}, inEvening},
		"an evening, and a later morning":  {free, []booking.Booking{at(1, 18, booking.CheckedIn), at(2, 8, booking.CheckedIn)}, step{}, inMorning},
		"cancelled evenings":               {free, []booking.Booking{at(1, 18, booking.Cancelled), at(2, 18, booking.Expired), at(3, 13, booking.CheckedIn)}, step{}, inAfternoon},
		"mornings, and today's is over":    {morningOver, []booking.Booking{at(1, 8, booking.CheckedIn)}, step{}, inAfternoon},
		"mornings, and this one is full":   {morningFull, []booking.Booking{at(1, 8, booking.CheckedIn)}, step{}, inMorning},
		"a tab":                            {free, []booking.Booking{at(1, 8, booking.CheckedIn)}, step{Verb: stepDayPart, Choice: int(inEvening)}, inEvening},
		"a tab that has no times any more": {morningOver, []booking.Booking{at(1, 18, booking.CheckedIn)}, step{Verb: stepDayPart, Choice: int(inMorning)}, inEvening},
		"a part that does not exist":       {free, nil, step{Verb: stepDayPart, Choice: 77}, inMorning},
		"a booking that moves":             {free, []booking.Booking{at(1, 8, booking.CheckedIn), at(6, 13, booking.Confirmed)}, step{Booking: 613}, inAfternoon},
	} {
		v := dayView{found: startsOf(6, exampleNets()[:2], c.at, halfHours(6, 10, 20)...), mine: c.mine, step: c.step}
		if got := v.part(newGrid(v.found)); got != c.want {
			t.Errorf("%s: opens in part %d, want %d", name, got, c.want)
		}
	}
}

// Times after midnight belong to the evening of their opening day.
func TestPartOf_TheNightAfterIsEvening(t *testing.T) {
	t.Parallel()
	for at, want := range map[time.Time]dayPart{
		june(6, 0, 0): inMorning, june(6, 11, 59): inMorning, june(6, 12, 0): inAfternoon, june(6, 16, 59): inAfternoon, june(6, 17, 0): inEvening, june(7, 1, 30): inEvening,
	} {
		if got := partOf(juneDay(6), at, zone()); got != want {
			t.Errorf("%s is part %d, want %d", at.Format(time.DateTime), got, want)
		}
	}
}
