package booking

import (
	"context"
	"fmt"
	"time"

	"pavilion/storage"
)

func insertSeries(ctx context.Context, q storage.Queryer, club ClubID, member MemberID, policy SeriesPolicy, at time.Time) (id SeriesID, err error) {
	err = q.QueryRow(ctx, `INSERT INTO booking_series (club_id, member_id, policy, created_at) VALUES ($1, $2, $3, $4) RETURNING id`, club, member, policy, at).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("insert series: %w", err)
	}
	return id, nil
}
