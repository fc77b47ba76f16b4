package upkeep

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// maintenanceStore has the SQL of Maintenance. Times are judged by the clock of the database, which all processes share.
type maintenanceStore struct{ db *pgxpool.Pool }

func (s maintenanceStore) register(ctx context.Context, names []string) error {
	_, err := s.db.Exec(ctx, `INSERT INTO maintenance_job (name, next_at) SELECT unnest($1::text[]), now() ON CONFLICT DO NOTHING`, names)
	return err
}

func (s maintenanceStore) take(ctx context.Context, name, holder string) (bool, error) {
	tag, err := s.db.Exec(ctx, `UPDATE maintenance_job SET holder = $2, lease_until = now() + $3::interval, started_at = now()
		WHERE name = $1 AND next_at <= now() AND (lease_until IS NULL OR lease_until < now())`, name, holder, jobLease)
	return tag.RowsAffected() == 1, err
}

func (s maintenanceStore) renew(ctx context.Context, name, holder string) (bool, error) {
	tag, err := s.db.Exec(ctx, `UPDATE maintenance_job SET lease_until = now() + $3::interval WHERE name = $1 AND holder = $2 AND lease_until IS NOT NULL`, name, holder, jobLease)
	return tag.RowsAffected() == 1, err
}

// finish stores the result and frees the row. A request to run the job again that came meanwhile stays due: next_at is later than the start then.
func (s maintenanceStore) finish(ctx context.Context, name, holder string, r jobResult) error {
	if r.figures == nil {
		r.figures = Figures{}
	}
	_, err := s.db.Exec(ctx, `UPDATE maintenance_job SET lease_until = NULL, holder = '', ended_at = CASE WHEN $5 THEN ended_at ELSE now() END,
			figures = CASE WHEN $5 THEN figures ELSE $3 END, error = CASE WHEN $5 THEN error ELSE $4 END,
			totals = totals || (SELECT coalesce(jsonb_object_agg(key, value::bigint + coalesce((totals ->> key)::bigint, 0)), '{}') FROM jsonb_each_text($3::jsonb)),
			runs = runs + CASE WHEN $5 THEN 0 ELSE 1 END, failures = failures + CASE WHEN $4 = '' THEN 0 ELSE 1 END,
			next_at = CASE WHEN next_at > started_at THEN next_at ELSE now() + $6::interval END
		WHERE name = $1 AND holder = $2`, name, holder, r.figures, r.code, r.cut, r.again)
	return err
}

func (s maintenanceStore) runNow(ctx context.Context, name string) error {
	_, err := s.db.Exec(ctx, `UPDATE maintenance_job SET next_at = now() WHERE name = $1`, name)
	if err != nil {
		return fmt.Errorf("run job %s: %w", name, err)
	}
	return nil
}

func (s maintenanceStore) states(ctx context.Context) ([]JobState, error) {
	rows, err := s.db.Query(ctx, `SELECT name, next_at, coalesce(started_at, '0001-01-01T00:00:00Z'), coalesce(ended_at, '0001-01-01T00:00:00Z'), figures, totals, error, runs, failures,
		coalesce(lease_until > now(), false) FROM maintenance_job`)
	if err != nil {
		return nil, fmt.Errorf("states of jobs: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[JobState])
}
