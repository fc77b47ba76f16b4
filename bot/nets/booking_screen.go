package nets

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// bookingScreen is one hold or booking, and the steps on it.
type bookingScreen struct{ *visit }

// showBooking is the booking as it is now. A live hold of the person is watched, so that its message counts down.
func (s bookingScreen) showBooking(ctx context.Context, id booking.ID) (screen, error) {
	v, err := s.readWatched(ctx, id)
	if err != nil {
		return nil, err
	}
	return v, nil
}

// readWatched reads a booking to show it, and watches it.
func (s bookingScreen) readWatched(ctx context.Context, id booking.ID) (bookingView, error) {
	v, err := s.readBookingView(ctx, id)
	if err == nil && v.isHeld() && v.booking.Member == s.member() {
		s.watched = v.drawn()
	}
	return v, err
}

// showAfter is the booking after its step was done; err is the step's.
func (s bookingScreen) showAfter(ctx context.Context, done step, err error) (screen, error) {
	if err != nil {
		return nil, err
	}
	return s.showBooking(ctx, done.Booking)
}

// readBookingView reads a booking for its member or the staff.
func (s bookingScreen) readBookingView(ctx context.Context, id booking.ID) (bookingView, error) {
	b, at, err := s.readBooking(ctx, id)
	if err != nil {
		return bookingView{}, err
	}
	reader, err := s.actor(ctx, b.Club)
	if err != nil {
		return bookingView{}, err
	}
	if _, err := s.Booking.Booking(ctx, reader, id); err != nil {
		return bookingView{}, err
	}
	v, err := readBookingView(ctx, s.Booking, reader, b, at)
	v.staff = isStaff(reader)
	return v, err
}

// confirmHold books a hold that needs no money.
func (s bookingScreen) confirmHold(ctx context.Context, to step) (screen, error) {
	err := s.asMember(ctx, to.Booking, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		if b.State == booking.Confirmed {
			return nil // by an earlier tap
		}
		var err error
		s.changed, err = s.Booking.IfSeen(to.seen()).Confirm(ctx, actor, to.Booking)
		return err
	})
	shown, err := s.showAfter(ctx, to, err)
	if err != nil {
		return nil, err
	}
	s.watched = chat.Drawn{Subject: int64(to.Booking)} // the watcher sends the calendar file and the place
	return shown, nil
}

// pay opens a payment by one of the providers. Its page is a link on the screen; an invoice is a message of its own.
func (s bookingScreen) pay(ctx context.Context, to step) (screen, error) {
	providers := s.Booking.Providers()
	if to.Choice >= len(providers) {
		return nil, booking.ErrNoGateway
	}
	err := s.asMember(ctx, to.Booking, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		if b.State == booking.Confirmed || b.State == booking.CheckedIn { // by a button that is out of date
			return booking.ErrPaid
		}
		club, nets, err := s.clubNets(ctx, b.Club)
		if err != nil {
			return err
		}
		title := strings.Join([]string{telegram.CleanLine(club.Name, 60), telegram.CleanLine(b.NetNames(nets), 60), s.drawing().span(b.Span, club.Zone)}, " · ")
		_, err = s.Booking.Pay(ctx, actor, booking.PayRequest{Booking: to.Booking, Provider: providers[to.Choice], Title: title})
		return err
	})
	return s.showAfter(ctx, to, err)
}

// extend makes a hold last longer. The answer on the button says until when, because the screen may look the same as before.
func (s bookingScreen) extend(ctx context.Context, to step) (screen, error) {
	err := s.asMember(ctx, to.Booking, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := s.Booking.Extend(ctx, actor, to.Booking)
		return err
	})
	if err != nil {
		return nil, err
	}
	v, err := s.readWatched(ctx, to.Booking)
	if err != nil {
		return nil, err
	}
	if v.isHeld() {
		s.answer = v.extended(s.drawing())
	}
	return v, nil
}

// giveUpHold cancels a hold and shows its day. It also shows the day of an ended hold. It refuses a booking.
func (s bookingScreen) giveUpHold(ctx context.Context, to step) (screen, error) {
	var day step // leads back to the part of the day with the hold
	err := s.asMember(ctx, to.Booking, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		club, err := s.Booking.Club(ctx, b.Club)
		if err != nil {
			return err
		}
		day = partStep(b.Club, b.Day, b.Span.Start, club.Zone)
		if b.State == booking.Expired || b.State == booking.Cancelled {
			_, err := s.Booking.Booking(ctx, actor, to.Booking) // may the person see it?
			return err
		}
		if b.State != booking.Held {
			return booking.ErrState
		}
		s.changed, err = s.Booking.Cancel(ctx, actor, to.Booking, false)
		if errors.Is(err, booking.ErrHoldExpired) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return dayGrid(s).showDay(ctx, day)
}

// setGuests asks for the names of the guests, and stores them.
func (s bookingScreen) setGuests(ctx context.Context, to step) (screen, error) {
	if _, err := s.readBookingView(ctx, to.Booking); err != nil { // before a question about another member's booking
		return nil, err
	}
	text, typed := s.typed()
	if !typed {
		return question{answer: to, text: askGuests}, nil
	}
	err := s.asMember(ctx, to.Booking, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := s.Booking.IfSeen(to.seen()).SetGuests(ctx, actor, to.Booking, parseNames(text))
		return err
	})
	return s.showAfter(ctx, to, err)
}

func askGuests(d drawing) string { return d.in.Say("show.ask_guests") }

// sendCalendarFile sends the calendar file, once for each tap.
func (s bookingScreen) sendCalendarFile(ctx context.Context, to step) error {
	v, err := s.readBookingView(ctx, to.Booking)
	if err != nil {
		return err
	}
	return confirmation{s.visit, telegram.LaneAnswer}.sendCalendarFile(ctx, v, s.tapName())
}

// sendMap sends the club's place on the map, once for each tap.
func (s bookingScreen) sendMap(ctx context.Context, to step) error {
	v, err := s.readBookingView(ctx, to.Booking)
	if err != nil {
		return err
	}
	return confirmation{s.visit, telegram.LaneAnswer}.sendPlace(ctx, v, s.tapName())
}

// tapName names the sends of one tap.
func (s bookingScreen) tapName() string { return fmt.Sprintf("asked %d", s.event.QueryID) }
