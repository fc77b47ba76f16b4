package nets

import (
	"context"
	"slices"

	"pavilion/booking"
	"pavilion/internal/fault"
)

// priceEditor edits a club's prices, for its admins. Each change gives every price a new id, so a second tap on a button changes nothing.
type priceEditor struct{ *visit }

// errNoRule reports a button whose price was changed or removed.
var errNoRule = fault.New(fault.Gone, "no_rule")

// The parts of a price that are typed. Buttons name them by their place.
const (
	typeNewPrice = iota
	typeRates
	typeTimes
)

func (p priceEditor) listPrices(ctx context.Context, s step) (screen, error) {
	_, club, nets, err := p.adminNets(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	rules, err := p.Booking.Prices(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	return pricesView{club: club, nets: nets, rules: rules, page: s.Page}, nil
}

func (p priceEditor) showPrice(ctx context.Context, s step) (screen, error) {
	_, _, nets, err := p.adminNets(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	rules, err := p.Booking.Prices(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(rules, func(r booking.PriceRule) bool { return r.ID == s.Rule })
	if i < 0 {
		return nil, errNoRule
	}
	return priceView{club: s.Club, nets: nets, rule: rules[i]}, nil
}

// showAt shows the price at a place of the list, after a change gave it a new id.
func (p priceEditor) showAt(ctx context.Context, s step, at int) (screen, error) {
	rules, err := p.Booking.Prices(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	if at >= len(rules) {
		return p.listPrices(ctx, step{Verb: stepPrices, Club: s.Club})
	}
	s.Rule = rules[at].ID
	return p.showPrice(ctx, s)
}

// edit changes one price and shows it.
func (p priceEditor) edit(ctx context.Context, s step, change func(r *booking.PriceRule)) (screen, error) {
	at := -1
	err := p.editRules(ctx, s, func(now []booking.PriceRule) ([]booking.PriceRule, error) {
		if at = slices.IndexFunc(now, func(r booking.PriceRule) bool { return r.ID == s.Rule }); at < 0 {
			return nil, errNoRule
		}
		change(&now[at])
		return now, nil
	})
	if err != nil {
		return nil, err
	}
	p.confirmSaved()
	return p.showAt(ctx, s, at)
}

// editRules changes a club's prices in one transaction.
func (p priceEditor) editRules(ctx context.Context, s step, edit func(now []booking.PriceRule) ([]booking.PriceRule, error)) error {
	actor, err := p.adminActor(ctx, s.Club)
	if err != nil {
		return err
	}
	return p.Booking.EditPrices(ctx, actor, s.Club, edit)
}

func (p priceEditor) toggleDay(ctx context.Context, s step) (screen, error) {
	if s.Weekday >= daysInWeek {
		return nil, errStaleStep
	}
	return p.edit(ctx, s, func(r *booking.PriceRule) { r.Weekdays[s.Weekday] = !r.Weekdays[s.Weekday] })
}

func (p priceEditor) setNet(ctx context.Context, s step) (screen, error) {
	return p.edit(ctx, s, func(r *booking.PriceRule) { r.Net = s.Net })
}

func (p priceEditor) removePrice(ctx context.Context, s step) (screen, error) {
	err := p.editRules(ctx, s, func(now []booking.PriceRule) ([]booking.PriceRule, error) {
		at := slices.IndexFunc(now, func(r booking.PriceRule) bool { return r.ID == s.Rule })
		if at < 0 {
			return nil, errNoRule
		}
		return slices.Delete(now, at, at+1), nil
	})
	if err != nil {
		return nil, err
	}
	p.confirmSaved()
	return p.listPrices(ctx, step{Verb: stepPrices, Club: s.Club})
}

// typePrice takes a new price, other amounts, or other times of the day.
func (p priceEditor) typePrice(ctx context.Context, s step) (screen, error) {
	if _, err := p.adminActor(ctx, s.Club); err != nil {
		return nil, err
	}
	club, err := p.Booking.Club(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	if s.Choice > typeTimes {
		return nil, errStaleStep
	}
	text, typed := p.typed()
	if !typed {
		return question{answer: s, text: askPrice(s.Choice)}, nil
	}
	switch s.Choice {
	case typeRates:
		member, guest, err := parseRates(text, club.Currency)
		if err != nil {
			return nil, err
		}
		return p.edit(ctx, s, func(r *booking.PriceRule) { r.Member, r.Guest = member, guest })
	case typeTimes:
		times, ok := booking.ParseTimesOfDay(text)
		if !ok {
			return nil, errTypedHours
		}
		return p.edit(ctx, s, func(r *booking.PriceRule) { r.From, r.To = times.From, times.To })
	}
	rule, err := parseRule(text, club.Currency)
	if err != nil {
		return nil, err
	}
	return p.addPrice(ctx, s, rule)
}

func askPrice(part int) func(d drawing) string {
	return func(d drawing) string {
		switch part {
		case typeRates:
			return d.in.Say("nets.ask_rates")
		case typeTimes:
			return d.in.Say("nets.ask_times")
		}
		return d.in.Say("nets.ask_price")
	}
}

// addPrice adds a price for every day and all nets, which wins over the others. A typed answer that comes again, because the process died, adds
// nothing.
func (p priceEditor) addPrice(ctx context.Context, s step, rule booking.PriceRule) (screen, error) {
	for i := range rule.Weekdays {
		rule.Weekdays[i] = true
	}
	at := -1
	err := p.editRules(ctx, s, func(now []booking.PriceRule) ([]booking.PriceRule, error) {
		for _, r := range now {
			rule.Rank = max(rule.Rank, r.Rank)
		}
		at = slices.IndexFunc(now, func(r booking.PriceRule) bool {
			return r.Label == rule.Label && r.From == rule.From && r.To == rule.To && r.Member == rule.Member && r.Guest == rule.Guest
		})
		if at < 0 {
			at, now = len(now), append(now, rule)
		}
		return now, nil
	})
	if err != nil {
		return nil, err
	}
	return p.showAt(ctx, s, at)
}
