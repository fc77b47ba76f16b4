package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

func insertSeries(ctx context.Context, q storage.Queryer, club ClubID, member MemberID, policy SeriesPolicy, at time.Time) (id SeriesID, err error) {
	err = q.QueryRow(ctx, `INSERT INTO booking_series (club_id, member_id, policy, created_at) VALUES ($1, $2, $3, $4) RETURNING id`, club, member, policy, at).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("insert series: %w", err)
	}
	return id, nil
}

// selectSeriesMember reads the member of a club's series, or returns ErrNoSeries.
func selectSeriesMember(ctx context.Context, q storage.Queryer, club ClubID, id SeriesID) (member MemberID, err error) {
	err = q.QueryRow(ctx, `SELECT member_id FROM booking_series WHERE id = $1 AND club_id = $2`, id, club).Scan(&member)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrNoSeries
	}
	if err != nil {
		return 0, fmt.Errorf("read series %d: %w", id, err)
	}
	return member, nil
}

// selectSeriesBookings reads the bookings of a series by start.
func selectSeriesBookings(ctx context.Context, q storage.Queryer, id SeriesID) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.series_id = $1 ORDER BY s.starts, b.id`, id)
}

// selectChangedInSeries reads the bookings of a series whose last change was at an instant, by start. The instant of a notification selects the
// bookings of its transaction that did not change later.
func selectChangedInSeries(ctx context.Context, q storage.Queryer, id SeriesID, at time.Time) ([]Booking, error) {
	return selectBookings(ctx, q, `WHERE b.series_id = $1 AND b.changed_at = $2 ORDER BY s.starts, b.id`, id, at)
}

// selectEndedWithSeries reports whether the transaction that cancelled a booking ended its series.
func selectEndedWithSeries(ctx context.Context, q storage.Queryer, b Booking) (ended bool, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM notification n JOIN booking o ON o.id = n.booking_id
		WHERE o.series_id = $1 AND n.kind = $2 AND n.created_at = $3)`, b.Series, notifySeriesEnded, b.ChangedAt).Scan(&ended)
	if err != nil {
		return false, fmt.Errorf("look at the end of series %d: %w", b.Series, err)
	}
	return ended, nil
}
