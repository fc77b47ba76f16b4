package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// announcement is what becomes a notification.
type announcement struct {
	club    ClubID
	member  MemberID
	kind    notice
	booking ID
	version int
	refund  RefundID // 0: of none
	day     Day      // of a day sheet, which has no booking
	at      time.Time
}

// announce writes a notification and the job that delivers it by the first channel that leads to the member; the same is written once.
func (s *Service) announce(ctx context.Context, tx pgx.Tx, a announcement) error {
	var day *time.Time
	if a.booking == 0 {
		day = new(a.day.date())
	}
	var id int64
	var by Channel
	err := tx.QueryRow(ctx, `
		INSERT INTO notification (club_id, member_id, kind, booking_id, version, refund_id, day, created_at, due_at, channel)
		VALUES ($1, $2, $3, nullif($4, 0), $5, nullif($6, 0), $7, $8, $8, coalesce(next_channel($2, 0, '{telegram,email,sms}'), $9))
		ON CONFLICT DO NOTHING RETURNING id, channel`,
		a.club, a.member, a.kind, a.booking, a.version, a.refund, day, a.at, ByTelegram).Scan(&id, &by)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("insert notification: %w", err)
	}
	return s.enqueue(ctx, tx, id, by)
}

func selectNotifications(ctx context.Context, q storage.Queryer, condition string, args ...any) ([]Notification, error) {
	list, err := collect(ctx, q, func(row pgx.CollectableRow) (n Notification, err error) {
		var day *time.Time
		var channels []Channel
		var reasons []string
		err = row.Scan(&n.ID, &n.Club, &n.Member, &n.Kind, &n.Booking, &n.Refund, &day, &n.CreatedAt, &n.DueAt, &n.Channel, &n.HandedAt, &n.SentAt, &n.DroppedAt, &n.FailedAt, &channels, &reasons)
		if day != nil {
			n.Day = dayOf(*day)
		}
		for i, by := range channels {
			n.Failures = append(n.Failures, Failure{by, reasons[i]})
		}
		return n, err
	}, `SELECT id, club_id, member_id, kind, coalesce(booking_id, 0), coalesce(refund_id, 0), day, created_at, due_at, channel, handed_at, sent_at, dropped_at, failed_at,
		ARRAY(SELECT f.channel FROM notification_failure f WHERE f.notification_id = n.id ORDER BY f.at, f.channel),
		ARRAY(SELECT f.reason FROM notification_failure f WHERE f.notification_id = n.id ORDER BY f.at, f.channel) FROM notification n `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read notifications: %w", err)
	}
	return list, nil
}

// selectStillCurrent tells whether what a notification says is so now: a booking that was cancelled needs no reminder, one that moved again is told
// of by a later row.
func selectStillCurrent(ctx context.Context, q storage.Queryer, n Notification) (current bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT CASE n.kind WHEN 'refunded' THEN true WHEN 'slot_lost' THEN true WHEN 'cancelled' THEN b.state = 'cancelled' WHEN 'offered' THEN b.state = 'held' AND b.expires_at > booking_clock()
			WHEN 'reminder' THEN b.state = 'confirmed' AND n.version = b.version AND EXISTS (SELECT FROM booking_slot s WHERE s.booking_id = b.id AND lower(s.during) > booking_clock())
			WHEN 'day_sheet' THEN n.day >= (booking_clock() AT TIME ZONE 'UTC')::date - 1 ELSE b.state = 'confirmed' AND n.version = b.version END
		FROM notification n LEFT JOIN booking b ON b.id = n.booking_id WHERE n.id = $1`, n.ID).Scan(&current)
	if err != nil {
		return false, fmt.Errorf("look at notification %d: %w", n.ID, err)
	}
	return current, nil
}
