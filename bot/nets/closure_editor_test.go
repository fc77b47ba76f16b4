package nets

import (
	"fmt"
	"testing"

	"pavilion/booking"
)

func closureGoldens() []golden {
	once := booking.Closure{ID: 8, Every: booking.Once, Reason: "Tournament", During: booking.Span{Start: june(13, 14, 0), End: june(13, 18, 0)}}
	list := func(inside int, closures ...booking.Closure) closuresView {
		return closuresView{club: riverside(), nets: exampleNets(), closures: closures, inside: inside}
	}
	var many []booking.Closure
	for i := range 22 {
		many = append(many, changed(once, func(c *booking.Closure) { c.ID, c.Reason = booking.ClosureID(60+i), fmt.Sprintf("Reason %d", i+1) }))
	}
	day := closureDayView{club: riverside(), nets: exampleNets(), step: step{Verb: stepClosureDay, Club: 1, Day: juneDay(13)}}
	return []golden{
		{"no closures", []verb{stepClosures, stepRemoveClosure}, list(0)},
		{"one closure", []verb{stepClosures, stepTypeClosure}, list(0, once)},
		{"closures that repeat", []verb{stepClosures}, list(0,
			booking.Closure{ID: 9, Every: booking.EveryWeek, Nets: []booking.NetID{1, 2}, First: juneDay(8), From: 6 * 60, To: 9 * 60, Reason: "Mowing"},
			booking.Closure{ID: 10, Every: booking.EveryYear, First: juneDay(15), From: 0, To: wholeDay},
			booking.Closure{ID: 11, Every: booking.Once, Nets: []booking.NetID{2}, During: booking.Span{Start: june(13, 0, 0), End: june(14, 0, 0)}},
		)},
		{"a new closure with one booking inside", []verb{stepAddClosure}, list(1, once)},
		{"a new closure with bookings inside", []verb{stepAddClosure}, list(3, once)},
		{"more closures than a screen lists", []verb{stepClosures}, list(0, many...)},
		{"a day to close", []verb{stepClosureDay}, day},
		{"a day to close one net on", []verb{stepClosureDay}, changed(day, func(v *closureDayView) { v.step.Net = 2 })},
	}
}

func TestClosuresAhead_LeavesOutThoseThatAreOver(t *testing.T) {
	t.Parallel()
	yesterday, today := juneDay(4), juneDay(5)
	got := closuresAhead([]booking.Closure{
		{ID: 1, Every: booking.Once, During: booking.Span{Start: june(5, 8, 0), End: june(5, 10, 0)}},
		{ID: 2, Every: booking.Once, During: booking.Span{Start: june(5, 8, 0), End: june(5, 10, 1)}},
		{ID: 3, Every: booking.EveryWeek, Last: &yesterday},
		{ID: 4, Every: booking.EveryWeek, Last: &today},
		{ID: 5, Every: booking.EveryYear},
	}, june(5, 10, 0), zone())
	if len(got) != 3 || got[0].ID != 2 || got[1].ID != 4 || got[2].ID != 5 {
		t.Errorf("%+v", got)
	}
}
