package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/backup"
	"pavilion/config"
	"pavilion/storage"
)

const backupUsage = `pavilion backup DIR           copy Postgres and the pools into a new folder, while the bot runs
pavilion backup verify DIR    read a backup to its end and compare it with its manifest
pavilion restore DIR          fill new, empty databases, which the settings name, from a backup
pavilion restore confirm      the restored databases take the place of the old ones: the bot and the jobs start
pavilion outbox               list the jobs that the restored backup had not done
pavilion outbox release       do them
pavilion outbox drop          delete those that only send a message, do the others

docs/operating.md goes through it step by step.
`

// callOfBackup limits one call to a pool. The export of a whole collection is one call.
const callOfBackup = 24 * time.Hour

// withDatabases runs fn with the options of package backup.
func withDatabases(ctx context.Context, cfg config.Config, out io.Writer, fn func(o backup.Options) error) error {
	return withInstallation(ctx, cfg, func(db *pgxpool.Pool, _ backup.Installation) error {
		//exhaustruct:enforce
		pools, err := storage.OpenPools(storage.PoolsOptions{ //nolint:contextcheck // connects nothing
			Pools: poolOptions(cfg), Logger: slog.New(slog.DiscardHandler), Modes: poolModes(db), Timeout: callOfBackup,
		})
		if err != nil {
			return err
		}
		defer closeRunner(ctx, pools)
		//exhaustruct:enforce
		return fn(backup.Options{
			DB: db, Address: cfg.PostgresURL, Pools: pools, Version: version(), Now: time.Now, Progress: func(line string) { fmt.Fprintln(out, "      "+line) },
			Settle: 0, // its default
		})
	})
}

func withInstallation(ctx context.Context, cfg config.Config, fn func(db *pgxpool.Pool, i backup.Installation) error) error {
	db, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: cfg.PostgresURL})
	if err != nil {
		return err
	}
	defer db.Close()
	return fn(db, backup.NewInstallation(db))
}

// makeBackup runs `pavilion backup`.
func makeBackup(ctx context.Context, cfg config.Config, args []string, out io.Writer) error {
	switch {
	case len(args) == 2 && args[0] == "verify":
		m, err := backup.Verify(ctx, args[1])
		if err != nil {
			return err
		}
		describeBackup(out, m)
		fmt.Fprintln(out, "ok    every file is as it was written")
		return nil
	case len(args) == 1 && args[0] != "verify" && args[0] != "help":
		return withDatabases(ctx, cfg, out, func(o backup.Options) error {
			m, err := backup.Make(ctx, o, args[0])
			if err != nil {
				return err
			}
			describeBackup(out, m)
			fmt.Fprintf(out, "ok    the backup is in %s. Keep a copy on another machine.\n", args[0])
			return nil
		})
	}
	return usageOfBackup(out, args)
}

func usageOfBackup(out io.Writer, args []string) error {
	fmt.Fprint(out, backupUsage)
	if slices.Equal(args, []string{"help"}) {
		return nil
	}
	return errUsage
}

func describeBackup(out io.Writer, m backup.Manifest) {
	fmt.Fprintf(out, "ok    backup of %s, made by pavilion %s, %d MB\n", m.MadeAt.UTC().Format("2006-01-02 15:04:05 UTC"), m.Program, (m.Bytes()+1<<20-1)>>20)
	fmt.Fprintf(out, "      postgres %s: %d rows of %d tables, %d migrations\n", m.Postgres.Server, m.Rows(), len(m.Postgres.Tables), len(m.Schema))
	for _, p := range m.Pools {
		fmt.Fprintf(out, "      %s: %d documents\n", p.Name, p.Documents())
	}
}

// restore runs `pavilion restore`.
func restore(ctx context.Context, cfg config.Config, args []string, out io.Writer) error {
	switch {
	case slices.Equal(args, []string{"confirm"}):
		return withInstallation(ctx, cfg, func(_ *pgxpool.Pool, i backup.Installation) error {
			held, err := i.Confirm(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "ok    these databases are the installation's own; running processes start the bot and the jobs within seconds\n")
			fmt.Fprintf(out, "      %d sessions ended, %d broadcasts paused, %d changes of sent broadcasts ended, %d deliveries cancelled\n", held.Sessions, held.Broadcasts, held.Revisions, held.Deliveries+held.Taps)
			fmt.Fprintf(out, "      %d unanswered messages dropped, %d requests to join a channel left to its admins\n", held.Messages, held.Requests)
			return listOutbox(out, held.Jobs)
		})
	case len(args) == 1 && args[0] != "help":
		return withDatabases(ctx, cfg, out, func(o backup.Options) error {
			r, err := backup.Restore(ctx, o, args[0])
			if err != nil {
				return err
			}
			describeBackup(out, r.Manifest)
			if r.Repaired > 0 {
				fmt.Fprintf(out, "-     %d entries of lists were being written when the backup was made; the bot mends them when it starts\n", r.Repaired)
			}
			fmt.Fprintln(out, "ok    everything is restored. Start pavilion, look around, and when the old installation does not run any more:\n      pavilion restore confirm")
			return nil
		})
	}
	return usageOfBackup(out, args)
}

// outbox runs `pavilion outbox`.
func outbox(ctx context.Context, cfg config.Config, args []string, out io.Writer) error {
	return withInstallation(ctx, cfg, func(_ *pgxpool.Pool, i backup.Installation) error {
		switch {
		case len(args) == 0:
			held, err := i.Outbox(ctx)
			if err != nil {
				return err
			}
			return listOutbox(out, held)
		case slices.Equal(args, []string{"release"}):
			held, err := i.Release(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "ok    %d jobs are released\n", sum(held))
			return nil
		case slices.Equal(args, []string{"drop"}):
			dropped, err := i.Drop(ctx)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "ok    %d messages are deleted, the other jobs are released\n", sum(dropped))
			return nil
		}
		return usageOfBackup(out, args)
	})
}

// listOutbox prints the held jobs and the next step.
func listOutbox(out io.Writer, held map[string]int64) error {
	if len(held) == 0 {
		fmt.Fprintln(out, "ok    no job waits for you")
		return nil
	}
	for _, kind := range slices.Sorted(maps.Keys(held)) {
		fmt.Fprintf(out, "%6d  %s\n", held[kind], kind)
	}
	fmt.Fprintln(out, "-     these jobs wait. pavilion outbox release does them; pavilion outbox drop deletes those that only send a message")
	return nil
}

func sum(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}
