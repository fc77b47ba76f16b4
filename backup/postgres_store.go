package backup

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/storage"
)

const dumpName = "postgres.dump"

var errNotEmpty = errors.New("this database is not empty: a backup is restored into new databases. Make one (createdb), and name it in the settings")

// dump writes the dump. Its counts and its time are of the same snapshot.
func dump(ctx context.Context, db *pgxpool.Pool, address secret.String, dir string) (p Postgres, madeAt time.Time, err error) {
	server, err := serverVersion(ctx, db)
	if err != nil {
		return p, madeAt, err
	}
	if err := checkTool(ctx, "pg_dump", server); err != nil {
		return p, madeAt, err
	}
	p.Server = fmt.Sprint(server)
	err = pgx.BeginTxFunc(ctx, db, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		var snapshot string
		if err := tx.QueryRow(ctx, `SELECT pg_export_snapshot(), clock_timestamp()`).Scan(&snapshot, &madeAt); err != nil {
			return err
		}
		if p.Tables, err = countRows(ctx, tx); err != nil {
			return err
		}
		return runTool(ctx, address, "pg_dump", "--format=custom", "--snapshot="+snapshot, "--file="+filepath.Join(dir, dumpName))
	})
	if err != nil {
		return p, madeAt, fmt.Errorf("dump Postgres: %w", err)
	}
	p.File, err = sumFile(dir, dumpName)
	return p, madeAt, err
}

// load restores the dump into an empty database, in one transaction, and compares the number of rows. The owner of the tables is the user of address, and
// its default privileges apply.
func load(ctx context.Context, db *pgxpool.Pool, address secret.String, dir string, p Postgres) error {
	err := runTool(ctx, address, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments", filepath.Join(dir, filepath.FromSlash(p.Path)))
	if err != nil {
		return err
	}
	got, err := countRows(ctx, db)
	if err != nil {
		return err
	}
	for table, want := range p.Tables {
		if got[table] != want {
			return fmt.Errorf("%w: table %s has %d rows, and the backup says %d", ErrDamaged, table, got[table], want)
		}
	}
	if _, err := db.Exec(ctx, `ANALYZE`); err != nil {
		return fmt.Errorf("restore Postgres: %w", err)
	}
	return nil
}

func serverVersion(ctx context.Context, q storage.Queryer) (major int, err error) {
	if err := q.QueryRow(ctx, `SELECT current_setting('server_version_num')::int / 10000`).Scan(&major); err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	return major, nil
}

// countRows counts the rows of every table.
func countRows(ctx context.Context, q storage.Queryer) (map[string]int64, error) {
	rows, err := q.Query(ctx, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'`)
	if err != nil {
		return nil, fmt.Errorf("count rows: %w", err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("count rows: %w", err)
	}
	counts := map[string]int64{}
	for _, table := range tables {
		var n int64
		if err := q.QueryRow(ctx, `SELECT count(*) FROM `+pgx.Identifier{"public", table}.Sanitize()).Scan(&n); err != nil {
			return nil, fmt.Errorf("count rows of %s: %w", table, err)
		}
		counts[table] = n
	}
	return counts, nil
}

// checkEmpty returns an error unless a database has no table.
func checkEmpty(ctx context.Context, q storage.Queryer) error {
	var tables int
	err := q.QueryRow(ctx, `SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`).Scan(&tables)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if tables > 0 {
		return fmt.Errorf("PAVILION_POSTGRES_URL: %w", errNotEmpty)
	}
	return nil
}

// checkRight returns an error unless the user may create tables.
func checkRight(ctx context.Context, q storage.Queryer) error {
	var may bool
	if err := q.QueryRow(ctx, `SELECT has_schema_privilege('public', 'CREATE')`).Scan(&may); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if !may {
		return errNoRight
	}
	return nil
}

// poolModesAge returns how long ago the modes of the pools were changed. It returns a day where they never were.
func poolModesAge(ctx context.Context, q storage.Queryer) (time.Duration, error) {
	var seconds float64
	err := q.QueryRow(ctx, `SELECT coalesce((SELECT extract(epoch FROM clock_timestamp() - changed_at) FROM setting WHERE name = 'pool_modes'), 86400)::float8`).Scan(&seconds)
	if err != nil {
		return 0, fmt.Errorf("backup, modes of the pools: %w", err)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

// poolModesVersion returns a number that grows with every change of the pools' modes.
func poolModesVersion(ctx context.Context, q storage.Queryer) (version int64, err error) {
	if err := q.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM setting WHERE name = 'pool_modes'`).Scan(&version); err != nil {
		return 0, fmt.Errorf("backup: %w", err)
	}
	return version, nil
}

// appliedFiles lists the migrations that a database has.
func appliedFiles(ctx context.Context, db *pgxpool.Pool) (files []string, err error) {
	list, err := migrations.List(ctx, db)
	for _, s := range list {
		if s.Applied {
			files = append(files, s.File)
		}
	}
	return files, err
}

// unknownFiles lists the migrations that this program does not have.
func unknownFiles(ctx context.Context, db *pgxpool.Pool, files []string) (unknown []string, err error) {
	list, err := migrations.List(ctx, db)
	for _, f := range files {
		if !slices.ContainsFunc(list, func(s migrations.Status) bool { return s.File == f }) {
			unknown = append(unknown, f)
		}
	}
	return unknown, err
}

func lastBackup(ctx context.Context, q storage.Queryer) (madeAt time.Time, err error) {
	if err := q.QueryRow(ctx, `SELECT coalesce(max(made_at), 'epoch') FROM backup`).Scan(&madeAt); err != nil {
		return madeAt, fmt.Errorf("last backup: %w", err)
	}
	return madeAt, nil
}

const backupsKept = 100 // rows about earlier backups

// note stores that a backup was made: its age is a metric.
func note(ctx context.Context, db *pgxpool.Pool, m Manifest) error {
	_, err := db.Exec(ctx, `INSERT INTO backup (id, made_at, bytes) VALUES ($1, $2, $3)`, m.ID, m.MadeAt, m.Bytes())
	if err == nil {
		_, err = db.Exec(ctx, `DELETE FROM backup WHERE id IN (SELECT id FROM backup ORDER BY made_at DESC OFFSET $1)`, backupsKept)
	}
	if err != nil {
		return fmt.Errorf("note the backup: %w", err)
	}
	return nil
}
