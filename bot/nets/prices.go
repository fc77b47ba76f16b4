package nets

import (
	"context"
	"slices"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// errNoRule is of a button whose price was changed or removed: each change of the prices names them anew, so a second tap changes nothing.
var errNoRule = fault.New(fault.Gone, "no_rule", "The prices have changed since. This is how they are now.")

// What of a price is typed.
const (
	typeNewPrice = iota
	typeRates
	typeTimes
)

// rulesOnPage is how many prices a screen lists.
const rulesOnPage = 20

// priceRules is the list of a club's prices.
func (v *visit) priceRules(ctx context.Context, s step) (telegram.Reply, error) {
	club, nets, err := v.adminNets(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	rules, err := v.service().Prices(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	k := v.buttons()
	title := "💰 " + telegram.CleanLine(club.Name, 100)
	var t strings.Builder
	t.WriteString(title)
	if s.Verb != stepPrices {
		s = step{Verb: stepPrices, Club: s.Club}
	}
	shown, page, last := pageOf(rules, rulesOnPage, s.Page)
	for _, r := range shown {
		t.WriteString("\n• " + telegram.CleanLine(r.Label, 40) + ": " + v.ruleWords(nets, r))
		k.row("✏ "+telegram.CleanLine(r.Label, 30)+" · "+v.minute(r.From)+"–"+v.minute(r.To), step{Verb: stepPrice, Club: s.Club, Seen: r.ID})
	}
	t.WriteString("\n" + v.in.Say("nets.some_prices", len(rules)))
	k.turn(page, 0, last, s)
	k.row(v.in.Say("nets.new_price"), step{Verb: stepTypePrice, Club: s.Club, Page: typeNewPrice})
	k.row(v.in.Say("book.back"), step{Verb: stepNets, Club: s.Club})
	return telegram.Reply{Text: t.String(), Bold: len(title), Keyboard: k.rows}, nil
}

// ruleWords writes when a price applies, for which nets, and what it is.
func (v *visit) ruleWords(nets []booking.Net, r booking.PriceRule) string {
	days := v.weekdayName(everyWeekday)
	if slices.Contains(r.Weekdays[:], false) {
		var names []string
		for i := range daysInRow {
			if day := (i + 1) % daysInRow; r.Weekdays[day] {
				names = append(names, v.weekdayName(day))
			}
		}
		days = strings.Join(names, " ")
	}
	return v.in.Say("nets.rule", days, v.minute(r.From)+"–"+v.minute(r.To), v.netName(nets, r.Net), v.money(r.Member), v.money(r.Guest))
}

// priceRule is one price, with what can be changed of it.
func (v *visit) priceRule(ctx context.Context, s step) (telegram.Reply, error) {
	_, nets, err := v.adminNets(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	rules, err := v.service().Prices(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	at := slices.IndexFunc(rules, func(r booking.PriceRule) bool { return r.ID == s.Seen })
	if at < 0 {
		return telegram.Reply{}, errNoRule
	}
	return v.ruleScreen(nets, rules[at], s), nil
}

func (v *visit) ruleScreen(nets []booking.Net, r booking.PriceRule, s step) telegram.Reply {
	k := v.buttons()
	s.Seen = r.ID
	var days []telegram.Button
	for i := range daysInRow {
		day := (i + 1) % daysInRow
		text := "◻ "
		if r.Weekdays[day] {
			text = "☑ "
		}
		to := s.at(stepPriceDay)
		to.Page = day
		if b, ok := to.button(k.owner, text+v.weekdayName(day)); ok {
			days = append(days, b)
		}
	}
	k.inRows(days, 4)
	change := s.at(stepTypePrice)
	change.Page = typeRates
	k.row(v.in.Say("nets.type_rates"), change)
	change.Page = typeTimes
	k.row(v.in.Say("nets.type_times"), change)
	net := s.at(stepPriceNet)
	net.Net = r.Net
	v.netRow(k, nets, net)
	k.row(v.in.Say("nets.drop_price"), s.at(stepPriceDrop))
	k.row(v.in.Say("book.back"), s.at(stepPrices))
	title := "💰 " + telegram.CleanLine(r.Label, 60)
	return telegram.Reply{Text: title + "\n" + v.ruleWords(nets, r) + "\n" + v.in.Say("nets.which_wins"), Bold: len(title), Keyboard: k.rows}
}

// editRule changes one price and shows it; nil removes it.
func (v *visit) editRule(ctx context.Context, s step, edit func(r *booking.PriceRule)) (telegram.Reply, error) {
	actor, _, err := v.adminOf(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	at := -1
	err = v.service().EditPrices(ctx, actor, s.Club, func(now []booking.PriceRule) ([]booking.PriceRule, error) {
		if at = slices.IndexFunc(now, func(r booking.PriceRule) bool { return r.ID == s.Seen }); at < 0 {
			return nil, errNoRule
		}
		if edit == nil {
			return slices.Delete(now, at, at+1), nil
		}
		edit(&now[at])
		return now, nil
	})
	if err != nil {
		return telegram.Reply{}, err
	}
	v.answer = v.in.Say("told.saved")
	if edit == nil {
		return v.priceRules(ctx, s)
	}
	return v.ruleAt(ctx, s, at)
}

// ruleAt shows the price at a place of the list: writing named it anew.
func (v *visit) ruleAt(ctx context.Context, s step, at int) (telegram.Reply, error) {
	rules, err := v.service().Prices(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	if at >= len(rules) {
		return v.priceRules(ctx, s)
	}
	s.Seen = rules[at].ID
	return v.priceRule(ctx, s)
}

func (v *visit) switchDay(ctx context.Context, s step) (telegram.Reply, error) {
	if s.Page >= daysInRow {
		return telegram.Reply{}, errStaleStep
	}
	return v.editRule(ctx, s, func(r *booking.PriceRule) { r.Weekdays[s.Page] = !r.Weekdays[s.Page] })
}

func (v *visit) priceNet(ctx context.Context, s step) (telegram.Reply, error) {
	return v.editRule(ctx, s, func(r *booking.PriceRule) { r.Net = s.Net })
}

// typePrice takes what is typed: a new price, other amounts, or other times.
func (v *visit) typePrice(ctx context.Context, s step) (telegram.Reply, error) {
	_, club, err := v.adminOf(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	words := map[int]string{typeNewPrice: v.in.Say("nets.ask_price"), typeRates: v.in.Say("nets.ask_rates"), typeTimes: v.in.Say("nets.ask_times")}[s.Page]
	if words == "" {
		return telegram.Reply{}, errStaleStep
	}
	text, err := v.typed(ctx, s, words)
	if err != nil {
		return telegram.Reply{}, err
	}
	switch s.Page {
	case typeRates:
		member, guest, err := parseRates(text, club.Currency)
		if err != nil {
			return telegram.Reply{}, err
		}
		return v.editRule(ctx, s, func(r *booking.PriceRule) { r.Member, r.Guest = member, guest })
	case typeTimes:
		x, ok := parseStretch(text)
		if !ok {
			return telegram.Reply{}, errTypedHours
		}
		return v.editRule(ctx, s, func(r *booking.PriceRule) { r.From, r.To = x.From, x.To })
	}
	rule, err := parseRule(text, club.Currency)
	if err != nil {
		return telegram.Reply{}, err
	}
	return v.addRule(ctx, s, rule)
}

// addRule adds a price for every day and all nets; it wins over those that there were. An answer that comes
// again, because the process died, finds it there.
func (v *visit) addRule(ctx context.Context, s step, rule booking.PriceRule) (telegram.Reply, error) {
	actor, _, err := v.adminOf(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	for i := range rule.Weekdays {
		rule.Weekdays[i] = true
	}
	at := -1
	err = v.service().EditPrices(ctx, actor, s.Club, func(now []booking.PriceRule) ([]booking.PriceRule, error) {
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
		return telegram.Reply{}, err
	}
	return v.ruleAt(ctx, s, at)
}

// priceScreen is a screen of the prices.
func (v *visit) priceScreen(ctx context.Context, s step) (telegram.Reply, error) {
	switch s.Verb {
	case stepPrice:
		return v.priceRule(ctx, s)
	case stepPriceDay:
		return v.switchDay(ctx, s)
	case stepPriceNet:
		return v.priceNet(ctx, s)
	case stepTypePrice:
		return v.typePrice(ctx, s)
	case stepPriceDrop:
		return v.editRule(ctx, s, nil)
	default:
		return v.priceRules(ctx, s)
	}
}
