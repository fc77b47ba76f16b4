package booking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pavilion/internal/fault"
)

// Errors of moving.
var (
	ErrMoveLate = fault.New(fault.Conflict, "too_late_to_move", "It is too late to move this booking; you can still cancel it.")
	ErrNoMove   = fault.New(fault.Invalid, "no_move", "That is where the booking is already.")
	ErrDearer   = fault.New(fault.Conflict, "costs_more", "That costs more than this booking. Cancel it and book that time, or ask the club's staff to move it.")
	ErrSwap     = fault.New(fault.Invalid, "swap", "Two different bookings of one club are needed.")
)

// RescheduleRequest is where a booking should go.
type RescheduleRequest struct {
	Nets       []NetID // none: the same ones
	Start, End time.Time
	AddOns     []AddOnID // nil: the same; empty: none. In a block's request they are not asked for
}

// DearerError is a move that its member cannot make without paying more, and how much more.
type DearerError struct{ Difference Money }

// Error names the difference.
func (e *DearerError) Error() string { return fmt.Sprintf("%v (by %s)", ErrDearer, e.Difference) }

// Unwrap makes it ErrDearer.
func (e *DearerError) Unwrap() error { return ErrDearer }

// Rescheduled is the moved booking, and how its price changed: positive is more to pay.
type Rescheduled struct {
	Booking    Booking
	Difference Money
}

// Reschedule moves a hold or a booking, to a time that may overlap its own, or changes what is hired with it. It is one UPDATE: a move to a
// taken slot leaves everything as it was. The price of the new time counts. Members may move until the limit up to which cancelling is free,
// and not to what costs more than they have paid; staff may, and the difference waits for a person.
func (s *Service) Reschedule(ctx context.Context, actor Actor, id ID, r RescheduleRequest) (Rescheduled, error) {
	var done Rescheduled
	var lost error
	err := s.withBooking(ctx, actor, id, r.Nets, func(ctx context.Context, c *change, b *Booking) error {
		old := *b
		if err := c.checkMovable(*b); err != nil {
			return err
		}
		nets := r.Nets
		if len(nets) == 0 {
			nets = b.Nets
		}
		addOns := r.AddOns
		if addOns == nil {
			addOns = b.AddOns
		}
		quote, err := c.setup.quote(SlotRequest{Club: b.Club, Nets: nets, Start: r.Start, End: r.End, AddOns: addOns}, b.Rate)
		if err != nil {
			return err
		}
		if slices.Equal(quote.Nets, b.Nets) && quote.Span.Start.Equal(b.Span.Start) && quote.Span.End.Equal(b.Span.End) && sameAddOns(addOns, b.AddOns) {
			return ErrNoMove
		}
		if err := c.checkActorNotice(quote.Day, quote.Span); err != nil {
			return err
		}
		if err := c.checkMovePrice(ctx, *b, quote.Total); err != nil {
			return err
		}
		b.Nets, b.Span, b.Day, b.Lines, b.Price, b.bufferEnd = quote.Nets, quote.Span, quote.Day, quote.Lines, quote.Total, c.setup.withBuffer(quote.Span).End
		b.AddOns = quote.addOnIDs()
		if err := c.checkMemberQuota(ctx, *b); err != nil {
			return err
		}
		if err := c.expireHoldsIn(ctx, b.Nets, b.occupied()); err != nil {
			return err
		}
		free, err := c.slotsFree(ctx, b.Nets, b.occupied(), b.ID)
		if err != nil {
			return err
		}
		if !free {
			lost = ErrSlotTaken
			return nil
		}
		done = Rescheduled{Difference: Money{Minor: b.Price.Minor - old.Price.Minor, Currency: b.Price.Currency}}
		if err := c.moveBooking(ctx, old, b); err != nil {
			return err
		}
		done.Booking = *b
		return c.reviewDifference(ctx, *b, old.Price)
	})
	if err == nil && lost != nil {
		err = lostError{lost}
	}
	if err != nil {
		return Rescheduled{}, err
	}
	return done, nil
}

// checkMovable checks state and time of a booking that is to move.
func (c *change) checkMovable(b Booking) error {
	switch {
	case b.State == Expired || b.expired(c.at):
		return ErrHoldExpired
	case b.Kind != Play || b.State != Held && b.State != Confirmed:
		return ErrState
	case !b.Span.Start.After(c.at):
		return ErrTooLate
	case !c.actor.isStaff() && b.State == Confirmed && c.at.After(b.Span.Start.Add(-c.setup.club.Policy.CancelFree)):
		return ErrMoveLate
	}
	return nil
}

