package booking

import (
	"context"
	"fmt"
	"time"

	"pavilion/storage"
)

// selectDatedAhead reads a club's bookings and blocks of the day sheets that end after an instant.
func selectDatedAhead(ctx context.Context, q storage.Queryer, club ClubID, at time.Time) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.club_id = $1 AND b.state IN ('held', 'confirmed', 'checked_in', 'no_show') AND s.ends > $2
		AND b.id = ANY(ARRAY(
			SELECT id FROM booking WHERE club_id = $1 AND day >= ($2::timestamptz AT TIME ZONE 'UTC')::date - 3
			UNION SELECT booking_id FROM booking_slot WHERE net_id = ANY(ARRAY(SELECT id FROM net WHERE club_id = $1))
				AND occupied && tstzrange($2, NULL) AND state IN ('held', 'confirmed', 'checked_in')))
		ORDER BY b.id`, club, at)
}

// updateDays stores the days of the listed bookings.
func updateDays(ctx context.Context, q storage.Queryer, list []Booking, at time.Time) error {
	if len(list) == 0 {
		return nil
	}
	ids, days := make([]ID, len(list)), make([]time.Time, len(list))
	for i := range list {
		ids[i], days[i] = list[i].ID, list[i].Day.date()
		list[i].ChangedAt, list[i].Revision = at, list[i].Revision+1
	}
	_, err := q.Exec(ctx, `UPDATE booking b SET day = d.day, changed_at = $3, revision = b.revision + 1 FROM unnest($1::bigint[], $2::date[]) AS d(id, day) WHERE b.id = d.id`, ids, days, at)
	if err != nil {
		return fmt.Errorf("move %d bookings to other days: %w", len(list), err)
	}
	return nil
}
