package migrations

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// fileSum is the row of a file in schema_file.
type fileSum struct {
	sha256   []byte
	finished bool
	additive bool
}

// problem compares a file with its row. A file that started and is not applied was rolled back, unless it runs without a transaction.
func (s fileSum) problem(text []byte, applied bool) error {
	now := sha256.Sum256(text)
	switch {
	case applied && !bytes.Equal(s.sha256, now[:]):
		return ErrEdited
	case !applied && !s.finished && strings.Contains(string(text), "+goose NO TRANSACTION"):
		return ErrDirty
	}
	return nil
}

// lockKey is the key of the advisory lock.
const lockKey = 0x70617669_6c696f6e

// withLock runs fn while it holds the advisory lock. Postgres releases the lock when the connection ends, also after a kill.
func withLock(ctx context.Context, pool *pgxpool.Pool, fn func() error) (err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(lockKey)); err != nil {
		return fmt.Errorf("migrations: lock: %w", err)
	}
	defer func() {
		uctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_, uerr := conn.Exec(uctx, `SELECT pg_advisory_unlock($1)`, int64(lockKey))
		err = errors.Join(err, uerr)
	}()
	return fn()
}

func ensureSums(ctx context.Context, pool *pgxpool.Pool) error {
	_, err := pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS schema_file (
		version     bigint PRIMARY KEY,
		file        text NOT NULL,
		sha256      bytea NOT NULL,
		begun_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
		finished_at timestamptz)`)
	if err == nil { // rows of earlier releases count as not additive
		_, err = pool.Exec(ctx, `ALTER TABLE schema_file ADD COLUMN IF NOT EXISTS additive boolean NOT NULL DEFAULT false`)
	}
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

func dropSums(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, `DROP TABLE IF EXISTS schema_file`); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// tableExists reports whether a table exists; a new database has none.
func tableExists(ctx context.Context, pool *pgxpool.Pool, table string) (found bool, err error) {
	if err = pool.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, table).Scan(&found); err != nil {
		return false, fmt.Errorf("migrations: %w", err)
	}
	return found, nil
}

func readSums(ctx context.Context, pool *pgxpool.Pool) (map[int64]fileSum, error) {
	if found, err := tableExists(ctx, pool, "schema_file"); err != nil || !found {
		return nil, err
	}
	// to_jsonb reads the column also while it does not exist: before this release has applied its migrations.
	rows, err := pool.Query(ctx, `SELECT version, sha256, finished_at IS NOT NULL, coalesce((to_jsonb(f) ->> 'additive')::boolean, false) FROM schema_file f`)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	sums := map[int64]fileSum{}
	var version int64
	var one fileSum
	_, err = pgx.ForEachRow(rows, []any{&version, &one.sha256, &one.finished, &one.additive}, func() error {
		one.sha256 = bytes.Clone(one.sha256)
		sums[version] = one
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return sums, nil
}

// appliedVersions reads the applied versions from goose's table, including those without a file.
func appliedVersions(ctx context.Context, pool *pgxpool.Pool) ([]int64, error) {
	if found, err := tableExists(ctx, pool, "goose_db_version"); err != nil || !found {
		return nil, err
	}
	rows, err := pool.Query(ctx, `SELECT DISTINCT version_id FROM goose_db_version WHERE is_applied ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	versions, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return versions, nil
}

// noteMissingSums stores the checksums of files that were applied by a release without checksums.
func (s migrationSet) noteMissingSums(ctx context.Context, pool *pgxpool.Pool, list []Status) error {
	for _, one := range list {
		if !one.Applied || one.isQueue() || one.Newer || one.Problem != nil {
			continue
		}
		if err := errors.Join(s.noteBegun(ctx, pool, one), noteFinished(ctx, pool, one)); err != nil {
			return err
		}
	}
	return nil
}

// noteBegun stores the checksum of a file before it is applied. The row of an earlier unfinished try gets the current checksum.
func (s migrationSet) noteBegun(ctx context.Context, pool *pgxpool.Pool, one Status) error {
	text, err := fs.ReadFile(s.fsys, one.File)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	now := sha256.Sum256(text)
	_, err = pool.Exec(ctx, `INSERT INTO schema_file (version, file, sha256, additive) VALUES ($1, $2, $3, $4)
		ON CONFLICT (version) DO UPDATE SET sha256 = $3, additive = $4 WHERE schema_file.finished_at IS NULL`, one.Version, one.File, now[:], one.Additive)
	if err != nil {
		return fmt.Errorf("migrations: %s: %w", one.File, err)
	}
	return nil
}

func noteFinished(ctx context.Context, pool *pgxpool.Pool, one Status) error {
	if _, err := pool.Exec(ctx, `UPDATE schema_file SET finished_at = clock_timestamp() WHERE version = $1 AND finished_at IS NULL`, one.Version); err != nil {
		return fmt.Errorf("migrations: %s: %w", one.File, err)
	}
	return nil
}
