package nets

import (
	"time"

	"pavilion/booking"
)

func summaryGoldens() []goldenScreen {
	span := booking.Span{Start: june(6, 18, 0), End: june(6, 19, 0)}
	s := step{Verb: stepSummary, Club: 1, Net: 1, Minute: unixMinute(span.Start), Length: 60}
	plain := summaryView{
		club: riverside(), nets: exampleNets(), at: june(5, 10, 0), longest: 2 * time.Hour, step: s,
		quote: booking.Quote{Day: juneDay(6), Span: span, Total: rupees(600), Lines: []booking.PriceLine{{Label: "Evening", Amount: rupees(600)}}},
	}
	withMachine := changed(plain, func(v *summaryView) {
		v.step.AddOns = addOns{5}
		v.quote.Total = rupees(700)
		v.quote.Lines = append(v.quote.Lines, booking.PriceLine{Label: "Bowling machine", AddOn: 5, Amount: rupees(100)})
	})
	return []goldenScreen{
		{"an hour of two that are free", []verb{stepSummary}, plain},
		{"with an add-on", []verb{stepSummary}, withMachine},
		{"for staff, one length, no add-ons", []verb{stepSummary}, changed(plain, func(v *summaryView) {
			v.staff, v.longest, v.step.Net, v.step.Length = true, 30*time.Minute, 2, 30
			v.quote.Total, v.quote.Lines = rupees(300), v.quote.Lines[:1]
		})},
		{"into the night", []verb{stepSummary}, changed(plain, func(v *summaryView) {
			v.step.Minute, v.step.Length = unixMinute(june(6, 23, 30)), 90
			v.quote.Total = rupees(900)
		})},
	}
}
