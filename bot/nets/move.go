package nets

import (
	"context"
	"slices"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// move takes a booking to another time.
type move struct{ *visit }

// askMove asks before a booking moves.
func (m move) askMove(ctx context.Context, s step) (screen, error) {
	actor, err := m.actor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	present, err := bookingScreen(m).readBookingView(ctx, s.Booking)
	if err != nil {
		return nil, err
	}
	s.Length = wholeMinutes(present.booking.Span.Length())
	quote, err := m.Booking.Quote(ctx, actor.QuotedAs(present.booking), s.slotOf(present.booking))
	if err != nil {
		return nil, err
	}
	version, err := seriesVersion(ctx, m.Booking, actor, present.booking)
	if err != nil {
		return nil, err
	}
	return moveView{present: present, quote: quote, step: s, series: version}, nil
}

// slotOf is the step's time for a booking that moves. A booking of several nets keeps its nets and moves in time only.
func (s step) slotOf(b booking.Booking) booking.SlotRequest {
	slot := s.slot()
	slot.AddOns = b.AddOns
	if len(b.Nets) > 1 {
		slot.Nets = b.Nets
	}
	return slot
}

// move moves a booking. A booking that an earlier tap has moved is shown.
func (m move) move(ctx context.Context, s step) (screen, error) {
	return m.decideOrDo(ctx, s, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		slot := s.slotOf(b)
		if slices.Equal(slot.Nets, b.Nets) && slot.Start.Equal(b.Span.Start) && slot.End.Equal(b.Span.End) {
			return nil
		}
		moved, err := m.Booking.IfSeen(s.seen()).Reschedule(ctx, actor, s.Booking, booking.RescheduleRequest{Nets: slot.Nets, Start: slot.Start, End: slot.End})
		m.changed = moved.Booking
		return err
	})
}

// moveView is a booking and the time that it would move to.
type moveView struct {
	present bookingView
	quote   booking.Quote
	step    step
	series  int // the version of its series
}

func (v moveView) draw(d drawing) telegram.Reply {
	s, b, zone := v.step, v.present.booking, v.present.club.Zone
	s.Version = b.Revision
	moved := b
	moved.Nets = s.slotOf(b).Nets
	k := d.keyboard()
	k.add(d.in.Say("move.do"), s.with(stepMove))
	if b.Series != 0 && isSameWeek(b.Day, v.quote.Day) {
		from, all := s.with(stepMoveSeries), s.with(stepMoveSeries)
		from.Choice, all.Choice = seriesFromHere, seriesAll
		from.Version, all.Version = v.series, v.series
		k.add(d.in.Say("series.move_from"), from)
		k.add(d.in.Say("series.move_all"), all)
	}
	day := partStep(s.Club, v.quote.Day, s.startsAt(), zone)
	day.Booking = s.Booking
	k.add(d.in.Say("book.back"), day)
	k.add(d.in.Say("move.stay"), step{Verb: stepBooking, Booking: s.Booking})
	lines := []string{
		d.in.Say("move.from", telegram.CleanLine(b.NetNames(v.present.nets), 60), d.span(b.Span, zone)),
		d.in.Say("move.to", telegram.CleanLine(moved.NetNames(v.present.nets), 60), d.span(s.span(), zone)),
	}
	switch difference := v.quote.Total.Minor - b.Price.Minor; {
	case difference > 0:
		lines = append(lines, d.in.Say("move.more", d.in.Money(difference, v.quote.Total.Currency)))
	case difference < 0:
		lines = append(lines, d.in.Say("move.less", d.in.Money(-difference, v.quote.Total.Currency)))
	}
	return titled(d.in.Say("move.title"), lines, k)
}
