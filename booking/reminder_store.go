package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// selectDueReminders reads one page of the confirmed bookings whose reminder is due, by start and id, after one of them.
func selectDueReminders(ctx context.Context, q storage.Queryer, after Booking) ([]Booking, error) {
	return selectBookings(ctx, q, `JOIN club c ON c.id = b.club_id
		WHERE b.state = 'confirmed' AND b.kind = 'play' AND c.reminder_minutes > 0
			AND b.day BETWEEN (booking_clock() AT TIME ZONE 'UTC')::date - 2 AND (
				SELECT ((booking_clock() + make_interval(mins => max(reminder_minutes))) AT TIME ZONE 'UTC')::date + 2 FROM club)
			AND s.starts > booking_clock() AND s.starts <= booking_clock() + make_interval(mins => c.reminder_minutes)
			AND b.reminded_for IS DISTINCT FROM s.starts AND (s.starts, b.id) > ($1, $2)
		ORDER BY s.starts, b.id LIMIT $3`, after.Span.Start, after.ID, sweepPage)
}

// markReminded stores the start that a booking is reminded of; it returns false when the booking was cancelled, moved or reminded meanwhile.
func markReminded(ctx context.Context, tx pgx.Tx, b Booking) (marked bool, at time.Time, err error) {
	tag, err := tx.Exec(ctx, `UPDATE booking SET reminded_for = $3 WHERE id = $1 AND version = $2 AND state = 'confirmed' AND reminded_for IS DISTINCT FROM $3`,
		b.ID, b.Version, b.Span.Start)
	if err != nil {
		return false, at, fmt.Errorf("mark booking %d reminded: %w", b.ID, err)
	}
	if tag.RowsAffected() == 0 {
		return false, at, nil
	}
	at, err = selectClock(ctx, tx)
	return err == nil, at, err
}
