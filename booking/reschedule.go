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
	ErrMoveLate  = fault.New(fault.Conflict, "too_late_to_move")
	ErrNoMove    = fault.New(fault.Invalid, "no_move")
	ErrCostsMore = fault.New(fault.Conflict, "costs_more")
	ErrSwap      = fault.New(fault.Invalid, "swap")
)

// RescheduleRequest names the new time of a booking.
type RescheduleRequest struct {
	Nets       []NetID // none: the same ones
	Start, End time.Time
	AddOns     []AddOnID // nil: the same; empty: none. A BlockRequest ignores them
}

// CostsMoreError refuses a member's move to a time that costs more than was paid.
type CostsMoreError struct{ Difference Money }

// Error names the difference.
func (e *CostsMoreError) Error() string { return fmt.Sprintf("%v (by %s)", ErrCostsMore, e.Difference) }

// Unwrap returns ErrCostsMore.
func (e *CostsMoreError) Unwrap() error { return ErrCostsMore }

// Rescheduled is the result of a move.
type Rescheduled struct {
	Booking    Booking
	Difference Money // of the prices; positive means that the new time costs more
}

// Reschedule moves a hold or a booking, or changes its add-ons. The new time may overlap the old one. A move to a taken slot changes nothing. The
// booking gets the price of the new time. Members may move as long as cancelling is free, and not to a time that costs more than they have paid.
// Staff may; a difference in the price of a paid booking then opens a review.
func (s *Service) Reschedule(ctx context.Context, actor Actor, id ID, r RescheduleRequest) (Rescheduled, error) {
	var moved Rescheduled
	var lost error
	err := s.withBooking(ctx, actor, id, r.Nets, func(ctx context.Context, c *change, b *Booking) (err error) {
		old := *b
		if moved, lost, err = c.reschedule(ctx, b, r, notifyMoved); err != nil || lost != nil {
			return err
		}
		return c.offerFreed(ctx, old.Nets, old.occupied())
	})
	if err == nil && lost != nil {
		err = lostError{lost}
	}
	if err != nil {
		return Rescheduled{}, err
	}
	return moved, nil
}

// reschedule moves b; the caller offers the old time to the waitlist. It first expires stale holds that overlap; a refusal writes nothing else. If the
// time is taken it returns ErrSlotTaken as lost and a nil err, so that the caller commits the expiries.
func (c *change) reschedule(ctx context.Context, b *Booking, r RescheduleRequest, tell notice) (moved Rescheduled, lost, err error) {
	old := *b
	if err := c.checkMovable(*b); err != nil {
		return moved, nil, err
	}
	if err := c.mustNotBeReviewed(ctx, *b); err != nil {
		return moved, nil, err
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
		return moved, nil, err
	}
	if slices.Equal(quote.Nets, b.Nets) && quote.Span.Start.Equal(b.Span.Start) && quote.Span.End.Equal(b.Span.End) && sameAddOns(addOns, b.AddOns) {
		return moved, nil, ErrNoMove
	}
	if err := c.checkActorNotice(quote.Day, quote.Span); err != nil {
		return moved, nil, err
	}
	if err := c.checkMovePrice(ctx, *b, quote.Total); err != nil {
		return moved, nil, err
	}
	b.Nets, b.Span, b.Day, b.Lines, b.Price, b.bufferEnd = quote.Nets, quote.Span, quote.Day, quote.Lines, quote.Total, c.setup.withBuffer(quote.Span).End
	b.AddOns = quote.addOnIDs()
	u, err := c.checkMemberQuota(ctx, *b)
	if err != nil {
		return moved, nil, err
	}
	free, err := c.clearSlots(ctx, *b)
	if err != nil {
		return moved, nil, err
	}
	if !free {
		return moved, ErrSlotTaken, nil
	}
	if err := c.moveBooking(ctx, old, b, u, tell); err != nil {
		return moved, nil, err
	}
	moved = Rescheduled{Booking: *b, Difference: Money{Minor: b.Price.Minor - old.Price.Minor, Currency: b.Price.Currency}}
	return moved, nil, c.applyNewPrice(ctx, *b, old.Price)
}

// checkMovable refuses to move a booking whose state or time does not allow it.
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

// checkMovePrice refuses a member's move to a time that costs more than was paid. A hold is not paid yet, so it may move.
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
		// Money in another currency covers the same share of the price as is left of it.
		paid, covered = true, max(covered, p.Price.part(p.refundable().Minor, p.Received.Minor).Minor)
	}
	if more := total.Minor - covered; more > 0 && (paid || c.setup.club.Policy.PaysOnline) {
		return &CostsMoreError{Difference: Money{Minor: more, Currency: total.Currency}}
	}
	return nil
}

