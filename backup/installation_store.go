package backup

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

func adopt(ctx context.Context, q storage.Queryer) error {
	if _, err := q.Exec(ctx, `INSERT INTO installation (home) SELECT installation_home() ON CONFLICT DO NOTHING`); err != nil {
		return fmt.Errorf("installation: %w", err)
	}
	return nil
}

func isHome(ctx context.Context, q storage.Queryer) (home bool, err error) {
	if err := q.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM installation WHERE home <> installation_home())`).Scan(&home); err != nil {
		return false, fmt.Errorf("installation: %w", err)
	}
	return home, nil
}

// lockHome is isHome with a lock: another Confirm, Release or Drop waits until the transaction ends.
func lockHome(ctx context.Context, tx pgx.Tx) (home bool, err error) {
	err = tx.QueryRow(ctx, `SELECT home = installation_home() FROM installation FOR UPDATE`).Scan(&home)
	if errors.Is(err, pgx.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("installation: %w", err)
	}
	return home, nil
}

// holdBack runs the statements of Confirm. River starts no job in the state pending. The metadata mark the held jobs.
func holdBack(ctx context.Context, tx pgx.Tx) (held Held, err error) {
	for _, step := range []struct {
		sql   string
		count *int64
	}{
		{`UPDATE installation SET home = installation_home(), confirmed_at = clock_timestamp()`, nil},
		{`UPDATE incarnation SET id = gen_random_uuid()`, nil},
		{`INSERT INTO session_epoch (incarnation, since) VALUES (session_incarnation(), clock_timestamp()) ON CONFLICT DO NOTHING`, nil}, // otherwise the first sign-in starts the epoch and is refused
		{`DELETE FROM lease`, nil},
		{`DELETE FROM bot_session`, nil},
		{`DELETE FROM session`, &held.Sessions},
		{`DELETE FROM river_job WHERE kind = 'booking_sweep' AND state NOT IN ('cancelled', 'completed', 'discarded')`, nil}, // workers enqueue them anew
		{`UPDATE river_job SET state = 'pending', attempted_at = NULL, metadata = metadata || '{"held": true}' WHERE state IN ('available', 'retryable', 'running', 'scheduled')`, nil},
		{`UPDATE broadcast SET state = 'paused', pause_reason = 'restored', version = version + 1 WHERE state IN ('scheduled', 'running')`, &held.Broadcasts},
		{`UPDATE broadcast SET revision = revision || '{"Finished": true}', version = version + 1 WHERE revision IS NOT NULL AND NOT (revision ->> 'Finished')::boolean`, &held.Revisions},
		{`UPDATE broadcast_delivery SET revise_at = NULL WHERE revise_at IS NOT NULL`, nil},
		{`UPDATE delivery_job SET state = 'cancelled', reason = 'restored', ended_at = now() WHERE state IN ('new', 'running')`, &held.Deliveries},
		{`UPDATE delivery_job SET closed = true, notice = CASE notice WHEN 'due' THEN 'gone' ELSE notice END WHERE NOT closed OR notice = 'due'`, nil},  // the person gets no notice
		{`UPDATE quota_reservation SET resume = NULL, resume_at = NULL, expires_at = least(expires_at, now()) WHERE resume_at IS NOT NULL`, &held.Taps}, // the sweep gives the files back
		{`UPDATE join_request SET approve = false WHERE approve AND approved_at IS NULL`, &held.Requests},
		{`UPDATE premium_payment SET told_at = now() WHERE told_at IS NULL`, nil},
		{`UPDATE bot_inbox SET handled_at = now(), update_data = '' WHERE handled_at IS NULL`, &held.Messages},
	} {
		tag, err := tx.Exec(ctx, step.sql)
		if err != nil {
			return held, fmt.Errorf("confirm: %w", err)
		}
		if step.count != nil {
			*step.count = tag.RowsAffected()
		}
	}
	held.Jobs, err = heldJobs(ctx, tx)
	return held, err
}

// heldJobs counts the held jobs by kind.
func heldJobs(ctx context.Context, q storage.Queryer) (map[string]int64, error) {
	rows, err := q.Query(ctx, `SELECT kind, count(*) FROM river_job WHERE state = 'pending' AND metadata ? 'held' GROUP BY kind`)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return countKinds(rows)
}

func countKinds(rows pgx.Rows) (map[string]int64, error) {
	counts := map[string]int64{}
	var kind string
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&kind, &n}, func() error {
		counts[kind] = n
		return nil
	}); err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return counts, nil
}

// dropJobs deletes held jobs. The notifications that they would have sent count as dropped.
func dropJobs(ctx context.Context, tx pgx.Tx, kinds []string) (map[string]int64, error) {
	rows, err := tx.Query(ctx, `
		WITH dropped AS (DELETE FROM river_job WHERE state = 'pending' AND metadata ? 'held' AND kind = ANY ($1) RETURNING kind, args),
			told AS (UPDATE notification SET dropped_at = booking_clock()
				WHERE id IN (SELECT (args ->> 'notification')::bigint FROM dropped WHERE kind IN ('booking_deliver', 'booking_deliver_closed')) AND sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL)
		SELECT kind, count(*) FROM dropped GROUP BY kind`, kinds)
	if err != nil {
		return nil, fmt.Errorf("outbox: %w", err)
	}
	return countKinds(rows)
}

// releaseJobs lets the held jobs run. Their notifications are due now: one that was due long ago would go to the member's next channel at once.
func releaseJobs(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE notification SET due_at = greatest(due_at, booking_clock())
		WHERE id IN (SELECT (args ->> 'notification')::bigint FROM river_job WHERE state = 'pending' AND metadata ? 'held' AND kind IN ('booking_deliver', 'booking_deliver_closed'))`)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	_, err = tx.Exec(ctx, `UPDATE river_job SET state = CASE WHEN scheduled_at > now() THEN 'scheduled' ELSE 'available' END::river_job_state, metadata = metadata - 'held',
		max_attempts = greatest(max_attempts, attempt + 1) WHERE state = 'pending' AND metadata ? 'held'`)
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}
