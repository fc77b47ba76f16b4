package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// notEnded is the condition for a notification that is neither sent nor dropped nor failed.
const notEnded = ` sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL`

// changeNotification changes a notification that has not ended; it returns false for one that has.
func changeNotification(ctx context.Context, q storage.Queryer, id int64, set, where string, args ...any) (bool, error) {
	tag, err := q.Exec(ctx, `UPDATE notification SET `+set+` WHERE id = $1 AND`+notEnded+where, append([]any{id}, args...)...)
	if err != nil {
		return false, fmt.Errorf("change notification %d: %w", id, err)
	}
	return tag.RowsAffected() > 0, nil
}

// markHandedOver records that the message is handed to its channel now. It allows this once, or repeatedly when the channel deduplicates.
func markHandedOver(ctx context.Context, q storage.Queryer, id int64, by Channel) (bool, error) {
	return changeNotification(ctx, q, id, `handed_at = booking_clock()`, ` AND channel = $2 AND (handed_at IS NULL OR $3)`, by, by.deduplicates())
}

// clearHandedOver records that the message was certainly not sent.
func clearHandedOver(ctx context.Context, q storage.Queryer, id int64) error {
	_, err := changeNotification(ctx, q, id, `handed_at = NULL`, ``)
	return err
}

// moveChannel moves a notification to another channel; it returns false when it was moved before.
func moveChannel(ctx context.Context, q storage.Queryer, id int64, from, to Channel) (bool, error) {
	return changeNotification(ctx, q, id, `channel = $3, handed_at = NULL`, ` AND channel = $2`, from, to)
}

func postponeNotification(ctx context.Context, q storage.Queryer, id int64, until time.Time) error {
	_, err := changeNotification(ctx, q, id, `due_at = $2`, ``, until)
	return err
}

func dropNotification(ctx context.Context, q storage.Queryer, id int64) error {
	_, err := changeNotification(ctx, q, id, `dropped_at = booking_clock()`, ``)
	return err
}

// failNotification ends a notification without success. notSent says that it certainly did not arrive; otherwise its state becomes unsure.
func failNotification(ctx context.Context, q storage.Queryer, id int64, notSent bool) error {
	_, err := changeNotification(ctx, q, id, `failed_at = booking_clock(), handed_at = CASE WHEN NOT $2 THEN handed_at END`, ``, notSent)
	return err
}

// markSent records that a notification was sent. It overrides failed and dropped, which another try may have recorded meanwhile.
func markSent(ctx context.Context, q storage.Queryer, id int64) error {
	_, err := q.Exec(ctx, `UPDATE notification SET sent_at = booking_clock(), failed_at = NULL, dropped_at = NULL WHERE id = $1 AND sent_at IS NULL`, id)
	if err != nil {
		return fmt.Errorf("mark notification %d sent: %w", id, err)
	}
	return nil
}

// markShown marks notifications as sent that concern the member's own changes in the chat, up to a version of the booking. It skips those that were
// handed to Telegram already.
func markShown(ctx context.Context, q storage.Queryer, member MemberID, booking ID, version int) error {
	_, err := q.Exec(ctx, `UPDATE notification SET sent_at = booking_clock() WHERE booking_id = $1 AND member_id = $2 AND version <= $3 AND from_chat
		AND handed_at IS NULL AND`+notEnded, booking, member, version)
	if err != nil {
		return fmt.Errorf("mark notifications of booking %d shown: %w", booking, err)
	}
	return nil
}

// lockWaiting locks a notification that waits for a channel and was not handed to it; it returns false when there is no such one.
func lockWaiting(ctx context.Context, tx pgx.Tx, id int64, by Channel) (bool, error) {
	err := tx.QueryRow(ctx, `SELECT id FROM notification WHERE id = $1 AND channel = $2 AND handed_at IS NULL AND`+notEnded+` FOR UPDATE`, id, by).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("lock notification %d: %w", id, err)
	}
	return true, nil
}

// insertFailure records that a channel was given up for a notification.
func insertFailure(ctx context.Context, q storage.Queryer, id int64, by Channel, code string) error {
	_, err := q.Exec(ctx, `INSERT INTO notification_failure (notification_id, channel, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, by, code)
	if err != nil {
		return fmt.Errorf("note the failure of notification %d: %w", id, err)
	}
	return nil
}

// nextChannel returns the first channel that reaches a member and was not given up for a notification; empty when there is none.
func nextChannel(ctx context.Context, q storage.Queryer, member MemberID, notification int64, installed []Channel) (next Channel, err error) {
	if err := q.QueryRow(ctx, `SELECT coalesce(next_channel($1, $2, $3), '')`, member, notification, installed).Scan(&next); err != nil {
		return "", fmt.Errorf("next channel of notification %d: %w", notification, err)
	}
	return next, nil
}

// selectUndelivered reads the notification of a delivery job, if it is not finished and still assigned to the job's channel.
func selectUndelivered(ctx context.Context, q storage.Queryer, id int64, by Channel) ([]Notification, error) {
	return selectNotifications(ctx, q, `WHERE id = $1 AND`+notEnded+` AND channel = $2`, id, by)
}

// selectWithoutWorker reads the notifications that have waited for the bot's process and could use another channel.
func selectWithoutWorker(ctx context.Context, q storage.Queryer, installed []Channel, since time.Duration, most int) ([]Notification, error) {
	return selectNotifications(ctx, q, `WHERE`+notEnded+` AND handed_at IS NULL AND channel = $1 AND due_at < booking_clock() - $2::interval
		AND next_channel(member_id, id, array_remove($3::text[], $1)) IS NOT NULL
		AND NOT EXISTS (SELECT FROM river_job j WHERE j.state = 'pending' AND j.kind IN ('booking_deliver', 'booking_deliver_closed') AND (j.args ->> 'notification')::bigint = n.id) -- held after a restore
		ORDER BY due_at LIMIT $4`, ByTelegram, since, installed, most)
}
