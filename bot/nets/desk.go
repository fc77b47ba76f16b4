package nets

import (
	"context"
	"strconv"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

const sheetRows = 12

// staffActor is the person as the staff of a club, or a refusal.
func (v *visit) staffActor(ctx context.Context, club booking.ClubID) (booking.Actor, error) {
	actor, err := v.actor(ctx, club)
	if err == nil && actor.Role != booking.Staff && actor.Role != booking.Admin {
		err = booking.ErrForbidden
	}
	return actor, err
}

// staffClub is the club that a command of the staff is about: the first in which the person is staff.
func (v *visit) staffClub(ctx context.Context) (booking.Club, error) {
	clubs, err := v.service().Clubs(ctx)
	if err != nil {
		return booking.Club{}, err
	}
	if len(clubs) == 0 {
		return booking.Club{}, errNoClub
	}
	for _, c := range clubs {
		if _, err = v.staffActor(ctx, c.ID); err == nil {
			return c, nil
		}
	}
	return booking.Club{}, err
}

// HandleToday shows the day sheet.
func (s *Screens) HandleToday(ctx context.Context, e *telegram.Event) error {
	return s.enter(ctx, e, func(ctx context.Context, v *visit) (telegram.Reply, error) {
		club, err := v.staffClub(ctx)
		if err != nil {
			return telegram.Reply{}, err
		}
		_, at, err := v.service().Glance(ctx, nil)
		if err != nil {
			return telegram.Reply{}, err
		}
		return v.sheet(ctx, step{Verb: stepSheet, Club: club.ID, Day: booking.DayIn(at, club.Zone)})
	})
}

// sheet is what happens on a day; each booking leads to its screen, where the desk does its work.
func (v *visit) sheet(ctx context.Context, s step) (telegram.Reply, error) {
	actor, err := v.staffActor(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	club, err := v.service().Club(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	nets, err := v.service().Nets(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	list, err := v.service().DaySheet(ctx, actor, s.Club, s.Day)
	if err != nil {
		return telegram.Reply{}, err
	}
	shown, page, last := pageOf(list, sheetRows, s.Page)
	names := v.names(ctx, shown)
	k := v.buttons()
	for _, b := range shown {
		start, end := b.Span.Start.In(club.Zone), b.Span.End.In(club.Zone)
		who := names[b.Member]
		if b.Kind == booking.Block {
			who = telegram.CleanLine(b.Note, 40)
		}
		if n := len(b.Guests); n > 0 {
			who += " +" + strconv.Itoa(n)
		}
		k.row(mark(b)+" "+v.in.Clock(start)+"–"+v.in.Clock(end)+" "+telegram.CleanLine(b.NetNames(nets), 30)+" · "+who, step{Verb: stepShow, Booking: b.ID})
	}
	k.turn(page, 0, last, s)
	for _, d := range []booking.Day{s.Day - 1, s.Day + 1} {
		if d >= 0 && d <= maxStepDay {
			text := "◀ " + v.in.Day(dateOf(d))
			if d > s.Day {
				text = v.in.Day(dateOf(d)) + " ▶"
			}
			if d < s.Day {
				k.row(text, step{Verb: stepSheet, Club: s.Club, Day: d})
			} else {
				k.beside(text, step{Verb: stepSheet, Club: s.Club, Day: d})
			}
		}
	}
	title := "📋 " + telegram.CleanLine(club.Name, 100) + " · " + v.in.Day(dateOf(s.Day))
	return telegram.Reply{Text: title + "\n" + v.in.Say("desk.some", len(list)), Bold: len(title), Keyboard: k.rows}, nil
}

// deskButtons are what the staff can do with a booking.
func (v *visit) deskButtons(k *buttons, s shown) {
	b := s.booking
	if b.State == booking.Confirmed && b.Kind == booking.Play && !s.at.Before(b.Span.Start.Add(s.club.Policy.NoShow)) {
		k.row(v.in.Say("desk.no_show"), step{Verb: stepNoShow, Booking: b.ID})
	}
	if s.live() && b.Kind != booking.Block && b.Price.Minor > 0 && !s.paid() {
		k.row(v.in.Say("desk.cash", v.money(b.Price)), step{Verb: stepDesk, Booking: b.ID, Page: 0})
		k.beside(v.in.Say("desk.card", v.money(b.Price)), step{Verb: stepDesk, Booking: b.ID, Page: 1})
	}
	for i, p := range s.payments {
		if left := leftOf(p); left.Minor > 0 {
			k.row(v.in.Say("desk.refund", v.money(left)), step{Verb: stepBack, Booking: b.ID, Page: i})
		}
	}
	k.row(v.in.Say("desk.audit"), step{Verb: stepAudit, Booking: b.ID})
	k.beside(v.in.Say("desk.sheet"), step{Verb: stepSheet, Club: b.Club, Day: b.Day})
}

// paid tells whether money for the booking is here.
func (s shown) paid() bool {
	for _, p := range s.payments {
		if leftOf(p).Minor > 0 {
			return true
		}
	}
	return false
}

// leftOf is what of a payment could be given back.
func leftOf(p booking.Payment) booking.Money {
	if p.State != booking.Captured && p.State != booking.PartRefunded && p.State != booking.RefundPending {
		return booking.Money{Currency: p.Received.Currency}
	}
	return booking.Money{Minor: p.Received.Minor - p.Refund, Currency: p.Received.Currency}
}

// payAtDesk notes that the staff took the money.
func (v *visit) payAtDesk(ctx context.Context, s step) (telegram.Reply, error) {
	methods := []string{booking.Cash, booking.Card}
	if s.Page >= len(methods) {
		return telegram.Reply{}, booking.ErrMethod
	}
	return v.shownAfter(ctx, s, v.deskStep(ctx, s, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := v.service().PayAtDesk(ctx, actor, s.Booking, methods[s.Page])
		return err
	}))
}

// deskStep runs a step on a booking as the staff of its club.
func (v *visit) deskStep(ctx context.Context, s step, do func(ctx context.Context, actor booking.Actor, b booking.Booking) error) error {
	seen, _, err := v.glance(ctx, s.Booking)
	if err != nil {
		return err
	}
	actor, err := v.staffActor(ctx, seen.Club)
	if err != nil {
		return err
	}
	return do(ctx, actor, seen)
}

// askRefund asks before money goes back. The button remembers what had gone back when it was made, so two of the staff give it back once.
func (v *visit) askRefund(ctx context.Context, s step) (telegram.Reply, error) {
	var reply telegram.Reply
	err := v.deskStep(ctx, s, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		p, err := v.paymentAt(ctx, actor, s)
		if err != nil {
			return err
		}
		left := leftOf(p)
		if left.Minor <= 0 {
			return booking.ErrNothingLeft
		}
		k := v.buttons()
		k.row(v.in.Say("desk.refund_do", v.money(left)), step{Verb: stepRefund, Booking: b.ID, Page: s.Page, Seen: p.Refund})
		k.row(v.in.Say("book.back"), step{Verb: stepShow, Booking: b.ID})
		title := v.in.Say("desk.refund_ask", v.money(left))
		reply = telegram.Reply{Text: title + "\n" + v.in.Say("show.number", strconv.FormatInt(int64(b.ID), 10)), Bold: len(title), Keyboard: k.rows}
		return nil
	})
	return reply, err
}

func (v *visit) paymentAt(ctx context.Context, actor booking.Actor, s step) (booking.Payment, error) {
	list, err := v.service().Payments(ctx, actor, s.Booking)
	if err == nil && s.Page >= len(list) {
		err = booking.ErrNoPayment
	}
	if err != nil {
		return booking.Payment{}, err
	}
	return list[s.Page], nil
}

func (v *visit) refund(ctx context.Context, s step) (telegram.Reply, error) {
	return v.shownAfter(ctx, s, v.deskStep(ctx, s, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		p, err := v.paymentAt(ctx, actor, s)
		if err != nil {
			return err
		}
		made, err := v.service().Refund(ctx, actor, booking.RefundRequest{Club: b.Club, Payment: p.ID, Seen: s.Seen})
		if err == nil {
			v.answer = v.in.Say("desk.refunded", v.money(made.Amount))
		}
		return err
	}))
}

// HandleRefund opens the booking whose money is to go back.
func (s *Screens) HandleRefund(ctx context.Context, e *telegram.Event) error {
	return s.enter(ctx, e, func(ctx context.Context, v *visit) (telegram.Reply, error) {
		id, err := numberIn(e.Text)
		if err != nil {
			return telegram.Reply{}, err
		}
		var reply telegram.Reply
		err = v.deskStep(ctx, step{Booking: id}, func(ctx context.Context, _ booking.Actor, b booking.Booking) error {
			reply, err = v.show(ctx, b.ID)
			return err
		})
		return reply, err
	})
}

// numberIn reads the number of a booking.
func numberIn(text string) (booking.ID, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n <= 0 {
		return 0, errWhichBooking
	}
	return booking.ID(n), nil
}
