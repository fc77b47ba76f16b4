package nets

import (
	"fmt"
	"testing"

	"pavilion/booking"
)

func closureGoldens() []goldenScreen {
	once := booking.Closure{ID: 8, Every: booking.Once, Reason: "Tournament", During: booking.Span{Start: june(13, 14, 0), End: june(13, 18, 0)}}
	list := func(inside int, closures ...booking.Closure) closuresView {
		return closuresView{club: riverside(), nets: exampleNets(), closures: closures, inside: inside}
	}
	var many []booking.Closure
	for i := range 22 {
		many = append(many, changed(once, func(c *booking.Closure) { c.ID, c.Reason = booking.ClosureID(60+i), fmt.Sprintf("Reason %d", i+1) }))
	}
	day := closureDayView{club: riverside(), nets: exampleNets(), step: step{Verb: stepClosureDay, Club: 1, Day: juneDay(13)}}
	rain := booking.Closure{Every: booking.Once, Reason: "Rain", During: booking.Span{Start: june(13, 14, 0), End: june(13, 18, 0)}}
	card, cash := booking.PaymentSum{Provider: booking.Razorpay, Payments: 3, Amount: rupees(90000)}, booking.PaymentSum{Provider: booking.Desk, Method: booking.Cash, Payments: 1, Amount: rupees(30000)}
	stars := booking.PaymentSum{Provider: booking.Stars, Payments: 1, Amount: booking.Money{Minor: 200, Currency: booking.StarCurrency}}
	inside := []booking.Booking{{ID: 1, Member: 7, State: booking.Confirmed}, {ID: 2, Member: 7, State: booking.Confirmed}, {ID: 3, Member: 8, State: booking.Held}}
	preview := closingView{
		club: riverside(), nets: exampleNets(), preview: booking.ClosurePreview{Closure: rain, Bookings: inside, Back: []booking.PaymentSum{cash, card}, Reviewed: []booking.PaymentSum{stars}, Version: 77},
		step: step{Verb: stepPreviewClosing, Club: 1, Minute: unixMinute(rain.During.Start), Length: 240, Value: maskAll},
	}
	run := closingRunView{club: riverside(), nets: exampleNets(), run: booking.ClosureRun{
		ID: 4, Closure: rain, Bookings: 12, People: 9, Cancelled: 5, Refunds: []booking.RunRefunds{{PaymentSum: card, Done: rupees(30000)}},
	}}
	return []goldenScreen{
		{"what a closing would do", []verb{stepPreviewClosing, stepTypeClosing}, preview},
		{"what a closing of some nets would do, changed meanwhile", []verb{stepStartClosing}, changed(preview, func(v *closingView) {
			v.preview.Closure.Nets, v.step.Value, v.changed = []booking.NetID{1, 2}, 0b11, true
		})},
		{"a closing before a net is chosen", []verb{stepPreviewClosing}, changed(preview, func(v *closingView) {
			v.preview, v.step.Value = booking.ClosurePreview{Closure: rain}, 0
		})},
		{"a closing of a time when nothing is booked", []verb{stepPreviewClosing}, changed(preview, func(v *closingView) {
			v.preview.Bookings, v.preview.Back, v.preview.Reviewed = nil, nil, nil
		})},
		{"a closing under way", []verb{stepClosing, stepStartClosing}, run},
		{"a closing that leaves something to the staff", []verb{stepClosing}, changed(run, func(v *closingRunView) {
			v.run.Cancelled, v.run.Left = 11, 1
			v.run.Refunds = []booking.RunRefunds{{PaymentSum: cash, Done: rupees(0), ByHand: 1}, {PaymentSum: stars, Done: booking.Money{Currency: booking.StarCurrency}, Failed: 1}}
		})},
		{"a closing that is done", []verb{stepClosing}, changed(run, func(v *closingRunView) { v.run.Cancelled, v.run.Refunds = 12, nil })},
		{"closures with a closing under way", []verb{stepClosures}, changed(list(0, once), func(v *closuresView) { v.runs = []booking.ClosureRun{run.run} })},
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
