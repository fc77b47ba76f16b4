package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// insertNotification returns 0 where the same has been said of this version of the booking.
func insertNotification(ctx context.Context, q storage.Queryer, kind notice, b Booking, at time.Time) (id int64, err error) {
	err = q.QueryRow(ctx, `
		INSERT INTO notification (club_id, member_id, kind, booking_id, version, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (booking_id, kind, version, refund_id) DO NOTHING RETURNING id`, b.Club, b.Member, kind, b.ID, b.Version, at).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("insert notification: %w", err)
	}
	return id, nil
}

func selectNotifications(ctx context.Context, q storage.Queryer, condition string, args ...any) ([]Notification, error) {
	list, err := collect(ctx, q, func(row pgx.CollectableRow) (n Notification, err error) {
		err = row.Scan(&n.ID, &n.Club, &n.Member, &n.Kind, &n.Booking, &n.Refund, &n.CreatedAt, &n.SentAt, &n.Channel, &n.FailedAt)
		return n, err
	}, `SELECT id, club_id, member_id, kind, booking_id, coalesce(refund_id, 0), created_at, sent_at, coalesce(channel, ''), failed_at FROM notification `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read notifications: %w", err)
	}
	return list, nil
}

// stillTrue tells whether what a notification says is so now: a booking that was cancelled needs no reminder, one that moved again is told
// of by a later row.
func stillTrue(ctx context.Context, q storage.Queryer, n Notification) (current bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT CASE n.kind WHEN 'refunded' THEN true WHEN 'slot_lost' THEN true WHEN 'cancelled' THEN b.state = 'cancelled' WHEN 'offered' THEN b.state = 'held' AND b.expires_at > booking_clock()
			WHEN 'reminder' THEN b.state = 'confirmed' AND n.version = b.version AND EXISTS (SELECT FROM booking_slot s WHERE s.booking_id = b.id AND lower(s.during) > booking_clock())
			ELSE b.state = 'confirmed' AND n.version = b.version END
		FROM notification n JOIN booking b ON b.id = n.booking_id WHERE n.id = $1`, n.ID).Scan(&current)
	if err != nil {
		return false, fmt.Errorf("look at notification %d: %w", n.ID, err)
	}
	return current, nil
}
