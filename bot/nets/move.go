package nets

import (
	"context"
	"errors"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// moveSlip is the summary before a booking moves: from where to where, and what that costs.
func (v *visit) moveSlip(ctx context.Context, actor booking.Actor, s step) (telegram.Reply, error) {
	x, err := v.look(ctx, s.Booking)
	if err != nil {
		return telegram.Reply{}, err
	}
	s.Length = int(x.booking.Span.Length() / time.Minute)
	slot := s.slot()
	slot.AddOns = x.booking.AddOns
	quote, err := v.service().Quote(ctx, actor, slot)
	if err != nil {
		return telegram.Reply{}, err
	}
	k := v.buttons()
	k.row(v.in.Say("move.do"), s.at(stepMove))
	k.row(v.in.Say("book.back"), step{Verb: stepDay, Club: s.Club, Day: quote.Day, Booking: s.Booking})
	k.row(v.in.Say("move.stay"), step{Verb: stepShow, Booking: s.Booking})
	title := v.in.Say("move.title")
	zone := x.club.Zone
	from, to := x.booking.Span, s.span()
	text := title + "\n" + v.in.Say("move.from", telegram.CleanLine(x.booking.NetNames(x.nets), 60), v.in.Span(from.Start.In(zone), from.End.In(zone))) +
		"\n" + v.in.Say("move.to", telegram.CleanLine(netName(x.nets, s.Net), 60), v.in.Span(to.Start.In(zone), to.End.In(zone)))
	switch difference := quote.Total.Minor - x.booking.Price.Minor; {
	case difference > 0:
		text += "\n" + v.in.Say("move.more", v.in.Money(difference, quote.Total.Currency))
	case difference < 0:
		text += "\n" + v.in.Say("move.less", v.in.Money(-difference, quote.Total.Currency))
	}
	return telegram.Reply{Text: text, Bold: len(title), Keyboard: k.rows}, nil
}

// move moves a booking. One that is there already, by an earlier tap, is shown.
func (v *visit) move(ctx context.Context, s step) (telegram.Reply, error) {
	return v.shownAfter(ctx, s, v.bookingStep(ctx, s, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		nets := []booking.NetID{s.Net}
		if len(b.Nets) > 1 {
			nets = nil // several nets move in time only
		}
		span := s.span()
		_, err := v.service().Reschedule(ctx, actor, s.Booking, booking.RescheduleRequest{Nets: nets, Start: span.Start, End: span.End})
		if errors.Is(err, booking.ErrNoMove) {
			return nil
		}
		return err
	}))
}
