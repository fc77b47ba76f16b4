package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// expireIn moves the holds that have run out in a time to expired, and passes their slots on to whoever waits.
func (c *change) expireIn(ctx context.Context, nets []NetID, want Span) error {
	stale, err := c.stale(ctx, nets, want, c.at)
	if err != nil {
		return err
	}
	return c.expireAll(ctx, stale)
}

// expireAll moves holds that have run out; their rows are locked.
func (c *change) expireAll(ctx context.Context, ids []ID) error {
	if len(ids) == 0 {
		return nil
	}
	stale, err := selectBookings(ctx, c.tx, `WHERE b.id = ANY($1) AND b.state = 'held' AND b.expires_at <= $2 ORDER BY b.id`, ids, c.at)
	if err != nil {
		return err
	}
	for i := range stale {
		if err := c.expire(ctx, &stale[i]); err != nil {
			return err
		}
	}
	return nil
}

// expire moves one hold that has run out.
func (c *change) expire(ctx context.Context, b *Booking) error {
	if err := moveState(ctx, c.tx, b, Expired, c.at); err != nil {
		return err
	}
	if err := c.closeOffer(ctx, *b, offerPassed); err != nil {
		return err
	}
	if err := c.done(ctx, "expire", b, "", nil); err != nil {
		return err
	}
	return c.offer(ctx, b.Nets, b.occupied())
}

// due is a hold that has run out.
type due struct {
	ID ID
	At time.Time
}

// Expire moves holds that have run out, and tells how many. Nothing depends on it being on time: a hold that has run out cannot be
// confirmed, is shown as free, and makes room for the next taker by itself.
func (s *Service) Expire(ctx context.Context) (int, error) {
	moved := 0
	err := sweepAll(ctx, func(ctx context.Context, last *due) ([]due, error) {
		after := due{}
		if last != nil {
			after = *last
		}
		return collect(ctx, s.db, pgx.RowToStructByPos[due], `SELECT id, expires_at FROM booking WHERE state = 'held' AND expires_at <= booking_clock()
			AND (expires_at, id) > ($1, $2) ORDER BY expires_at, id LIMIT $3`, after.At, after.ID, sweepPage)
	}, func(ctx context.Context, hold due) error {
		err := s.withBooking(ctx, system(), hold.ID, nil, func(ctx context.Context, c *change, b *Booking) error {
			if !b.expired(c.at) {
				return ErrState
			}
			return c.expire(ctx, b)
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
