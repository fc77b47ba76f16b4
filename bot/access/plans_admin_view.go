package access

import (
	"strconv"
	"strings"

	"pavilion/bot/telegram"
	"pavilion/filter/access"
)

// planList shows all plans to an admin, with their numbers.
func (d planDrawing) planList(plans []access.Plan) telegram.Reply {
	title := d.in.Say("premium.title")
	lines := []string{title}
	r := telegram.Reply{Bold: len(title)}
	for _, p := range plans {
		price := d.in.Say("premium.given")
		if p.Stars > 0 {
			price = d.stars(p.Stars)
		}
		if p.Monthly {
			price += d.in.Say("premium.or_monthly")
		}
		number := strconv.FormatInt(int64(p.ID), 10)
		line := number + ". " + d.in.Say("premium.plan", p.Title, p.Days, price, d.perks(p.Perks))
		label := "premium.withdraw"
		if p.Withdrawn {
			line += " " + d.in.Say("premium.withdrawn")
			label = "premium.sell"
		}
		lines = append(lines, line)
		r.Keyboard = append(r.Keyboard, []telegram.Button{d.button(d.in.Say(label, p.Title), planTap{verb: verbWithdraw, plan: p.ID, version: p.Version})})
	}
	if len(plans) == 0 {
		lines = append(lines, d.in.Say("premium.none"))
	}
	r.Text = strings.Join(lines, "\n") + "\n\n" + d.in.Say("premium.how")
	return r
}

// person shows the time of a person to an admin.
func (d planDrawing) person(person int64, has []access.Entitlement) telegram.Reply {
	title := d.in.Say("premium.person", strconv.FormatInt(person, 10))
	lines := []string{title}
	r := telegram.Reply{Bold: len(title)}
	for _, e := range has {
		line, label, verb := "premium.gift", "premium.take_back", verbTakeBack
		if e.Charge != "" {
			line, label, verb = "premium.bought", "premium.refund", verbAskRefund
		}
		if e.Renews {
			line = "premium.subscribed"
		}
		lines = append(lines, "• "+d.in.Say(line, e.Title, d.date(e.From), d.date(e.Until)))
		r.Keyboard = append(r.Keyboard, []telegram.Button{d.button(d.in.Say(label, e.Title, d.date(e.From)), planTap{verb: verb, person: person, entitlement: e.ID})})
	}
	if len(has) == 0 {
		lines = append(lines, d.in.Say("premium.nothing"))
	}
	r.Text = strings.Join(lines, "\n")
	return r
}

func (d planDrawing) askRefund(e access.Entitlement) telegram.Reply {
	return telegram.Reply{Text: d.in.Say("premium.refund_ask", e.Title), Keyboard: [][]telegram.Button{
		{d.button(d.in.Say("premium.refund_yes"), planTap{verb: verbRefund, person: int64(e.Person), entitlement: e.ID})},
	}}
}