// checkMovePrice keeps a member from having a dearer time for the money that was paid for a cheaper one. A hold is paid later, at its new price.
func (c *change) checkMovePrice(ctx context.Context, b Booking, total Money) error {
	if c.actor.isStaff() || b.State == Held || total.Minor <= b.Price.Minor {
		return nil
	}
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil {
		return err
	}
	paid, covered := false, b.Price.Minor
	for _, p := range list {
		if !holdsMoney(p) {
			continue
		}
		// Of money in another currency than the price, the same part is left.
		paid, covered = true, max(covered, mulDivHalfUp(p.Price.Minor, p.refundable().Minor, p.Received.Minor))
	}
	if more := total.Minor - covered; more > 0 && (paid || c.setup.club.Policy.PaysOnline) {
		return &DearerError{Difference: Money{Minor: more, Currency: total.Currency}}
	}
	return nil
}

func sameAddOns(a, b []AddOnID) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(id AddOnID) bool { return !slices.Contains(b, id) })
}

// moveBooking writes the new place and passes the old one on.
func (c *change) moveBooking(ctx context.Context, old Booking, b *Booking) error {
	if err := updateSlots(ctx, c.tx, b, old, c.at); err != nil {
		return err
	}
	if err := c.replaceTokensOf(ctx, old.Nets, old.occupied()); err != nil {
		return err
	}
	detail := map[string]any{"from_nets": old.Nets, "from": old.Span.Start.UTC(), "to_nets": b.Nets, "to": b.Span.Start.UTC(), "price_minor": b.Price.Minor}
	if err := c.recordChange(ctx, "reschedule", b, notifyMoved, detail); err != nil {
		return err
	}
	return c.offerFreed(ctx, old.Nets, old.occupied())
}

// Swap exchanges the places of two confirmed bookings, in one UPDATE. Each keeps its member and its price. It is for staff, who have asked
// both members.
func (s *Service) Swap(ctx context.Context, actor Actor, first, second ID) ([2]Booking, error) {
	var done [2]Booking
	if err := actor.mustBeStaff(); err != nil {
		return done, err
	}
	other, err := selectBooking(ctx, s.db, second)
	if err != nil {
		return done, translate(ctx, err)
	}
	err = s.withBooking(ctx, actor, first, other.Nets, func(ctx context.Context, c *change, a *Booking) error {
		b, err := selectBooking(ctx, c.tx, second)
		if err != nil {
			return err
		}
		switch {
		case !slices.Equal(b.Nets, other.Nets):
			return ErrBusy // it moved before its nets were locked
		case first == second || a.Club != b.Club:
			return ErrSwap
		case a.State != Confirmed || b.State != Confirmed || a.Kind != Play || b.Kind != Play:
			return ErrState
		case !a.Span.Start.After(c.at) || !b.Span.Start.After(c.at):
			return ErrTooLate
		case !offersAddOns(a.AddOns, c.setup, b.Nets) || !offersAddOns(b.AddOns, c.setup, a.Nets):
			return ErrNoAddOn
		}
		a.Nets, b.Nets, a.Span, b.Span, a.Day, b.Day, a.bufferEnd, b.bufferEnd = b.Nets, a.Nets, b.Span, a.Span, b.Day, a.Day, b.bufferEnd, a.bufferEnd
		if err := swapSlots(ctx, c.tx, a, &b, c.at); err != nil {
			return err
		}
		for _, one := range []*Booking{a, &b} {
			if err := c.recordChange(ctx, "swap", one, notifyMoved, map[string]any{"to_nets": one.Nets, "to": one.Span.Start.UTC()}); err != nil {
				return err
			}
		}
		done = [2]Booking{*a, b}
		return nil
	})
	return done, err
}

// offersAddOns tells whether what is hired with a booking can be had on other nets: a machine stands in its lane and does not move with the booking.
func offersAddOns(ids []AddOnID, s *setup, nets []NetID) bool {
	return !slices.ContainsFunc(ids, func(id AddOnID) bool {
		return !slices.ContainsFunc(s.nets, func(n Net) bool {
			return slices.Contains(nets, n.ID) && slices.ContainsFunc(n.AddOns, func(a AddOn) bool { return a.ID == id })
		})
	})
}
