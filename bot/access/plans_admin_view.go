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

// personView shows the time of a person to an admin.
type personView struct {
	planDrawing
	person int64
	has    []access.Entitlement
	newest int64         // entitlement, also one that has ended
	plans  []access.Plan // that can be given
}

const plansToGive = 10 // on the screen of a person

func (v personView) draw() telegram.Reply {
	title := v.in.Say("premium.person", strconv.FormatInt(v.person, 10))
	lines := []string{title}
	r := telegram.Reply{Bold: len(title)}
	for _, e := range v.has {
		label, verb := "premium.take_back", verbTakeBack
		if e.Charge != "" {
			label, verb = "premium.refund", verbAskRefund
		}
		lines = append(lines, "• "+v.entitlement(e))
		r.Keyboard = append(r.Keyboard, []telegram.Button{v.button(v.in.Say(label, e.Title, v.date(e.From)), planTap{verb: verb, person: v.person, entitlement: e.ID})})
	}
	if len(v.has) == 0 {
		lines = append(lines, v.in.Say("premium.nothing"))
	}
	for _, p := range v.plans[:min(len(v.plans), plansToGive)] {
		give := planTap{verb: verbGive, plan: p.ID, person: v.person, entitlement: v.newest}
		r.Keyboard = append(r.Keyboard, []telegram.Button{v.button(v.in.Say("premium.give", p.Title, v.in.Say("length.days", p.Days)), give)})
	}
	r.Text = strings.Join(lines, "\n")
	return r
}

// entitlement writes a period that a person has, and where it comes from.
func (d planDrawing) entitlement(e access.Entitlement) string {
	line := "premium.gift"
	switch {
	case e.Renews:
		line = "premium.subscribed"
	case e.Charge != "":
		line = "premium.bought"
	}
	return d.in.Say(line, e.Title, d.date(e.From), d.date(e.Until))
}

func (d planDrawing) askRefund(e access.Entitlement) telegram.Reply {
	return telegram.Reply{Text: d.in.Say("premium.refund_ask", e.Title), Keyboard: [][]telegram.Button{
		{d.button(d.in.Say("premium.refund_yes"), planTap{verb: verbRefund, person: int64(e.Person), entitlement: e.ID})},
	}}
}
