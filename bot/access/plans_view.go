package access

import (
	"strconv"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter/access"
	"pavilion/internal/phrase"
)

// The verbs of the buttons. Those from verbWithdraw on are the admins'.
const (
	verbPlans     = "plans"
	verbBuy       = "buy" // the others with a plan
	verbSubscribe = "sub"
	verbGift      = "gift"
	verbAskCancel = "cancel?"
	verbCancel    = "cancel"
	verbWithdraw  = "withdraw" // with a plan and its version
	verbTakeBack  = "take"     // with a person and an entitlement
	verbAskRefund = "refund?"
	verbRefund    = "refund"
	verbPerson    = "person" // with a person
	verbGive      = "give"   // with a plan, a person, and the person's newest entitlement as it was shown
)

// planTap is the payload of a button.
type planTap struct {
	verb        string
	plan        access.PlanID
	version     int64
	person      int64
	entitlement int64
}

func (p planTap) encode() string {
	switch p.verb {
	case verbPlans:
		return p.verb
	case verbWithdraw:
		return p.verb + ":" + chat.Base36(int64(p.plan)) + ":" + chat.Base36(p.version)
	case verbPerson:
		return p.verb + ":" + chat.Base36(p.person)
	case verbGive:
		return p.verb + ":" + chat.Base36(int64(p.plan)) + ":" + chat.Base36(p.person) + ":" + chat.Base36(p.entitlement)
	case verbTakeBack, verbAskRefund, verbRefund:
		return p.verb + ":" + chat.Base36(p.person) + ":" + chat.Base36(p.entitlement)
	}
	return p.verb + ":" + chat.Base36(int64(p.plan))
}

func parsePlanTap(payload string) (p planTap, err error) {
	f := chat.ParseFields(payload)
	p.verb = f.Next()
	switch p.verb {
	case verbPlans:
	case verbBuy, verbSubscribe, verbGift, verbAskCancel, verbCancel:
		p.plan = access.PlanID(f.Number())
	case verbWithdraw:
		p.plan, p.version = access.PlanID(f.Number()), f.Number()
	case verbPerson:
		p.person = f.Number()
	case verbGive:
		p.plan, p.person, p.entitlement = access.PlanID(f.Number()), f.Number(), f.Number()
	case verbTakeBack, verbAskRefund, verbRefund:
		p.person, p.entitlement = f.Number(), f.Number()
	default:
		f.Reject()
	}
	if !f.Done() {
		return planTap{}, chat.ErrButton
	}
	return p, nil
}

// planDrawing draws premium's screens for one person.
type planDrawing struct {
	in    *phrase.Speaker
	owner int64 // who may tap the buttons
	zone  *time.Location
}

func (d planDrawing) button(text string, p planTap) telegram.Button {
	b, _ := chat.Data{Letter: letterPlans, Owner: d.owner, Payload: p.encode()}.Button(text) // the largest payload fits
	return b
}

func (d planDrawing) back() telegram.Button {
	return d.button(d.in.Say("book.back"), planTap{verb: verbPlans})
}

func (d planDrawing) stars(n int64) string { return d.in.Money(n, access.StarCurrency) }

// date is a day with its year.
func (d planDrawing) date(t time.Time) string {
	t = t.In(d.zone)
	return d.in.Say("plans.date", t.Day(), d.in.Say("month."+strings.ToLower(t.Month().String()[:3])), strconv.Itoa(t.Year()))
}

// perks says what a plan gives.
func (d planDrawing) perks(p access.Perks) string {
	parts := []string{d.in.Say("plans.unlimited")}
	if p.FilesPerDay > 0 {
		parts[0] = d.in.Say("plans.files", p.FilesPerDay)
	}
	if p.Unprotected {
		parts = append(parts, d.in.Say("plans.unprotected"))
	}
	if p.Priority {
		parts = append(parts, d.in.Say("plans.priority"))
	}
	return strings.Join(parts, d.in.Say("plans.and"))
}

func (d planDrawing) invoice(p access.Plan, u access.Purchase) telegram.Invoice {
	about := d.in.Say("plans.about", p.Title, u.Days, d.perks(p.Perks))
	if u.Subscription {
		about = d.in.Say("plans.about_monthly", p.Title, d.perks(p.Perks))
	} else if u.Receiver != u.Buyer {
		about = d.in.Say("plans.about_gift", p.Title, u.Days, strconv.FormatInt(int64(u.Receiver), 10))
	}
	return telegram.Invoice{Title: p.Title, About: about, Payload: u.Reference.Payload(), Currency: access.StarCurrency, Amount: u.Stars, Stars: true}
}

func (d planDrawing) subscription(p access.Plan, u access.Purchase) telegram.Reply {
	return telegram.Reply{
		Text:  d.in.Say("plans.subscribe", p.Title, d.stars(u.Stars), d.perks(p.Perks)),
		Links: []telegram.Link{{Text: d.in.Say("plans.pay", d.stars(u.Stars)), URL: u.Link}}, Keyboard: [][]telegram.Button{{d.back()}},
	}
}

func (d planDrawing) askCancel(sub access.Bought) telegram.Reply {
	return telegram.Reply{Text: d.in.Say("plans.cancel_ask", sub.Title), Keyboard: [][]telegram.Button{
		{d.button(d.in.Say("plans.cancel_yes"), planTap{verb: verbCancel, plan: sub.Purchase.Plan}), d.back()},
	}}
}

// plansView is the screen of /plans.
type plansView struct {
	planDrawing
	plans []access.Plan
	has   []access.Entitlement
}

func (v plansView) draw() telegram.Reply {
	title := v.in.Say("plans.title")
	lines := []string{title}
	r := telegram.Reply{Bold: len(title)}
	for i, e := range v.has {
		key := "plans.has"
		if e.Renews {
			key = "plans.has_renews"
			r.Keyboard = append(r.Keyboard, []telegram.Button{v.button(v.in.Say("plans.cancel", e.Title), planTap{verb: verbAskCancel, plan: e.Plan})})
		}
		if i+1 < len(v.has) && v.has[i+1].Plan == e.Plan {
			continue // the last one of a plan has the end of all
		}
		lines = append(lines, v.in.Say(key, e.Title, v.date(e.Until)))
	}
	sold := 0
	for _, p := range v.plans {
		if p.Withdrawn || p.Stars == 0 {
			continue
		}
		sold++
		lines = append(lines, "• "+v.in.Say("plans.offer", p.Title, p.Days, v.stars(p.Stars), v.perks(p.Perks)))
		row := []telegram.Button{v.button(v.in.Say("plans.buy", p.Title, p.Stars), planTap{verb: verbBuy, plan: p.ID})}
		if p.Monthly && !v.renews(p.ID) {
			row = append(row, v.button(v.in.Say("plans.monthly"), planTap{verb: verbSubscribe, plan: p.ID}))
		}
		r.Keyboard = append(r.Keyboard, append(row, v.button("🎁", planTap{verb: verbGift, plan: p.ID})))
	}
	if sold == 0 {
		lines = append(lines, v.in.Say("plans.none"))
	}
	r.Text = strings.Join(lines, "\n") + "\n\n" + v.in.Say("plans.footer")
	return r
}

// renews tells whether the person has a subscription to a plan.
func (v plansView) renews(plan access.PlanID) bool {
	for _, e := range v.has {
		if e.Plan == plan && e.Renews {
			return true
		}
	}
	return false
}
