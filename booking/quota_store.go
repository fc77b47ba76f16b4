package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// selectUsage counts the member's other bookings for the quotas.
func selectUsage(ctx context.Context, tx pgx.Tx, b Booking) (u usage, err error) {
	batch := new(pgx.Batch)
	queueUsage(batch, b, &u)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return u, fmt.Errorf("count bookings of a member: %w", err)
	}
	return u, nil
}

// queueUsage counts without expired holds, offers and blocks. A hold that is kept for money under review lasts
// until its end; it is no unpaid hold.
func queueUsage(batch *pgx.Batch, b Booking, u *usage) {
	first, last := b.Day.week()
	// The form of this statement forces a fast plan, even without statistics. Only the index booking_of_member supports the row comparison. The lateral
	// aggregate runs once for each of the member's rows and reads booking_slot by its primary key. No index supports the CASE: written with OR, the
	// condition made the planner read all live bookings from other indexes as well.
	batch.Queue(`
		SELECT count(*) FILTER (WHERE b.state IN ('held', 'confirmed') AND s.ends > (SELECT booking_clock())), coalesce(sum(s.nets) FILTER (WHERE b.state = 'held' AND b.expires_at <> s.ends), 0),
			coalesce(sum(s.seconds) FILTER (WHERE b.day BETWEEN $3 AND $4), 0)
		FROM booking b CROSS JOIN LATERAL (
			SELECT count(*) AS nets, max(upper(during)) AS ends, sum(extract(epoch FROM upper(during) - lower(during))) AS seconds
			FROM booking_slot WHERE booking_id = b.id
		) s
		WHERE (b.member_id, b.club_id, b.day) >= ($2, $1, least($3, ((SELECT booking_clock()) AT TIME ZONE 'UTC')::date - 2)) AND (b.member_id, b.club_id) <= ($2, $1)
			AND b.kind = 'play' AND b.id <> $5 AND CASE b.state WHEN 'held' THEN b.expires_at > (SELECT booking_clock()) ELSE b.state IN ('confirmed', 'checked_in', 'no_show') END`,
		b.Club, b.Member, first.date(), last.date(), b.ID).
		QueryRow(func(row pgx.Row) error {
			var seconds float64
			err := row.Scan(&u.active, &u.held, &seconds)
			u.week = time.Duration(seconds) * time.Second
			return err
		})
}
