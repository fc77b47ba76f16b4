package access

import (
	"context"
	"fmt"
	"time"
)

// Today returns how many people have used their quota today, and how many files they got.
func (q *Quota) Today(ctx context.Context) (people, files int64, err error) {
	day, _ := q.today()
	return q.rows.sumDay(ctx, day)
}

// sumDay adds up the days of all people by an index on the day.
func (s quotaStore) sumDay(ctx context.Context, day time.Time) (people, files int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT count(*), coalesce(sum(used), 0)::bigint FROM quota_day WHERE day = $1 AND used > 0`, day).Scan(&people, &files)
	if err != nil {
		return 0, 0, fmt.Errorf("quota of a day: %w", err)
	}
	return people, files, nil
}
