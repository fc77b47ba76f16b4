package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// insertNotification writes a notification for the first channel that reaches the member. Its id is 0 when the same one exists already.
func insertNotification(ctx context.Context, q storage.Queryer, a announcement) (id int64, by Channel, err error) {
	var day *time.Time
	if a.booking == 0 {
		day = new(a.day.date())
	}
	err = q.QueryRow(ctx, `
		INSERT INTO notification (club_id, member_id, kind, booking_id, version, refund_id, day, created_at, due_at, channel, from_chat)
		SELECT $1::bigint, $2::bigint, $3::text, nullif($4::bigint, 0), $5::int, nullif($6::bigint, 0), $7::date, $8::timestamptz,
			CASE WHEN $10::boolean AND first.channel = $9::text THEN $8::timestamptz + $11::interval ELSE $8::timestamptz END, first.channel, $10::boolean AND first.channel = $9::text
		FROM (SELECT coalesce(next_channel($2::bigint, 0, '{telegram,email,sms}'), $9::text) AS channel) first
		ON CONFLICT DO NOTHING RETURNING id, channel`,
		a.club, a.member, a.kind, a.booking, a.version, a.refund, day, a.at, ByTelegram, a.shown, screenGrace).Scan(&id, &by)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", fmt.Errorf("insert notification: %w", err)
	}
	return id, by, nil
}

// selectNotifications reads notifications with the channels that were given up for them.
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

// selectNotificationsOf reads a member's notifications in a club after an id.
func selectNotificationsOf(ctx context.Context, q storage.Queryer, club ClubID, member MemberID, after int64) ([]Notification, error) {
	return selectNotifications(ctx, q, `WHERE club_id = $1 AND member_id = $2 AND id > $3 AND dropped_at IS NULL ORDER BY id LIMIT 100`, club, member, after)
}

// condition is the SQL condition for notifications in state s. The empty state selects all.
func (s DeliveryState) condition() string {
	switch s {
	case DeliverySent:
		return ` AND sent_at IS NOT NULL`
	case DeliveryDropped:
		return ` AND sent_at IS NULL AND dropped_at IS NOT NULL`
	case DeliveryUnsure:
		return ` AND sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NOT NULL AND handed_at IS NOT NULL`
	case DeliveryFailed:
		return ` AND sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NOT NULL AND handed_at IS NULL`
	case DeliveryWaiting:
		return ` AND sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL`
	}
	return ""
}

// selectDeliveries reads a club's notifications in one state with ids above after. The empty state selects all.
func selectDeliveries(ctx context.Context, q storage.Queryer, club ClubID, state DeliveryState, after int64) ([]Notification, error) {
	return selectNotifications(ctx, q, `WHERE club_id = $1 AND id > $2`+state.condition()+` ORDER BY id LIMIT 100`, club, after)
}

// selectStillCurrent reports whether a notification is still true. A cancelled booking needs no reminder, and a booking that moved twice needs
// only the later notification. A notification about a series is true while at least one booking of that change is still in its state.
func selectStillCurrent(ctx context.Context, q storage.Queryer, n Notification) (current bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT CASE n.kind WHEN 'refunded' THEN true WHEN 'slot_lost' THEN true
			WHEN 'payment_review' THEN EXISTS (SELECT FROM payment p WHERE p.booking_id = b.id AND p.state = 'review') WHEN 'cancelled' THEN b.state = 'cancelled' WHEN 'closed' THEN b.state = 'cancelled' WHEN 'offered' THEN b.state = 'held' AND b.expires_at > booking_clock()
			WHEN 'reminder' THEN b.state = 'confirmed' AND n.version = b.version AND EXISTS (SELECT FROM booking_slot s WHERE s.booking_id = b.id AND lower(s.during) > booking_clock())
			WHEN 'series_booked' THEN changed.confirmed WHEN 'series_moved' THEN changed.confirmed WHEN 'series_ended' THEN changed.cancelled
			WHEN 'day_sheet' THEN n.day >= (booking_clock() AT TIME ZONE 'UTC')::date - 1 ELSE b.state = 'confirmed' AND n.version = b.version END
		FROM notification n LEFT JOIN booking b ON b.id = n.booking_id
		CROSS JOIN LATERAL (SELECT coalesce(bool_or(o.state = 'confirmed'), false) AS confirmed, coalesce(bool_or(o.state = 'cancelled'), false) AS cancelled
			FROM booking o WHERE o.series_id = b.series_id AND o.changed_at = n.created_at) changed
		WHERE n.id = $1`, n.ID).Scan(&current)
	if err != nil {
		return false, fmt.Errorf("look at notification %d: %w", n.ID, err)
	}
	return current, nil
}
