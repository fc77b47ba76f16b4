package booking

import (
	"context"
	"time"

	"pavilion/internal/fault"
)

// Errors of confirming and extending.
var (
	ErrPayFirst = fault.New(fault.Conflict, "pay_first", "This club takes the payment first; it confirms the booking.")
	ErrExtended = fault.New(fault.Conflict, "hold_max", "The hold cannot be made longer.")
)

// Confirm makes a hold a booking, where the club takes no payment online; staff may confirm everywhere. A hold that has run out by the
// database's clock is refused, to the microsecond: what is not confirmed before ExpiresAt is gone.
func (s *Service) Confirm(ctx context.Context, actor Actor, id ID) (Booking, error) {
	return s.changeBooking(ctx, actor, id, func(ctx context.Context, c *change, b *Booking) error {
		if b.State == Confirmed && b.Kind == Play {
			return nil // said again: the booking is there
		}
		if c.setup.club.Policy.PaysOnline && b.Price.Minor > 0 && !actor.isStaff() {
			return ErrPayFirst
		}
		return c.confirmHold(ctx, b)
	})
}

// confirmHold moves a live hold to confirmed. An offer becomes its member's booking, and counts in the quotas from here on.
func (c *change) confirmHold(ctx context.Context, b *Booking) error {
	if b.expired(c.at) || b.State == Expired {
		return ErrHoldExpired
	}
	if b.Kind == Offer {
		if err := c.checkMemberQuota(ctx, *b); err != nil {
			return err
		}
		if err := c.closeOffer(ctx, *b, offerTaken); err != nil {
			return err
		}
		b.Kind = Play
	}
	if err := moveState(ctx, c.tx, b, Confirmed, c.at); err != nil {
		return err
	}
	return c.recordChange(ctx, "confirm", b, notifyConfirmed, nil)
}

// Extend makes a hold last one hold's time from now, within the club's limit counted from its making.
func (s *Service) Extend(ctx context.Context, actor Actor, id ID) (Booking, error) {
	return s.changeBooking(ctx, actor, id, func(ctx context.Context, c *change, b *Booking) error {
		if b.State == Expired || b.expired(c.at) {
			return ErrHoldExpired
		}
		if b.State != Held {
			return ErrState
		}
		p := c.setup.club.Policy
		until := earlier(c.at.Add(p.Hold), b.CreatedAt.Add(p.HoldMax))
		if b.Kind == Offer || !until.After(*b.ExpiresAt) {
			return ErrExtended
		}
		if err := extendHold(ctx, c.tx, b, until, c.at); err != nil {
			return err
		}
		return c.recordChange(ctx, "extend", b, "", nil)
	})
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
