package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/config"
	"pavilion/migrations"
	"pavilion/storage"
)

// prepareSchema brings the schema up to date where it may, and returns an error for one that this program does not know.
func prepareSchema(ctx context.Context, db *pgxpool.Pool, apply bool, log *slog.Logger) error {
	if apply {
		n, err := migrations.Up(ctx, db)
		if n > 0 {
			log.LogAttrs(ctx, slog.LevelInfo, "schema brought up to date", slog.Int("applied", n))
		}
		if err != nil {
			return err
		}
	}
	return migrations.Verify(ctx, db)
}

// schemaAgain is the wait between two tries to prepare the schema.
const schemaAgain = time.Second

// prepareSchemaLater prepares the schema of a Postgres that did not answer at the start, once it answers. Until then search works without it. A
// process that may not apply migrations also waits for the person or process that does.
func prepareSchemaLater(db *pgxpool.Pool, apply bool, log *slog.Logger) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		for waiting := false; ; {
			err := prepareSchema(ctx, db, apply, log)
			behind := !apply && errors.Is(err, migrations.ErrBehind)
			switch {
			case ctx.Err() != nil:
				return nil //nolint:nilerr // it was told to stop
			case err == nil:
				log.LogAttrs(ctx, slog.LevelInfo, "postgres is there and its schema fits")
				<-ctx.Done()
				return nil
			case behind && !waiting:
				waiting = true
				log.LogAttrs(ctx, slog.LevelError, "the schema is older than this program", slog.Any("error", err))
			case !behind && !storage.Unreachable(err):
				return err
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(schemaAgain):
			}
		}
	}
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
		up, args = migrations.UpDestructive, []string{"up"}
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
			if s.Newer && s.Additive {
				note = "  of a newer release, additive"
			}
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
