package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/secret"
)

// PostgresOptions configure OpenPostgres.
type PostgresOptions struct {
	URL      secret.String
	MaxConns int32 // 0 means 10
	//exhaustruct:optional
	ConnectTimeout time.Duration // 0 means 3 s
	Tracer         pgx.QueryTracer
}

var errPostgresURL = errors.New("the Postgres URL cannot be read: postgres://user:password@host:5432/database")

// PlannerSettings returns the planner settings of every connection. A URL may set its own.
//
//   - force_generic_plan: a prepared statement is planned once, for all values. Planning most statements costs more than running them.
//   - enable_seqscan=off: the planner uses an index where one fits. Otherwise it reads a table whole if the table was small at its last ANALYZE, and
//     keeps that plan while the table grows.
//   - jit=off: compiling these plans costs more than running them.
func PlannerSettings() map[string]string {
	return map[string]string{"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off"}
}

// choosePlans applies PlannerSettings to a new connection, except what its URL sets. A connection pooler may refuse them as startup parameters.
func choosePlans(ctx context.Context, conn *pgx.Conn) error {
	settings := new(pgx.Batch)
	for name, value := range PlannerSettings() {
		if _, set := conn.Config().RuntimeParams[name]; !set {
			settings.Queue(`SELECT set_config($1, $2, false)`, name, value)
		}
	}
	if err := conn.SendBatch(ctx, settings).Close(); err != nil {
		return fmt.Errorf("settings of a connection: %w", err)
	}
	return nil
}

// OpenPostgres makes a pool that connects on first use, so a server that is down is no error here.
func OpenPostgres(ctx context.Context, o PostgresOptions) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(o.URL.Reveal())
	if err != nil {
		return nil, errPostgresURL // pgx's own text may quote the URL with its password
	}
	cfg.MaxConns = cmp.Or(o.MaxConns, 10)
	cfg.ConnConfig.ConnectTimeout = cmp.Or(o.ConnectTimeout, 3*time.Second)
	cfg.ConnConfig.Tracer = o.Tracer
	cfg.ConnConfig.RuntimeParams["application_name"] = "pavilion"
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.AfterConnect = choosePlans
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open Postgres: %w", err)
	}
	return pool, nil
}
