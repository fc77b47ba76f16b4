package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// expireHoldsIn moves the holds that have run out in a time to expired, and passes their slots on to whoever waits.
func (c *change) expireHoldsIn(ctx context.Context, nets []NetID, want Span) error {
	stale, err := c.staleHolds(ctx, nets, want, c.at)
	if err != nil {
		return err
	}
	return c.expireHolds(ctx, stale)
}

// expireHolds moves holds that have run out; their rows are locked.
func (c *change) expireHolds(ctx context.Context, ids []ID) error {
	if len(ids) == 0 {
		return nil
	}
	stale, err := selectBookings(ctx, c.tx, `WHERE b.id = ANY($1) AND b.state = 'held' AND b.expires_at <= $2 ORDER BY b.id`, ids, c.at)
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

// expireHold moves one hold that has run out.
func (c *change) expireHold(ctx context.Context, b *Booking) error {
	if err := moveState(ctx, c.tx, b, Expired, c.at); err != nil {
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

// dueHold is a hold that has run out.
type dueHold struct {
	ID ID
	At time.Time
}

// Expire moves holds that have run out, and tells how many. Nothing depends on it being on time: a hold that has run out cannot be
// confirmed, is shown as free, and makes room for the next taker by itself.
func (s *Service) Expire(ctx context.Context) (int, error) {
	moved := 0
	err := sweepAll(ctx, func(ctx context.Context, last *dueHold) ([]dueHold, error) {
		after := dueHold{}
		if last != nil {
			after = *last
		}
		return collect(ctx, s.db, pgx.RowToStructByPos[dueHold], `SELECT id, expires_at FROM booking WHERE state = 'held' AND expires_at <= booking_clock()
			AND (expires_at, id) > ($1, $2) ORDER BY expires_at, id LIMIT $3`, after.At, after.ID, sweepPage)
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
		case errors.Is(err, ErrState): // a taker or another sweep was first
		default:
			return fmt.Errorf("expire hold %d: %w", hold.ID, err)
		}
		return nil
	})
	return moved, err
}
