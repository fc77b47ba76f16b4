package booking

import (
	"context"
	"errors"
	"fmt"
)

// expireHoldsIn expires the stale holds on some nets in a span, and offers their slots to the waitlist.
func (c *change) expireHoldsIn(ctx context.Context, nets []NetID, want Span) error {
	stale, err := selectStaleHolds(ctx, c.tx, nets, want)
	if err != nil {
		return err
	}
	return c.expireHolds(ctx, stale)
}

// clearSlots expires the stale holds in a booking's slots, and reports whether no other booking has them.
func (c *change) clearSlots(ctx context.Context, b Booking) (free bool, err error) {
	if err := c.expireHoldsIn(ctx, b.Nets, b.occupied()); err != nil {
		return false, err
	}
	return slotsFree(ctx, c.tx, b.Nets, b.occupied(), b.ID)
}

// expireHolds expires stale holds whose rows the caller has locked. A hold may have expired after the time of the change.
func (c *change) expireHolds(ctx context.Context, ids []ID) error {
	if len(ids) == 0 {
		return nil
	}
	stale, err := selectHolds(ctx, c.tx, ids)
	if err != nil {
		return err
	}
	for i := range stale {
		if err := c.expireHold(ctx, &stale[i]); err != nil {
			return err
		}
	}
	return nil
}

// expireHold expires one stale hold and offers its slots to the waitlist.
func (c *change) expireHold(ctx context.Context, b *Booking) error {
	if err := c.moveState(ctx, b, Expired); err != nil {
		return err
	}
	if err := c.closeOffer(ctx, *b, offerPassed); err != nil {
		return err
	}
	if err := c.recordChange(ctx, "expire", b, "", nil); err != nil {
		return err
	}
	return c.offerFreed(ctx, b.Nets, b.occupied())
}

// Expire expires stale holds and returns their number. Nothing depends on its timing: a stale hold cannot be confirmed, is shown as free, and is
// expired by the next booking that overlaps it.
func (s *Service) Expire(ctx context.Context) (int, error) {
	moved := 0
	err := sweepAll(ctx, func(ctx context.Context, last *dueHold) ([]dueHold, error) {
		after := dueHold{}
		if last != nil {
			after = *last
		}
		return selectDueHolds(ctx, s.db, after, sweepPage)
	}, func(ctx context.Context, hold dueHold) error {
		err := s.withBooking(ctx, systemActor(), hold.ID, nil, func(ctx context.Context, c *change, b *Booking) error {
			if !b.expired(c.at) {
				return ErrState
			}
			return c.expireHold(ctx, b)
		})
		switch {
		case err == nil:
			moved++
		case errors.Is(err, ErrState): // another change or sweep expired it first
		default:
			return fmt.Errorf("expire hold %d: %w", hold.ID, err)
		}
		return nil
	})
	return moved, err
}
