package nets

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// shown is everything about a booking that its screen says.
type shown struct {
	booking  booking.Booking
	at       time.Time // of the database's clock
	club     booking.Club
	nets     []booking.Net
	payments []booking.Payment
	desk     bool // shown to the club's staff, with what only they can do
}

// look reads a booking for its member or the staff.
func (v *visit) look(ctx context.Context, id booking.ID) (shown, error) {
	actor := booking.Actor{ID: booking.MemberID(v.event.From.ID), Role: booking.Guest, Origin: "bot"}
	seen, at, err := v.glance(ctx, id)
	if err != nil {
		return shown{}, err
	}
	if seen.Member != actor.ID {
		if actor, err = v.actor(ctx, seen.Club); err != nil {
			return shown{}, err
		}
	}
	if _, err := v.service().Booking(ctx, actor, id); err != nil {
		return shown{}, err
	}
	s, err := v.lookAt(ctx, actor, seen, at)
	if err != nil {
		return s, err
	}
	if seen.Member == actor.ID {
		actor, err = v.actor(ctx, seen.Club)
	}
	s.desk = actor.Role == booking.Staff || actor.Role == booking.Admin
	return s, err
}

func (s *Screens) lookAt(ctx context.Context, actor booking.Actor, seen booking.Booking, at time.Time) (shown, error) {
	x := shown{booking: seen, at: at}
	var err error
	if x.club, err = s.Booking.Club(ctx, seen.Club); err != nil {
		return x, err
	}
	if x.nets, err = s.Booking.Nets(ctx, seen.Club); err != nil {
		return x, err
	}
	x.payments, err = s.Booking.Payments(ctx, actor, seen.ID)
	return x, err
}

// show is the screen of one booking as it is now.
func (v *visit) show(ctx context.Context, id booking.ID) (telegram.Reply, error) {
	s, err := v.look(ctx, id)
	if err != nil {
		return telegram.Reply{}, err
	}
	if s.live() && s.booking.State == booking.Held && s.booking.Member == booking.MemberID(v.event.From.ID) {
		v.shows = s.drawn()
	}
	return v.showing(s), nil
}

// shownAfter is the screen of a step's booking once the step is done.
func (v *visit) shownAfter(ctx context.Context, s step, err error) (telegram.Reply, error) {
	if err != nil {
		return telegram.Reply{}, err
	}
	return v.show(ctx, s.Booking)
}

func (s shown) live() bool { return s.booking.LiveAt(s.at) }

// showing renders a booking.
func (v *visit) showing(s shown) telegram.Reply {
	b := s.booking
	title := v.stateLine(s)
	var t strings.Builder
	t.WriteString(title + "\n🏏 " + telegram.CleanLine(b.NetNames(s.nets), 100) + " · " + telegram.CleanLine(s.club.Name, 100) + "\n" + v.in.Span(b.Span.Start.In(s.club.Zone), b.Span.End.In(s.club.Zone)))
	if b.Price.Minor > 0 || len(b.Lines) > 0 {
		t.WriteString("\n" + v.prices(b.Lines, b.Price))
	}
	for _, name := range b.Guests {
		t.WriteString("\n👥 " + telegram.CleanLine(name, 60))
	}
	t.WriteString("\n" + v.in.Say("show.number", strconv.FormatInt(int64(b.ID), 10)))
	k := v.buttons()
	reply := telegram.Reply{Bold: len(title)}
	switch {
	case b.State == booking.Held && s.live():
		t.WriteString("\n\n" + v.countdown(s))
		reply.Links = v.payLinks(s)
		v.heldButtons(k, s, len(reply.Links) > 0)
	case s.live():
		v.liveButtons(k, s)
	default:
		k.row(v.in.Say("show.again"), step{Verb: stepDay, Club: b.Club, Day: b.Day})
	}
	if s.desk {
		v.deskButtons(k, s)
	} else {
		k.row(v.in.Say("show.mine"), step{Verb: stepMine})
	}
	reply.Text, reply.Keyboard = t.String(), k.rows
	return reply
}

