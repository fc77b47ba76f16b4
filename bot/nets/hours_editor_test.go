package nets

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pavilion/booking"
)

// weekHours are hours on weekdays in the morning and the evening, on Saturday into the night, and none on Sunday.
func weekHours(net booking.NetID) (hours []booking.OpeningHours) {
	for day := time.Monday; day <= time.Friday; day++ {
		hours = append(hours,
			booking.OpeningHours{Net: net, Weekday: day, Opens: 6 * 60, Closes: 12 * 60}, booking.OpeningHours{Net: net, Weekday: day, Opens: 16 * 60, Closes: 22 * 60})
	}
	return append(hours, booking.OpeningHours{Net: net, Weekday: time.Saturday, Opens: 18 * 60, Closes: 26 * 60})
}

func hoursGoldens() []goldenScreen {
	week := func(net booking.NetID, hours ...booking.OpeningHours) weekView {
		return weekView{club: riverside(), nets: exampleNets(), hours: hours, net: net}
	}
	return []goldenScreen{
		{"the nets of a club", []verb{stepNets}, netsView{club: riverside(), nets: exampleNets()}},
		{"the nets of a club, with bookings without a place and no day sheet", []verb{stepNets, stepSetSheetHour}, netsView{club: riverside(), nets: exampleNets(), stranded: 2}},
		{"when the staff get the day sheet", []verb{stepAskSheetHour}, sheetHourView{changed(riverside(), func(c *booking.Club) { c.DaySheet = new(6 * 60) })}},
		{"hours that leave a booking without a place", []verb{stepSetHours}, changed(week(0, weekHours(0)...), func(v *weekView) { v.stranded = 1 })},
		{"a club without nets", []verb{stepNets}, netsView{club: riverside()}},
		{"the hours of all nets", []verb{stepHours, stepSetHours, stepSetClosed, stepTypeHours}, week(0, weekHours(0)...)},
		{"a net without hours of its own", []verb{stepHours}, week(2, weekHours(0)...)},
		{"a net with hours of its own", []verb{stepHours, stepSetHours}, week(2, append(weekHours(0), booking.OpeningHours{Net: 2, Weekday: time.Monday, Opens: 7 * 60, Closes: 9*60 + 30})...)},
		{"open around the clock", []verb{stepHours}, week(0, booking.OpeningHours{Weekday: time.Monday, Opens: 0, Closes: wholeDay})},
		{"no hours", []verb{stepHours}, week(0)},
		{"when a weekday opens", []verb{stepAskOpening}, timeOfDayView{exampleNets(), step{Verb: stepAskOpening, Club: 1, Net: 2, Weekday: 1}}},
		{"when every day opens", []verb{stepAskOpening}, timeOfDayView{exampleNets(), step{Verb: stepAskOpening, Club: 1, Weekday: everyWeekday}}},
		{"when a weekday closes", []verb{stepAskClosing}, timeOfDayView{exampleNets(), step{Verb: stepAskClosing, Club: 1, Net: 2, Weekday: 1, Opens: 18 * 60}}},
		{"when a weekday closes that opens late", []verb{stepAskClosing}, timeOfDayView{exampleNets(), step{Verb: stepAskClosing, Club: 1, Weekday: 0, Opens: 23 * 60}}},
	}
}

func TestEditHours(t *testing.T) {
	t.Parallel()
	common := []booking.OpeningHours{{Weekday: time.Monday, Opens: 360, Closes: 720}, {Weekday: time.Tuesday, Opens: 360, Closes: 720}}
	own := func(weekday time.Weekday, opens, closes int) booking.OpeningHours {
		return booking.OpeningHours{Net: 2, Weekday: weekday, Opens: opens, Closes: closes}
	}
	for name, c := range map[string]struct {
		now  []booking.OpeningHours
		step step
		list []booking.TimesOfDay
		want []booking.OpeningHours
	}{
		"a weekday of all nets": {
			common, step{Weekday: 1}, []booking.TimesOfDay{{From: 480, To: 600}}, []booking.OpeningHours{common[1], {Weekday: time.Monday, Opens: 480, Closes: 600}},
		},
		"a closed weekday of all nets": {common, step{Weekday: 1}, nil, common[1:]},
		"the first own hours begin with the common ones": {
			common, step{Net: 2, Weekday: 1}, []booking.TimesOfDay{{From: 480, To: 600}}, append(slices.Clone(common), own(time.Tuesday, 360, 720), own(time.Monday, 480, 600)),
		},
		"no more own hours":  {append(slices.Clone(common), own(time.Monday, 480, 600)), step{Net: 2, Weekday: ownHours}, nil, common},
		"the last own hours": {append(slices.Clone(common), own(time.Monday, 480, 600)), step{Net: 2, Weekday: 1}, nil, nil},
	} {
		got, err := editHours(slices.Clone(c.now), c.step, c.list)
		if !slices.Equal(got, c.want) || errors.Is(err, errLastHours) != (c.want == nil) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
	if got, err := editHours(nil, step{Weekday: everyWeekday}, []booking.TimesOfDay{{From: 360, To: 720}, {From: 960, To: 1320}}); len(got) != 2*daysInWeek || err != nil {
		t.Errorf("every day: %+v, %v", got, err)
	}
}
