package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// free tells whether no live slot is in the way. Expired holds are, until they are moved. The answer holds while the nets' locks are held;
// the constraint would say the same.
func (c *change) free(ctx context.Context, nets []NetID, want Span, except ID) (free bool, err error) {
	err = c.tx.QueryRow(ctx, `
		SELECT NOT EXISTS (SELECT FROM booking_slot WHERE net_id = ANY($1) AND occupied && tstzrange($2, $3, '[)')
			AND state IN ('held', 'confirmed', 'checked_in') AND booking_id <> $4)`, nets, want.Start, want.End, except).Scan(&free)
	if err != nil {
		return false, fmt.Errorf("look for slots in the way: %w", err)
	}
	return free, nil
}

// stale are the holds in a time that had run out at an instant. Their rows are locked in the order of ids: a hold over several nets may be
// expired by takers of different nets at once.
func (c *change) stale(ctx context.Context, nets []NetID, want Span, at time.Time) ([]Booking, error) {
	rows, err := c.tx.Query(ctx, `
		SELECT id FROM booking WHERE state = 'held' AND expires_at <= $4 AND id IN (
			SELECT booking_id FROM booking_slot WHERE net_id = ANY($1) AND occupied && tstzrange($2, $3, '[)') AND state = 'held')
		ORDER BY id FOR UPDATE`, nets, want.Start, want.End, at)
	if err != nil {
		return nil, fmt.Errorf("look for expired holds: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	if err != nil {
		return nil, fmt.Errorf("look for expired holds: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return selectBookings(ctx, c.tx, `WHERE b.id = ANY($1) AND b.state = 'held' AND b.expires_at <= $2 ORDER BY b.id`, ids, at)
}
