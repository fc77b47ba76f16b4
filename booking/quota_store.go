package booking

import (
	"context"
	"fmt"
	"time"

	"pavilion/storage"
)

// selectUsage counts what a member has, as of an instant of the database's clock. Expired holds, offers and blocks do not count; the
// booking except does not either, where it is the one that changes.
func selectUsage(ctx context.Context, q storage.Queryer, club ClubID, member MemberID, day Day, at time.Time, except ID) (u usage, err error) {
	first, last := day.week()
	var seconds float64
	err = q.QueryRow(ctx, `
		SELECT count(DISTINCT b.id) FILTER (WHERE s.state IN ('held', 'confirmed') AND upper(s.during) > $5),
			coalesce(sum(extract(epoch FROM upper(s.during) - lower(s.during))) FILTER (WHERE b.day BETWEEN $3 AND $4), 0)
		FROM booking b JOIN booking_slot s ON s.booking_id = b.id
		WHERE b.club_id = $1 AND b.member_id = $2 AND b.kind = 'play' AND b.id <> $6
			AND (b.state IN ('confirmed', 'checked_in', 'no_show') OR b.state = 'held' AND b.expires_at > $5)
			AND (b.day BETWEEN $3 AND $4 OR b.day >= ($5::timestamptz AT TIME ZONE 'UTC')::date - 2)`,
		club, member, first.date(), last.date(), at, except).Scan(&u.active, &seconds)
	if err != nil {
		return u, fmt.Errorf("count bookings of a member: %w", err)
	}
	u.week = time.Duration(seconds) * time.Second
	return u, nil
}