// stateLine says how the booking stands.
func (v *visit) stateLine(s shown) string {
	if s.booking.State == booking.Held && !s.live() {
		return v.in.Say("state.expired")
	}
	switch s.booking.State {
	case booking.Held:
		if s.booking.Kind == booking.Offer {
			return v.in.Say("state.offered")
		}
		return v.in.Say("state.held")
	case booking.Confirmed:
		return v.in.Say("state.confirmed")
	case booking.CheckedIn:
		return v.in.Say("state.checked_in")
	case booking.NoShow:
		return v.in.Say("state.no_show")
	case booking.Cancelled:
		return v.in.Say("state.cancelled")
	case booking.SlotLost:
		return v.in.Say("state.slot_lost")
	case booking.Expired:
	}
	return v.in.Say("state.expired")
}

// countdown says until when the hold lasts, and how long that still is.
func (v *visit) countdown(s shown) string {
	left := s.booking.ExpiresAt.Sub(s.at)
	until := v.in.Clock(s.booking.ExpiresAt.In(s.club.Zone))
	if left <= time.Minute {
		return v.in.Say("show.last_minute", until)
	}
	return v.in.Say("show.countdown", int((left+time.Minute-1)/time.Minute), until)
}

// nextLook is when the countdown says something else: each minute, and once more in the last one. Telegram wants few edits.
func nextLook(at, expires time.Time) time.Time {
	left := expires.Sub(at)
	if left <= time.Minute {
		return expires
	}
	return expires.Add(-(left - 1).Truncate(time.Minute))
}

// drawn is the state that a message with this live hold shows.
func (s shown) drawn() chat.Drawn {
	return chat.Drawn{Subject: int64(s.booking.ID), Version: s.booking.Version, Next: nextLook(s.at, *s.booking.ExpiresAt)}
}

// paysOnline tells whether money has to confirm this hold.
func (s shown) paysOnline() bool { return s.club.Policy.PaysOnline && s.booking.Price.Minor > 0 }

// payLinks are the pages that are open for this hold.
func (v *visit) payLinks(s shown) (links []telegram.Link) {
	for _, p := range s.payments {
		if p.State == booking.Created && p.URL != "" && p.Price == s.booking.Price {
			links = append(links, telegram.Link{Text: v.in.Say("show.pay_page", v.money(p.Amount)), URL: p.URL})
		}
	}
	return links
}

func (v *visit) heldButtons(k *buttons, s shown, paying bool) {
	id := s.booking.ID
	switch {
	case !s.paysOnline():
		k.row(v.in.Say("show.confirm"), step{Verb: stepConfirm, Booking: id})
	case !paying:
		providers := v.service().Providers()
		for i, p := range providers {
			name := v.in.Say("show.pay", v.money(s.booking.Price))
			if len(providers) > 1 {
				name += " · " + providerName(p)
			}
			k.row(name, step{Verb: stepPay, Booking: id, Page: i})
		}
	}
	if s.booking.Kind == booking.Play && s.booking.ExpiresAt.Before(s.booking.CreatedAt.Add(s.club.Policy.HoldMax)) {
		k.row(v.in.Say("show.extend"), step{Verb: stepExtend, Booking: id})
	}
	k.row(v.in.Say("show.give_up"), step{Verb: stepGiveUp, Booking: id})
}

func providerName(p booking.Provider) string {
	name := string(p)
	return strings.ToUpper(name[:1]) + name[1:]
}

func (v *visit) liveButtons(k *buttons, s shown) {
	b := s.booking
	if b.State == booking.Confirmed && !s.at.Before(b.Span.Start.Add(-s.club.Policy.CheckIn)) && s.at.Before(b.Span.End) {
		k.row(v.in.Say("show.check_in"), step{Verb: stepCheckIn, Booking: b.ID})
	}
	if b.Kind == booking.Play {
		k.row(v.in.Say("show.guests"), step{Verb: stepGuests, Booking: b.ID})
	}
	k.row(v.in.Say("show.file"), step{Verb: stepFile, Booking: b.ID})
	if s.club.Place != nil {
		k.beside(v.in.Say("show.map"), step{Verb: stepMap, Booking: b.ID})
	}
	if b.State == booking.Confirmed && b.Span.Start.After(s.at) {
		k.row(v.in.Say("show.move"), step{Verb: stepMonth, Club: b.Club, Page: monthOf(dateOf(b.Day)), Booking: b.ID})
		k.beside(v.in.Say("show.cancel"), step{Verb: stepDrop, Booking: b.ID})
	}
}

