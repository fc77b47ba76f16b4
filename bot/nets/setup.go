package nets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"pavilion/booking"
	"pavilion/booking/clubplan"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// setUp asks a person in PAVILION_ADMINS a few questions and creates the first club from the answers. The answers are a draft, so they survive a
// restart.
type setUp struct{ *visit }

// The questions. Buttons carry their numbers.
const (
	setUpName = iota
	setUpZone
	setUpCurrency
	setUpNets
	setUpHours
	setUpPrice
	setUpStaff
	setUpSummary
	setUpResume // the first question that is not answered
)

// clubDraft holds the answers so far.
type clubDraft struct {
	Name     string
	Zone     string
	Currency string
	Nets     []string
	Hours    []booking.TimesOfDay
	Member   *int64 // the price of an hour
	Guest    int64
	Staff    []draftPerson
	HasStaff bool // the question about staff is answered
}

// draftPerson is a future member of staff.
type draftPerson struct {
	ID   int64
	Name string
}

// next returns the first question without an answer.
func (d clubDraft) next() int {
	for q, answered := range []bool{d.Name != "", d.Zone != "", d.Currency != "", len(d.Nets) > 0, len(d.Hours) > 0, d.Member != nil, d.HasStaff} {
		if !answered {
			return q
		}
	}
	return setUpSummary
}

// draft reads the answers so far. If a club exists, made is its screen.
func (u setUp) draft(ctx context.Context) (d clubDraft, made screen, err error) {
	if !u.IsAdmin(u.event.From.ID) {
		return d, nil, chat.ErrAdminsOnly
	}
	clubs, err := u.Booking.Clubs(ctx)
	if err != nil {
		return d, nil, err
	}
	if len(clubs) > 0 {
		made, err = netsMenu(u).showNets(ctx, clubs[0].ID)
		return d, made, err
	}
	_, err = u.Drafts.Read(ctx, u.event.Chat.ID, &d)
	return d, nil, err
}

// show asks a question, or takes the typed answer to it.
func (u setUp) show(ctx context.Context, s step) (screen, error) {
	d, made, err := u.draft(ctx)
	if made != nil || err != nil {
		return made, err
	}
	if u.isTyped {
		if err := u.take(ctx, &d, s.Choice); err != nil {
			return nil, err
		}
		return u.answered(ctx, d, s.Choice)
	}
	return u.ask(d, min(s.Choice, d.next())), nil
}

// pick takes the answer of a button.
func (u setUp) pick(ctx context.Context, s step) (screen, error) {
	d, made, err := u.draft(ctx)
	if made != nil || err != nil {
		return made, err
	}
	if s.Choice > d.next() || !u.choose(&d, s.Choice, s.Value) {
		return nil, errStaleStep
	}
	return u.answered(ctx, d, s.Choice)
}

// answered stores the answers and asks the next question. The question about staff repeats until the person ends it.
func (u setUp) answered(ctx context.Context, d clubDraft, question int) (screen, error) {
	if err := u.Drafts.Save(ctx, u.event.Chat.ID, d); err != nil {
		return nil, err
	}
	if question == setUpStaff && !d.HasStaff {
		return u.ask(d, setUpStaff), nil
	}
	return u.ask(d, d.next()), nil
}

// ask returns the screen of a question, and registers the step that takes a typed answer.
func (u setUp) ask(d clubDraft, question int) screen {
	if question < setUpSummary {
		u.awaits = &step{Verb: stepSetUp, Choice: question}
	}
	return setUpView{draft: d, question: question, paysOnline: u.paysOnline()}
}

// paysOnline reports whether a payment provider is configured.
func (v *visit) paysOnline() bool { return len(v.Booking.Providers()) > 0 }

// drop deletes the answers.
func (u setUp) drop(ctx context.Context) (screen, error) {
	_, made, err := u.draft(ctx)
	if made != nil || err != nil {
		return made, err
	}
	return setUpDroppedView{}, u.Drafts.Drop(ctx, u.event.Chat.ID)
}

// make creates the club. A repeated tap, also after a crash, shows the existing club.
func (u setUp) make(ctx context.Context) (screen, error) {
	d, made, err := u.draft(ctx)
	if made != nil || err != nil {
		return made, err
	}
	if next := d.next(); next != setUpSummary {
		return u.ask(d, next), nil
	}
	plan, err := d.plan(u.paysOnline(), u.in.Say("setup.price_name"))
	if err != nil {
		return nil, err
	}
	club, err := clubplan.First(ctx, u.Booking, booking.Actor{ID: u.member(), Role: booking.Admin, Origin: "bot"}, plan)
	if errors.Is(err, clubplan.ErrClubExists) {
		_, made, err = u.draft(ctx)
		return made, err
	}
	if err != nil {
		return nil, err
	}
	return setUpDoneView{club: club, nets: len(d.Nets)}, u.Drafts.Drop(ctx, u.event.Chat.ID)
}

// plan returns the plan of a club with the answers. priceName is the name of its price.
func (d clubDraft) plan(paysOnline bool, priceName string) (clubplan.Plan, error) {
	zone, err := booking.ParseNewZone(d.Zone)
	plan := clubplan.Plan{
		Name: d.Name, Zone: clubplan.Zone{Location: zone}, Currency: d.Currency, Hours: []clubplan.Hours{{Open: d.Hours}},
		Prices: []clubplan.Price{clubplan.HourlyPrice(priceName, d.money(*d.Member), d.money(d.Guest))}, Policy: clubplan.Policy{PaysOnline: &paysOnline},
	}
	for _, name := range d.Nets {
		plan.Nets = append(plan.Nets, clubplan.Net{Name: name})
	}
	for _, p := range d.Staff {
		plan.Staff = append(plan.Staff, booking.MemberID(p.ID))
	}
	return plan, err
}

func (d clubDraft) money(minor int64) booking.Money {
	return booking.Money{Minor: minor, Currency: d.Currency}
}

const newNetCapacity = 6

func newNet(name string) booking.Net {
	return booking.Net{Name: name, Capacity: newNetCapacity, Active: true}
}

// addStaff adds a person unless they are in the list. It skips the person who sets the club up: they become its admin.
func (u setUp) addStaff(d *clubDraft, p telegram.Person) {
	known := slices.ContainsFunc(d.Staff, func(x draftPerson) bool { return x.ID == p.ID })
	if p.ID != u.event.From.ID && !known {
		d.Staff = append(d.Staff, draftPerson{p.ID, cmp.Or(telegram.CleanLine(p.Name, maxStaffName), fmt.Sprint(p.ID))})
	}
}

const maxStaffName = 30 // runes
