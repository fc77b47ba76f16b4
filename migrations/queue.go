package migrations

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// queuePrefix begins Status.File of the job queue's migrations.
const queuePrefix = "river/"

func queueMigrator(pool *pgxpool.Pool) (*rivermigrate.Migrator[pgx.Tx], error) {
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)}) // the result has the versions
	if err != nil {
		return nil, fmt.Errorf("migrations: job queue: %w", err)
	}
	return m, nil
}

func queueUp(ctx context.Context, pool *pgxpool.Pool) (applied int, err error) {
	m, err := queueMigrator(pool)
	if err != nil {
		return 0, err
	}
	result, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return 0, fmt.Errorf("migrations: job queue: %w", err)
	}
	return len(result.Versions), nil
}

func queueDown(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := queueMigrator(pool)
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionDown, &rivermigrate.MigrateOpts{TargetVersion: -1}); err != nil {
		return fmt.Errorf("migrations: job queue: %w", err)
	}
	return nil
}

func queueStatus(ctx context.Context, pool *pgxpool.Pool) ([]Status, error) {
	m, err := queueMigrator(pool)
	if err != nil {
		return nil, err
	}
	applied, err := queueVersions(ctx, pool)
	if err != nil {
		return nil, err
	}
	var list []Status
	for _, v := range m.AllVersions() {
		list = append(list, Status{Version: int64(v.Version), File: fmt.Sprintf("%s%03d", queuePrefix, v.Version), Applied: applied[v.Version]})
		delete(applied, v.Version)
	}
	for version := range applied {
		list = append(list, Status{Version: int64(version), File: fmt.Sprintf("%s%03d", queuePrefix, version), Applied: true, Problem: ErrUnknown})
	}
	return list, nil
}

// queueVersions reads the applied versions from the queue's own table. River fails on a version that it does not know, without naming it.
func queueVersions(ctx context.Context, pool *pgxpool.Pool) (map[int]bool, error) {
	applied := map[int]bool{}
	if found, err := tableExists(ctx, pool, "river_migration"); err != nil || !found {
		return applied, err
	}
	rows, err := pool.Query(ctx, `SELECT version FROM river_migration`)
	if err != nil {
		return nil, fmt.Errorf("migrations: job queue: %w", err)
	}
	var version int
	if _, err := pgx.ForEachRow(rows, []any{&version}, func() error {
		applied[version] = true
		return nil
	}); err != nil {
		return nil, fmt.Errorf("migrations: job queue: %w", err)
	}
	return applied, nil
}
