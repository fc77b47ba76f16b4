package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/config"
	"pavilion/migrations"
	"pavilion/storage"
)

// prepareSchema brings the schema up to date where it may, and refuses to serve on one that this program does not know. A Postgres that
// does not answer is no refusal: search works without it.
func prepareSchema(ctx context.Context, db *pgxpool.Pool, apply bool, log *slog.Logger) error {
	var err error
	if apply {
		var n int
		if n, err = migrations.Up(ctx, db); n > 0 {
			log.LogAttrs(ctx, slog.LevelInfo, "schema brought up to date", slog.Int("applied", n))
		}
	}
	if err == nil {
		err = migrations.Verify(ctx, db)
	}
	if err == nil || !storage.Unreachable(err) {
		return err
	}
	log.LogAttrs(ctx, slog.LevelWarn, "the schema could not be looked at; going on without Postgres", slog.Any("error", err))
	return nil
}

// migrate is the command.
func migrate(ctx context.Context, cfg config.Config, args []string, out io.Writer) error {
	db, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: cfg.PostgresURL})
	if err != nil {
		return err
	}
	defer db.Close()
	up := migrations.Up
	if slices.Equal(args, []string{"up", "--destructive"}) {
		up, args = migrations.UpDestructive, args[:1]
	}
	switch {
	case slices.Equal(args, []string{"up"}):
		n, err := up(ctx, db)
		if err == nil {
			fmt.Fprintf(out, "%d applied\n", n)
		}
		return err
	case slices.Equal(args, []string{"status"}):
		return list(ctx, db, out, func(migrations.Status) bool { return true })
	case slices.Equal(args, []string{"plan"}):
		return list(ctx, db, out, func(s migrations.Status) bool { return !s.Applied || s.Problem != nil })
	}
	return fmt.Errorf("unknown: migrate %v\n\n%s", args, usage)
}

// list prints migrations, a line each; a problem makes it fail.
func list(ctx context.Context, db *pgxpool.Pool, out io.Writer, show func(migrations.Status) bool) error {
	all, err := migrations.List(ctx, db)
	for _, s := range all {
		if !show(s) {
			continue
		}
		state, note := "missing", ""
		if s.Applied {
			state = "applied"
		} else if s.Destructive {
			note = "  destroys data"
		}
		if s.Problem != nil {
			note = "  " + s.Problem.Error()
			err = errors.Join(err, fmt.Errorf("%s: %w", s.File, s.Problem))
		}
		fmt.Fprintf(out, "%-8s %s%s\n", state, s.File, note)
	}
	return err
}
