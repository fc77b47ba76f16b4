package app

import (
	"context"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// database reads the figures that are rows.
func (f *figures) database(ctx context.Context, gauge func(name string, v float64, labels ...string)) error {
	for _, q := range []struct{ name, sql string }{
		{"pavilion_outbox_jobs", `SELECT s::text, count(j.id)::float8 FROM unnest(ARRAY['available', 'pending', 'scheduled', 'running', 'retryable', 'discarded']::river_job_state[]) s
			LEFT JOIN river_job j ON j.state = s GROUP BY 1`}, // reports 0 as well: an alert needs the series before the first dead job
		{"pavilion_bookings", `SELECT state, count(*)::float8 FROM booking WHERE day >= current_date GROUP BY 1`},
	} {
		if err := labelled(ctx, f.parts.db, q.sql, func(label string, v float64) { gauge(q.name, v, label) }); err != nil {
			return err
		}
	}
	for _, q := range []struct{ name, sql string }{
		{"pavilion_outbox_age_seconds", `SELECT coalesce(extract(epoch FROM clock_timestamp() - min(scheduled_at)), 0)::float8 FROM river_job
			WHERE state IN ('available', 'retryable') AND scheduled_at <= clock_timestamp()`},
		{"pavilion_payment_reviews", `SELECT count(*)::float8 FROM payment_review WHERE closed_at IS NULL`},
		{"pavilion_payment_review_age_seconds", `SELECT coalesce(extract(epoch FROM booking_clock() - min(opened_at)), 0)::float8 FROM payment_review WHERE closed_at IS NULL`},
		{"pavilion_backup_age_seconds", `SELECT coalesce(extract(epoch FROM clock_timestamp() - greatest((SELECT max(made_at) FROM backup), (SELECT confirmed_at FROM installation))), 0)::float8`},
		{"pavilion_refund_age_seconds", `SELECT coalesce(extract(epoch FROM booking_clock() - min(created_at)), 0)::float8 FROM refund WHERE state = 'pending'`},
	} {
		var v float64
		if err := f.parts.db.QueryRow(ctx, q.sql).Scan(&v); err != nil {
			return err
		}
		gauge(q.name, v)
	}
	return nil
}

func labelled(ctx context.Context, q storage.Queryer, sql string, give func(label string, v float64)) error {
	rows, err := q.Query(ctx, sql)
	if err != nil {
		return err
	}
	var label string
	var v float64
	_, err = pgx.ForEachRow(rows, []any{&label, &v}, func() error {
		give(label, v)
		return nil
	})
	return err
}
