package booking

import (
	"context"
	"time"

	"pavilion/internal/fault"
)

// Errors of confirming and extending.
var (
	ErrPayFirst = fault.New(fault.Conflict, "pay_first")
	ErrExtended = fault.New(fault.Conflict, "hold_max")
)

// Confirm confirms a hold, in clubs that take no payment online; staff may confirm everywhere. From ExpiresAt on, by the database's clock, the
// hold is expired and Confirm refuses it.
func (s *Service) Confirm(ctx context.Context, actor Actor, id ID) (Booking, error) {
	return s.changeBooking(ctx, actor, id, func(ctx context.Context, c *change, b *Booking) error {
		if b.State == Confirmed && b.Kind == Play {
			return nil // repeated: it is confirmed already
		}
		if c.setup.club.Policy.PaysOnline && b.Price.Minor > 0 && !actor.isStaff() {
			return ErrPayFirst
		}
		return c.confirmHold(ctx, b)
	})
}

// confirmHold moves a live hold to confirmed. An offer becomes an ordinary booking, which counts in the member's quotas.
func (c *change) confirmHold(ctx context.Context, b *Booking) error {
	if b.expired(c.at) || b.State == Expired {
		return ErrHoldExpired
	}
	detail := map[string]any{}
	if b.Kind == Offer {
		u, err := c.checkMemberQuota(ctx, *b)
		if err != nil {
			return err
		}
		if err := c.closeOffer(ctx, *b, offerTaken); err != nil {
			return err
		}
		b.Kind = Play
		c.overridden(*b, u, detail)
	}
	if err := c.moveState(ctx, b, Confirmed); err != nil {
		return err
	}
	return c.recordChange(ctx, "confirm", b, notifyConfirmed, detail)
}

// Extend makes a hold last Policy.Hold from now, but at most Policy.HoldMax from its creation.
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
