package booking

import (
	"context"
	"fmt"

	"pavilion/storage"
)

// releaseRunningJobs makes the running jobs of a queue available again.
func releaseRunningJobs(ctx context.Context, q storage.Queryer, queue Queue) error {
	if _, err := q.Exec(ctx, `UPDATE river_job SET state = 'available', scheduled_at = now() WHERE queue = $1 AND state = 'running'`, string(queue)); err != nil {
		return fmt.Errorf("release running jobs: %w", err)
	}
	return nil
}
