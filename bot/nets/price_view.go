package nets

import (
	"slices"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

const pricesRows = 20 // on a page

// pricesView is a page of a club's prices.
type pricesView struct {
	club  booking.Club
	nets  []booking.Net
	rules []booking.PriceRule
	page  int
}

func (v pricesView) draw(d drawing) telegram.Reply {
	shown, page, last := pageOf(v.rules, pricesRows, v.page)
	k := d.keyboard()
	var lines []string
	for _, r := range shown {
		lines = append(lines, "• "+telegram.CleanLine(r.Label, 40)+": "+d.priceRule(v.nets, r))
		k.add("✏ "+telegram.CleanLine(r.Label, 30)+" · "+d.timesOfDay(r.From, r.To), step{Verb: stepPrice, Club: v.club.ID, Rule: r.ID})
	}
	k.pageButtons(page, 0, last, step{Verb: stepPrices, Club: v.club.ID})
	k.add(d.in.Say("nets.new_price"), step{Verb: stepTypePrice, Club: v.club.ID, Choice: typeNewPrice})
	k.add(d.in.Say("book.back"), step{Verb: stepNets, Club: v.club.ID})
	return titled("💰 "+clubName(v.club), append(lines, d.in.Say("nets.some_prices", len(v.rules))), k)
}

// priceRule writes when a price applies, for which nets, and its amounts.
func (d drawing) priceRule(nets []booking.Net, r booking.PriceRule) string {
	days := d.weekday(everyWeekday)
	if slices.Contains(r.Weekdays[:], false) {
		var names []string
		for _, day := range weekdaysFromMonday() {
			if r.Weekdays[day] {
				names = append(names, d.weekday(day))
			}
		}
		days = strings.Join(names, " ")
	}
	return d.in.Say("nets.rule", days, d.timesOfDay(r.From, r.To), d.netOrAll(nets, r.Net), d.money(r.Member), d.money(r.Guest))
}

// priceView is one price, with buttons for each part of it.
type priceView struct {
	club booking.ClubID
	nets []booking.Net
	rule booking.PriceRule
}

func (v priceView) draw(d drawing) telegram.Reply {
	r := v.rule
	this := step{Club: v.club, Rule: r.ID}
	var days []choice
	for _, day := range weekdaysFromMonday() {
		c := choice{"◻ " + d.weekday(day), this.with(stepTogglePriceDay)}
		if r.Weekdays[day] {
			c.text = "☑ " + d.weekday(day)
		}
		c.to.Weekday = day
		days = append(days, c)
	}
	typed := func(part int) step {
		to := this.with(stepTypePrice)
		to.Choice = part
		return to
	}
	net := this.with(stepSetPriceNet)
	net.Net = r.Net
	k := d.keyboard()
	k.inRows(days, 4)
	k.add(d.in.Say("nets.type_rates"), typed(typeRates))
	k.add(d.in.Say("nets.type_times"), typed(typeTimes))
	k.inPairs(d.netChoices(v.nets, net))
	k.add(d.in.Say("nets.drop_price"), this.with(stepRemovePrice))
	k.add(d.in.Say("book.back"), this.with(stepPrices))
	return titled("💰 "+telegram.CleanLine(r.Label, 60), []string{d.priceRule(v.nets, r), d.in.Say("nets.which_wins")}, k)
}