func sameAddOns(a, b []AddOnID) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(id AddOnID) bool { return !slices.Contains(b, id) })
}

// moveBooking stores the new time and nets. u is the member's usage without b.
func (c *change) moveBooking(ctx context.Context, old Booking, b *Booking, u usage, tell notice) error {
	if err := updateSlots(ctx, c.tx, b, old, c.at); err != nil {
		return err
	}
	if err := replaceTokens(ctx, c.tx, b.Club, c.setup.slotTokens(old.Nets, old.occupied())); err != nil {
		return err
	}
	detail := map[string]any{"from_nets": old.Nets, "from": old.Span.Start.UTC(), "to_nets": b.Nets, "to": b.Span.Start.UTC(), "price_minor": b.Price.Minor}
	c.overridden(*b, u, detail)
	if err := c.recordChange(ctx, "reschedule", b, tell, detail); err != nil {
		return err
	}
	return c.keepMoved(ctx, b)
}

// Swap exchanges the times and nets of two confirmed bookings. Each keeps its member and price. It is for staff, after both members have agreed. It is
// refused if one of the times is closed.
func (s *Service) Swap(ctx context.Context, actor Actor, first, second ID) ([2]Booking, error) {
	var swapped [2]Booking
	if err := actor.mustBeStaff(); err != nil {
		return swapped, err
	}
	other, err := selectBooking(ctx, s.db, second)
	if err != nil {
		return swapped, translate(ctx, err)
	}
	err = s.withBooking(ctx, actor, first, other.Nets, func(ctx context.Context, c *change, a *Booking) error {
		b, err := selectBooking(ctx, c.tx, second)
		if err == nil {
			err = s.checkBookingSeen(b)
		}
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
		case !c.setup.offersAddOns(b.Nets, a.AddOns...) || !c.setup.offersAddOns(a.Nets, b.AddOns...):
			return ErrNoAddOn
		}
		for _, to := range []Booking{*a, b} {
			if err := c.setup.checkClosed(to.Nets, to.Span); err != nil {
				return err
			}
		}
		wasA, wasB := *a, b
		a.Nets, b.Nets, a.Span, b.Span, a.Day, b.Day, a.bufferEnd, b.bufferEnd = b.Nets, a.Nets, b.Span, a.Span, b.Day, a.Day, b.bufferEnd, a.bufferEnd
		a.moveLines(wasA)
		b.moveLines(wasB)
		if err := swapSlots(ctx, c.tx, a, &b, c.at); err != nil {
			return err
		}
		for _, pair := range []struct {
			moved *Booking
			old   Booking
		}{{a, wasA}, {&b, wasB}} {
			detail := map[string]any{"from_nets": pair.old.Nets, "from": pair.old.Span.Start.UTC(), "to_nets": pair.moved.Nets, "to": pair.moved.Span.Start.UTC()}
			if err := c.recordChange(ctx, "swap", pair.moved, notifyMoved, detail); err != nil {
				return err
			}
		}
		swapped = [2]Booking{*a, b}
		return nil
	})
	return swapped, err
}

// moveLines takes the price lines of old to the nets and the time of b, which keeps its price. A line of an add-on stays with its net. A line that would
// lie outside a shorter time is cut.
func (b *Booking) moveLines(old Booking) {
	b.Lines = slices.Clone(old.Lines)
	clamp := func(t time.Time) time.Time {
		t = t.Add(b.Span.Start.Sub(old.Span.Start))
		if t.After(b.Span.End) || t.Equal(old.Span.End.Add(b.Span.Start.Sub(old.Span.Start))) {
			return b.Span.End
		}
		return t
	}
	for i := range b.Lines {
		l := &b.Lines[i]
		l.Start, l.End = clamp(l.Start), clamp(l.End)
		if at := slices.Index(old.Nets, l.Net); l.AddOn == 0 && at >= 0 {
			l.Net = b.Nets[min(at, len(b.Nets)-1)]
		}
	}
}

// offersAddOns reports whether all these add-ons can be hired with some nets. A machine stands in its lane and does not move with a booking.
func (s *setup) offersAddOns(nets []NetID, ids ...AddOnID) bool {
	return !slices.ContainsFunc(ids, func(id AddOnID) bool {
		return !slices.ContainsFunc(s.nets, func(n Net) bool {
			return slices.Contains(nets, n.ID) && slices.ContainsFunc(n.AddOns, func(a AddOn) bool { return a.ID == id })
		})
	})
}
