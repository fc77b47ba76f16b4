package booking

import (
	"context"
	"errors"
	"fmt"

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

// expireBatch bounds one sweep.
const expireBatch = 200

// Expire moves holds that have run out, and tells how many. Nothing depends on it being on time: a hold that has run out cannot be
// confirmed, is shown as free, and makes room for the next taker by itself.
func (s *Service) Expire(ctx context.Context) (int, error) {
	ids, err := collect(ctx, s.db, pgx.RowTo[ID], `SELECT id FROM booking WHERE state = 'held' AND expires_at <= booking_clock() ORDER BY expires_at LIMIT $1`, expireBatch)
	if err != nil {
		return 0, translate(ctx, fmt.Errorf("look for expired holds: %w", err))
	}
	moved := 0
	for _, id := range ids {
		err := s.withBooking(ctx, system(), id, nil, func(ctx context.Context, c *change, b *Booking) error {
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
			return moved, err
		}
	}
	return moved, nil
}