// bookingStep runs a step on a booking as the member or the staff of its club.
func (v *visit) bookingStep(ctx context.Context, s step, do func(ctx context.Context, actor booking.Actor, b booking.Booking) error) error {
	seen, _, err := v.glance(ctx, s.Booking)
	if err != nil {
		return err
	}
	actor, err := v.actor(ctx, seen.Club)
	if err != nil {
		return err
	}
	if seen.Member == actor.ID && actor.Role != booking.Guest { // for themselves they book as everybody does
		actor.Role = booking.Player
	}
	return do(ctx, actor, seen)
}

func (v *visit) confirm(ctx context.Context, s step) (telegram.Reply, error) {
	err := v.bookingStep(ctx, s, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := v.service().Confirm(ctx, actor, s.Booking)
		return err
	})
	if err != nil {
		return telegram.Reply{}, err
	}
	reply, err := v.show(ctx, s.Booking)
	v.shows = chat.Drawn{Subject: int64(s.Booking)} // the watcher sends the file and the place
	return reply, err
}

func (v *visit) pay(ctx context.Context, s step) (telegram.Reply, error) {
	providers := v.service().Providers()
	if s.Page >= len(providers) {
		return telegram.Reply{}, booking.ErrNoGateway
	}
	return v.shownAfter(ctx, s, v.bookingStep(ctx, s, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		if b.State == booking.Confirmed || b.State == booking.CheckedIn { // a button of before
			return booking.ErrPaid
		}
		club, err := v.service().Club(ctx, b.Club)
		if err != nil {
			return err
		}
		nets, err := v.service().Nets(ctx, b.Club)
		if err != nil {
			return err
		}
		title := telegram.CleanLine(club.Name, 60) + " · " + telegram.CleanLine(b.NetNames(nets), 60) + " · " + v.in.Span(b.Span.Start.In(club.Zone), b.Span.End.In(club.Zone))
		_, err = v.service().Pay(ctx, actor, booking.PayRequest{Booking: s.Booking, Provider: providers[s.Page], Title: title})
		return err
	}))
}

func (v *visit) extend(ctx context.Context, s step) (telegram.Reply, error) {
	return v.shownAfter(ctx, s, v.bookingStep(ctx, s, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := v.service().Extend(ctx, actor, s.Booking)
		return err
	}))
}

// guests asks who comes along, and notes it.
func (v *visit) guests(ctx context.Context, s step) (telegram.Reply, error) {
	if _, err := v.look(ctx, s.Booking); err != nil { // nobody is asked about a booking of others
		return telegram.Reply{}, err
	}
	text, err := v.typed(ctx, s, v.in.Say("show.ask_guests"))
	if err != nil {
		return telegram.Reply{}, err
	}
	return v.shownAfter(ctx, s, v.bookingStep(ctx, s, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := v.service().SetGuests(ctx, actor, s.Booking, parseNames(text))
		return err
	}))
}

// giveUp lets a hold go and shows its day again. One that is over, or given up by an earlier tap, leads there as well; a booking does not.
func (v *visit) giveUp(ctx context.Context, s step) (telegram.Reply, error) {
	var back step
	err := v.bookingStep(ctx, s, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		back = step{Verb: stepDay, Club: b.Club, Day: b.Day}
		if b.State == booking.Expired || b.State == booking.Cancelled {
			_, err := v.service().Booking(ctx, actor, s.Booking) // is it theirs to look at?
			return err
		}
		if b.State != booking.Held {
			return booking.ErrState
		}
		_, err := v.service().Cancel(ctx, actor, s.Booking, false)
		if errors.Is(err, booking.ErrHoldExpired) {
			return nil
		}
		return err
	})
	if err != nil {
		return telegram.Reply{}, err
	}
	return v.day(ctx, back)
}

// sendFile sends the calendar file; for the same state of the booking it is the same message.
func (v *visit) sendFile(ctx context.Context, s step) error {
	x, err := v.look(ctx, s.Booking)
	if err != nil {
		return err
	}
	return v.sendCalendar(ctx, telegram.LaneAnswer, x, fmt.Sprintf("asked %d", v.event.QueryID))
}

func (v *visit) sendMap(ctx context.Context, s step) error {
	x, err := v.look(ctx, s.Booking)
	if err != nil {
		return err
	}
	return v.sendPlace(ctx, telegram.LaneAnswer, x, fmt.Sprintf("asked %d", v.event.QueryID))
}
