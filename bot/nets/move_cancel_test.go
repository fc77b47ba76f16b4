package nets

import (
	"slices"
	"testing"

	"pavilion/booking"
)

func moveAndCancelGoldens() []goldenScreen {
	now := june(5, 10, 0)
	to := step{Verb: stepSummary, Club: 1, Net: 2, Minute: unixMinute(june(7, 7, 0)), Length: 60, Booking: 12}
	moving := func(total booking.Money) moveView {
		return moveView{present: viewAt(evening(), now), quote: booking.Quote{Day: juneDay(7), Total: total}, step: to, series: 9}
	}
	free := booking.CancelTerms{Fee: rupees(0), Back: []booking.Money{rupees(600)}, FreeUntil: june(5, 18, 0)}
	inSeries := changed(evening(), func(b *booking.Booking) { b.Series = 4 })
	ending := seriesEndView{
		present: viewAt(inSeries, now), ahead: []booking.Booking{inSeries, changed(inSeries, func(b *booking.Booking) { b.Span = booking.Span{Start: june(27, 18, 0), End: june(27, 19, 0)} })},
		step: step{Verb: stepAskEndSeries, Booking: 12, Choice: seriesAll, Version: 9},
	}
	ending.addTerms(booking.CancelTerms{Fee: rupees(300), Back: []booking.Money{rupees(300)}})
	ending.addTerms(booking.CancelTerms{Fee: rupees(0), Back: []booking.Money{rupees(600), {Minor: 4, Currency: "XTR"}}})
	clash := func(choice int) seriesClashView {
		return seriesClashView{present: viewAt(inSeries, now), clashes: []booking.Skipped{{Day: juneDay(13), Reason: booking.ErrSlotTaken}, {Day: juneDay(20), Reason: booking.ErrClosed}}, step: step{
			Verb: stepMoveSeries, Club: 1, Net: 2, Minute: unixMinute(june(6, 20, 0)), Length: 60, Booking: 12, Choice: choice, Version: 9,
		}}
	}
	return []goldenScreen{
		{"a move of a booking of a series", []verb{stepSummary}, changed(moving(rupees(600)), func(v *moveView) { v.present.booking.Series, v.quote.Day = 4, juneDay(5) })},
		{"a move of a booking of a series to another week", []verb{stepSummary}, changed(moving(rupees(600)), func(v *moveView) { v.present.booking.Series, v.quote.Day = 4, juneDay(8) })},
		{"cancelling a booking of a series", []verb{stepAskCancel}, cancelView{present: viewAt(inSeries, now), terms: free}},
		{"cancelling late, by the staff", []verb{stepAskCancel}, cancelView{present: viewAt(evening(), june(6, 9, 0)), terms: booking.CancelTerms{Fee: rupees(300)}, waives: true}},
		{"before a series ends", []verb{stepAskEndSeries}, ending},
		{"dates that clash with a move of a series", []verb{stepMoveSeries}, clash(seriesAll)},
		{"no other dates can move", []verb{stepMoveSeries}, clash(seriesAllOthers)},
		{"a move for the same price", []verb{stepSummary}, moving(rupees(600))},
		{"a move to a dearer time", []verb{stepSummary}, moving(rupees(750))},
		{"a move to a cheaper time", []verb{stepSummary}, moving(rupees(450))},
		{"a move of a booking of two nets", []verb{stepSummary}, changed(moving(rupees(600)), func(v *moveView) { v.present.booking.Nets = []booking.NetID{1, 2} })},
		{"cancelling for free, with money back", []verb{stepAskCancel}, cancelView{present: viewAt(evening(), now), terms: free}},
		{"cancelling for free, without money", []verb{stepAskCancel}, cancelView{present: viewAt(evening(), now), terms: changed(free, func(c *booking.CancelTerms) { c.Back = nil })}},
		{
			"cancelling late, with a fee",
			[]verb{stepAskCancel},
			cancelView{present: viewAt(evening(), june(6, 9, 0)), terms: booking.CancelTerms{Fee: rupees(300), Back: []booking.Money{rupees(300)}, FreeUntil: june(5, 18, 0)}},
		},
		{
			"cancelling late, with a fee, without having paid",
			[]verb{stepAskCancel},
			cancelView{present: viewAt(evening(), june(6, 9, 0)), terms: booking.CancelTerms{Fee: rupees(300), FreeUntil: june(5, 18, 0)}},
		},
		{"cancelling late, without a fee", []verb{stepAskCancel}, cancelView{present: viewAt(evening(), june(6, 9, 0)), terms: booking.CancelTerms{Fee: rupees(0), FreeUntil: june(5, 18, 0)}}},
		{"a typed answer that the booking's state refuses", []verb{stepGuests}, refusedAnswer{
			reason: "(the reason)", instead: viewAt(changed(evening(), func(b *booking.Booking) { b.State = booking.Cancelled }), now),
		}},
	}
}

// A booking of two nets is priced and moved as one of two nets, though one net was tapped.
func TestSlotOf_KeepsSeveralNets(t *testing.T) {
	t.Parallel()
	to := step{Verb: stepSummary, Club: 1, Net: 3, Minute: unixMinute(june(7, 7, 0)), Length: 60, Booking: 12}
	for _, c := range []struct{ booked, want []booking.NetID }{
		{[]booking.NetID{1}, []booking.NetID{3}},
		{[]booking.NetID{1, 2}, []booking.NetID{1, 2}},
	} {
		b := changed(evening(), func(b *booking.Booking) { b.Nets, b.AddOns = c.booked, []booking.AddOnID{5} })
		if got := to.slotOf(b); !slices.Equal(got.Nets, c.want) || !slices.Equal(got.AddOns, b.AddOns) || !got.Start.Equal(june(7, 7, 0)) {
			t.Errorf("%v moves to %+v, want nets %v", c.booked, got, c.want)
		}
	}
}
