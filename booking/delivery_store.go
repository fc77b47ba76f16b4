package booking

import (
	"context"
	"fmt"

	"pavilion/storage"
)

// endNotification marks how a notification ended; the first end stays.
func endNotification(ctx context.Context, q storage.Queryer, id int64, set string, args ...any) error {
	_, err := q.Exec(ctx, `UPDATE notification SET `+set+` WHERE id = $1 AND sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL`, append([]any{id}, args...)...)
	if err != nil {
		return fmt.Errorf("end notification %d: %w", id, err)
	}
	return nil
}

func markSent(ctx context.Context, q storage.Queryer, id int64, by Channel) error {
	return endNotification(ctx, q, id, `sent_at = booking_clock(), channel = $2`, by)
}

func dropNotification(ctx context.Context, q storage.Queryer, id int64) error {
	return endNotification(ctx, q, id, `dropped_at = booking_clock()`)
}

func failNotification(ctx context.Context, q storage.Queryer, id int64) error {
	return endNotification(ctx, q, id, `failed_at = booking_clock()`)
}

// insertFailure notes that a channel was given up for a notification.
func insertFailure(ctx context.Context, q storage.Queryer, id int64, by Channel, code string) error {
	_, err := q.Exec(ctx, `INSERT INTO notification_failure (notification_id, channel, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, by, code)
	if err != nil {
		return fmt.Errorf("note the failure of notification %d: %w", id, err)
	}
	return nil
}
