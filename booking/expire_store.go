package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// selectHolds reads the bookings of some ids that are still in the state held.
func selectHolds(ctx context.Context, q storage.Queryer, ids []ID) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.id = ANY($1) AND b.state = 'held' ORDER BY b.id`, ids)
}

// dueHold is an expired hold in the order in which a sweep reads them.
type dueHold struct {
	ID ID
	At time.Time
}

// selectDueHolds reads one page of expired holds, by expiry and id, after one of them.
func selectDueHolds(ctx context.Context, q storage.Queryer, after dueHold, limit int) ([]dueHold, error) {
	list, err := collect(ctx, q, pgx.RowToStructByPos[dueHold], `SELECT id, expires_at FROM booking WHERE state = 'held' AND expires_at <= booking_clock()
		AND (expires_at, id) > ($1, $2) ORDER BY expires_at, id LIMIT $3`, after.At, after.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("look for expired holds: %w", err)
	}
	return list, nil
}

// selectStaleHolds locks and reads the expired holds on some nets in a span.
func selectStaleHolds(ctx context.Context, tx pgx.Tx, nets []NetID, want Span) (ids []ID, err error) {
	batch := new(pgx.Batch)
	queueStaleHolds(batch, nets, want, &ids)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("look for expired holds: %w", err)
	}
	return ids, nil
}
