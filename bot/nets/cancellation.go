package nets

import (
	"context"
	"slices"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// cancellation shows the terms of cancelling a booking, and cancels it.
type cancellation struct{ *visit }

func (c cancellation) askCancel(ctx context.Context, s step) (screen, error) {
	present, err := bookingScreen(c).readBookingView(ctx, s.Booking)
	if err != nil {
		return nil, err
	}
	if !present.isLive() {
		return nil, booking.ErrState
	}
	actor, err := c.actor(ctx, present.booking.Club)
	if err != nil {
		return nil, err
	}
	terms, err := c.Booking.CancelTerms(ctx, actor, s.Booking)
	if err != nil {
		return nil, err
	}
	return cancelView{present: present, terms: terms, waives: isStaff(actor) && !c.isOwn(present.booking)}, nil
}

func (c cancellation) cancel(ctx context.Context, s step) (screen, error) {
	return c.decideOrDo(ctx, s, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		if b.State == booking.Cancelled {
			return nil // by an earlier tap
		}
		var err error
		c.changed, err = c.Booking.IfSeen(s.seen()).Cancel(ctx, actor, s.Booking, false)
		return err
	})
}

// cancelFree cancels a member's booking without the fee.
func (c cancellation) cancelFree(ctx context.Context, s step) (screen, error) {
	return c.decide(ctx, s, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := c.Booking.IfSeen(s.seen()).Cancel(ctx, actor, s.Booking, true)
		return err
	})
}

// cancelView is a live booking and the terms of cancelling it now.
type cancelView struct {
	present bookingView
	terms   booking.CancelTerms
	waives  bool // the person may waive the fee
}

func (v cancelView) draw(d drawing) telegram.Reply {
	b, zone := v.present.booking, v.present.club.Zone
	lines := []string{"🏏 " + telegram.CleanLine(b.NetNames(v.present.nets), 100) + " · " + d.span(b.Span, zone)}
	for _, back := range v.terms.Back {
		lines = append(lines, d.in.Say("drop.back", d.money(back)))
	}
	paid := len(v.terms.Back) > 0 || slices.ContainsFunc(v.present.payments, func(p booking.Payment) bool { return p.Received.Minor > 0 })
	if v.terms.Fee.Minor > 0 {
		fee := "rule.late"
		if paid {
			fee = "drop.fee"
		}
		lines = append(lines, d.in.Say(fee, d.money(v.terms.Fee)))
	} else if v.terms.FreeUntil.After(v.present.at) {
		until := v.terms.FreeUntil.In(zone)
		lines = append(lines, d.in.Say("drop.free", d.in.Day(until), d.in.Clock(until)))
	}
	if !paid {
		lines = append(lines, d.in.Say("back.unpaid"))
	}
	k := d.keyboard()
	k.add(d.in.Say("drop.do"), step{Verb: stepCancel, Booking: b.ID, Version: b.Revision})
	if v.waives && v.terms.Fee.Minor > 0 {
		k.add(d.in.Say("drop.waive"), step{Verb: stepCancelFree, Booking: b.ID, Version: b.Revision})
	}
	if b.Series != 0 {
		k.add(d.in.Say("series.end_from"), step{Verb: stepAskEndSeries, Booking: b.ID, Choice: seriesFromHere})
		k.add(d.in.Say("series.end_all"), step{Verb: stepAskEndSeries, Booking: b.ID, Choice: seriesAll})
	}
	k.add(d.in.Say("drop.keep"), step{Verb: stepBooking, Booking: b.ID})
	return titled(d.in.Say("drop.title"), lines, k)
}
