package booking

import (
	"context"
	"fmt"
	"time"

	"pavilion/storage"
)

// selectClock reads the database's clock. It decides about holds, money and notifications, so that processes with different clocks agree.
func selectClock(ctx context.Context, q storage.Queryer) (at time.Time, err error) {
	if err := q.QueryRow(ctx, `SELECT booking_clock()`).Scan(&at); err != nil {
		return at, fmt.Errorf("read the clock: %w", err)
	}
	return at, nil
}
