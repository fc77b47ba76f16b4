package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// selectUsage counts the member's other bookings for the quotas.
func selectUsage(ctx context.Context, tx pgx.Tx, b Booking, at time.Time) (u usage, err error) {
	batch := new(pgx.Batch)
	queueUsage(batch, b, at, &u)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return u, fmt.Errorf("count bookings of a member: %w", err)
	}
	return u, nil
}

// queueUsage counts as of an instant of the database's clock, without expired holds, offers and blocks.
func queueUsage(batch *pgx.Batch, b Booking, at time.Time, u *usage) {
	first, last := b.Day.week()
	batch.Queue(`
		SELECT count(DISTINCT b.id) FILTER (WHERE s.state IN ('held', 'confirmed') AND upper(s.during) > $5), count(*) FILTER (WHERE b.state = 'held'),
			coalesce(sum(extract(epoch FROM upper(s.during) - lower(s.during))) FILTER (WHERE b.day BETWEEN $3 AND $4), 0)
		FROM booking b JOIN booking_slot s ON s.booking_id = b.id
		WHERE b.club_id = $1 AND b.member_id = $2 AND b.kind = 'play' AND b.id <> $6
			AND (b.state IN ('confirmed', 'checked_in', 'no_show') OR b.state = 'held' AND b.expires_at > $5)
			AND (b.day BETWEEN $3 AND $4 OR b.day >= ($5::timestamptz AT TIME ZONE 'UTC')::date - 2)`,
		b.Club, b.Member, first.date(), last.date(), at, b.ID).
		QueryRow(func(row pgx.Row) error {
			var seconds float64
			err := row.Scan(&u.active, &u.held, &seconds)
			u.week = time.Duration(seconds) * time.Second
			return err
		})
}
