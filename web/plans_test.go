package web

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/secret"
	"pavilion/sandbox/plans"
	"pavilion/storage"
)

// largeTables fills the tables of sessions with the rows of many months.
const largeTables = `
	INSERT INTO session (member_id, client_hash, incarnation, expires_at, created_at)
		SELECT n % 20000, sha256(n::text::bytea), session_incarnation(), clock_timestamp() + n * interval '1 minute', clock_timestamp() FROM generate_series(1, 50000) n;
	INSERT INTO session_refresh (token_hash, session_id, expires_at) SELECT sha256(('refresh' || id)::bytea), id, expires_at FROM session;
	INSERT INTO session_access (token_hash, session_id, expires_at) SELECT sha256(('access' || id)::bytea), id, expires_at FROM session;
	INSERT INTO session_proof (digest, client_hash, used_at) SELECT sha256(('proof' || id)::bytea), client_hash, clock_timestamp() FROM session;
	INSERT INTO session_reopening (member_id, asked_at) SELECT id, clock_timestamp() FROM session`

// checkPlans runs the statements of all tests on large tables without statistics.
func checkPlans(ctx context.Context) error {
	const name = "pavilion_large"
	if err := sql(ctx, shared, "CREATE DATABASE "+name+" TEMPLATE "+templateDB); err != nil {
		return err
	}
	pool, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(databaseURL(shared, name))})
	if err != nil {
		return err
	}
	defer pool.Close()
	return statements.Check(ctx, pool, largeTables, plans.Limit{Rows: 1000, Blocks: 2000})
}

// The statement is planned for empty tables, and the connection keeps this plan while they grow. Each request of a person whose session is not in memory
// makes this look-up.
func TestReadAccess_ReadsOneSessionByAPlanOfEmptyTables(t *testing.T) {
	t.Parallel()
	_, pool := copyOf(t, templateDB)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, _, err := readAccess(t.Context(), conn, tokenHash("access40000")); !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), largeTables, pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	err = storage.InTx(t.Context(), conn, func(ctx context.Context, tx pgx.Tx) error {
		u, _, err := readAccess(ctx, tx, tokenHash("access40000"))
		if err != nil {
			return err
		}
		var read int64
		err = tx.QueryRow(ctx, `SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'session'`).Scan(&read)
		if u.Session != 40_000 || read != 1 {
			t.Errorf("session %d, %d sessions were read", u.Session, read)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
