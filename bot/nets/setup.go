package nets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"pavilion/booking"
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
	club, err := d.club(u.paysOnline())
	if err != nil {
		return nil, err
	}
	actor := booking.Actor{ID: u.member(), Role: booking.Admin, Origin: "bot"}
	err = u.Booking.SetUp(ctx, func(ctx context.Context, s *booking.Service) error {
		clubs, err := s.Clubs(ctx)
		if err != nil {
			return err
		}
		if len(clubs) > 0 {
			return errClubExists
		}
		club, err = d.create(ctx, s, actor, club, u.in.Say("setup.price_name"))
		return err
	})
	if errors.Is(err, errClubExists) {
		_, made, err = u.draft(ctx)
		return made, err
	}
	if err != nil {
		return nil, err
	}
	return setUpDoneView{club: club, nets: len(d.Nets)}, u.Drafts.Drop(ctx, u.event.Chat.ID)
}

var errClubExists = errors.New("somebody else has made a club meanwhile")

// club returns a club with the answers, not stored yet.
func (d clubDraft) club(paysOnline bool) (booking.Club, error) {
	zone, err := booking.ParseNewZone(d.Zone)
	club := booking.Club{Name: d.Name, Zone: zone, Currency: d.Currency, Policy: booking.DefaultPolicy()}
	club.Policy.PaysOnline = paysOnline
	return club, err
}

// create stores the club with its nets, hours, price and staff. priceName is the name of the price.
func (d clubDraft) create(ctx context.Context, s *booking.Service, actor booking.Actor, club booking.Club, priceName string) (booking.Club, error) {
	club, err := s.CreateClub(ctx, actor, club)
	if err != nil {
		return club, err
	}
	for _, name := range d.Nets {
		if _, err := s.SaveNet(ctx, actor, club.ID, newNet(name)); err != nil {
			return club, fmt.Errorf("net of a new club: %w", err)
		}
	}
	hours, err := editHours(nil, step{Weekday: everyWeekday}, d.Hours)
	if err != nil {
		return club, err
	}
	if err := s.SetHours(ctx, actor, club.ID, hours); err != nil {
		return club, err
	}
	price := booking.PriceRule{Label: priceName, To: wholeDay, Weekdays: [daysInWeek]bool{true, true, true, true, true, true, true}, Member: d.money(*d.Member), Guest: d.money(d.Guest)}
	if err := s.SetPrices(ctx, actor, club.ID, []booking.PriceRule{price}); err != nil {
		return club, err
	}
	for _, p := range d.Staff {
		if err := s.SaveMember(ctx, actor, club.ID, booking.MemberID(p.ID), booking.Staff); err != nil {
			return club, err
		}
	}
	return club, nil
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
