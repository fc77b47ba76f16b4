package nets

import (
	"fmt"

	"pavilion/booking"
)

func priceGoldens() []goldenScreen {
	everyDay := [7]bool{true, true, true, true, true, true, true}
	morning := booking.PriceRule{ID: 31, Label: "Morning", Weekdays: everyDay, From: 6 * 60, To: 17 * 60, Member: rupees(200), Guest: rupees(300)}
	weekend := booking.PriceRule{ID: 32, Net: 2, Label: "Weekend evening", Weekdays: [7]bool{true, 6: true}, From: 17 * 60, To: 24 * 60, Member: rupees(300), Guest: rupees(450)}
	var many []booking.PriceRule
	for i := range 21 {
		many = append(many, changed(morning, func(r *booking.PriceRule) { r.ID, r.Label = int64(50+i), fmt.Sprintf("Price %d", i+1) }))
	}
	list := func(rules []booking.PriceRule, page int) pricesView {
		return pricesView{club: riverside(), nets: exampleNets(), rules: rules, page: page}
	}
	return []goldenScreen{
		{"no prices", []verb{stepPrices, stepRemovePrice}, list(nil, 0)},
		{"one price", []verb{stepPrices}, list([]booking.PriceRule{morning}, 0)},
		{"two prices", []verb{stepPrices}, list([]booking.PriceRule{morning, weekend}, 0)},
		{"many prices, last page", []verb{stepPrices}, list(many, 5)},
		{"a price for all nets and every day", []verb{stepPrice, stepTypePrice}, priceView{1, exampleNets(), morning}},
		{"a price for one net and some days", []verb{stepPrice, stepTogglePriceDay, stepSetPriceNet}, priceView{1, exampleNets(), weekend}},
		{"a typed price of before a change", []verb{stepTypePrice}, refusedAnswer{reason: "(the reason)", instead: list([]booking.PriceRule{morning}, 0)}},
	}
}
