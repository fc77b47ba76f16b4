package storage_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/secret"
	"pavilion/storage"
)

// trips records the round trips of a pool: the statements of each, joined.
type trips struct {
	mu   sync.Mutex
	list []string
}

func (r *trips) add(sql string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, sql)
}

// take returns the round trips since the last call.
func (r *trips) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() { r.list = nil }()
	return strings.Join(r.list, " | ")
}

func (r *trips) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	r.add(d.SQL)
	return ctx
}

func (r *trips) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (r *trips) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	var texts []string
	for _, q := range d.Batch.QueuedQueries {
		texts = append(texts, q.SQL)
	}
	r.add(strings.Join(texts, "; "))
	return ctx
}

func (r *trips) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (r *trips) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// openTraced opens a pool whose round trips are recorded, with an empty table of its own.
func openTraced(t *testing.T, table string) (*pgxpool.Pool, storage.BoundedPool, *trips) {
	t.Helper()
	traced := new(trips)
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(servers(t).PostgresURL), MaxConns: 2, Tracer: traced})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	for _, sql := range []string{`DROP TABLE IF EXISTS ` + table, `CREATE TABLE ` + table + ` (n int PRIMARY KEY)`} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	traced.take()
	return pool, storage.NewBoundedPool(pool, 40*time.Second), traced
}

// later is a batch that inserts numbers.
func later(table string, numbers ...int) *pgx.Batch {
	b := new(pgx.Batch)
	for _, n := range numbers {
		b.Queue(`INSERT INTO `+table+` VALUES ($1)`, n)
	}
	return b
}

func numbers(t *testing.T, pool *pgxpool.Pool, table string) []int {
	t.Helper()
	rows, err := pool.Query(t.Context(), `SELECT n FROM `+table+` ORDER BY n`)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestLazyTx_BeginAndCommitCostNoRoundTripOfTheirOwn(t *testing.T) {
	t.Parallel()
	const insert = `INSERT INTO lazy_trips VALUES ($1)`
	pool, bounded, traced := openTraced(t, "lazy_trips")
	for _, c := range []struct {
		name string
		fn   func(ctx context.Context, tx pgx.Tx) error
		want string
	}{
		{"nothing", func(context.Context, pgx.Tx) error { return nil }, ""},
		{"a statement", func(ctx context.Context, tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, insert, 1)
			if tag.RowsAffected() != 1 {
				t.Errorf("%s", tag)
			}
			return err
		}, "begin; " + insert + " | commit"},
		{"a row, then a later batch", func(ctx context.Context, tx pgx.Tx) error {
			var n int
			if err := tx.QueryRow(ctx, `SELECT 7`).Scan(&n); err != nil || n != 7 {
				t.Errorf("%d %v", n, err)
			}
			if err := tx.QueryRow(ctx, `SELECT 7 WHERE false`).Scan(&n); !errors.Is(err, pgx.ErrNoRows) {
				t.Errorf("no row: %v", err)
			}
			return storage.SendLater(ctx, tx, "insert", later("lazy_trips", 2))
		}, "begin; SELECT 7 | SELECT 7 WHERE false | " + insert + "; commit"},
		{"rows behind a later batch", func(ctx context.Context, tx pgx.Tx) error {
			if err := storage.SendLater(ctx, tx, "insert", later("lazy_trips", 3)); err != nil {
				return err
			}
			rows, err := tx.Query(ctx, `SELECT n FROM lazy_trips ORDER BY n`)
			if err != nil {
				return err
			}
			list, err := pgx.CollectRows(rows, pgx.RowTo[int])
			if !slices.Equal(list, []int{1, 2, 3}) {
				t.Errorf("%v", list)
			}
			return err
		}, "begin; " + insert + "; SELECT n FROM lazy_trips ORDER BY n | commit"},
		{"later batches only", func(ctx context.Context, tx pgx.Tx) error {
			return errors.Join(storage.SendLater(ctx, tx, "insert", later("lazy_trips", 4)), storage.SendLater(ctx, tx, "insert", later("lazy_trips", 5)))
		}, "begin; " + insert + "; " + insert + " | commit"},
		{"flushed", func(ctx context.Context, tx pgx.Tx) error {
			return errors.Join(storage.Flush(ctx, tx), storage.SendLater(ctx, tx, "insert", later("lazy_trips", 6)), storage.Flush(ctx, tx), storage.Flush(ctx, tx))
		}, "begin; " + insert + " | commit"},
		{"a savepoint", func(ctx context.Context, tx pgx.Tx) error {
			if err := storage.SendLater(ctx, tx, "insert", later("lazy_trips", 7)); err != nil {
				return err
			}
			inner, err := tx.Begin(ctx)
			if err != nil {
				return err
			}
			return errors.Join(storage.SendLater(ctx, inner, "insert", later("lazy_trips", 8)), inner.Rollback(ctx))
		}, "begin; " + insert + " | savepoint sp_1 | " + insert + " | rollback to savepoint sp_1 | commit"},
	} {
		if err := storage.InTx(t.Context(), bounded, c.fn); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := traced.take(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := numbers(t, pool, "lazy_trips"); !slices.Equal(got, []int{1, 2, 3, 4, 5, 6, 7}) {
		t.Errorf("%v", got)
	}
}

func TestLazyTx_AnErrorOfALaterBatchLeavesNothing(t *testing.T) {
	t.Parallel()
	pool, bounded, _ := openTraced(t, "lazy_errors")
	twice := later("lazy_errors", 1, 1)
	for name, end := range map[string]func(ctx context.Context, tx pgx.Tx) error{
		"with the commit": func(context.Context, pgx.Tx) error { return nil },
		"with a batch":    func(ctx context.Context, tx pgx.Tx) error { return tx.SendBatch(ctx, later("lazy_errors", 2)).Close() },
		"with a statement": func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO lazy_errors VALUES (2)`)
			return err
		},
		"with a row": func(ctx context.Context, tx pgx.Tx) error {
			var n int
			return tx.QueryRow(ctx, `SELECT 1`).Scan(&n)
		},
		"with rows": func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Query(ctx, `SELECT 1`) //nolint:sqlclosecheck // it fails
			return err
		},
		"with a savepoint": func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Begin(ctx)
			return err
		},
		"when flushed": storage.Flush,
	} {
		err := storage.InTx(t.Context(), bounded, func(ctx context.Context, tx pgx.Tx) error {
			if err := storage.SendLater(ctx, tx, "store both", &pgx.Batch{QueuedQueries: slices.Clone(twice.QueuedQueries)}); err != nil {
				return err
			}
			return end(ctx, tx)
		})
		if storage.SQLState(err) != "23505" || !strings.Contains(err.Error(), "store both") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := numbers(t, pool, "lazy_errors"); len(got) != 0 {
		t.Errorf("%v was stored", got)
	}
	if stat := pool.Stat(); stat.AcquiredConns() != 0 {
		t.Errorf("%d connections were not given back", stat.AcquiredConns())
	}
}

// After a failover every idle connection is dead, and the first statement of a transaction is the first to notice.
func TestLazyTx_ABrokenConnectionIsReplacedOnceAtItsFirstStatement(t *testing.T) {
	t.Parallel()
	pool, bounded, _ := openTraced(t, "lazy_broken")
	killOthers := func() {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), servers(t).PostgresURL)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.WithoutCancel(t.Context())) //nolint:errcheck // the statement's own error counts
		for _, idle := range pool.AcquireAllIdle(t.Context()) {
			if _, err := conn.Exec(t.Context(), `SELECT pg_terminate_backend($1, 5000)`, idle.Conn().PgConn().PID()); err != nil {
				t.Fatal(err)
			}
			idle.Release()
		}
	}
	killOthers()
	if err := storage.InTx(t.Context(), bounded, func(ctx context.Context, tx pgx.Tx) error {
		return storage.SendLater(ctx, tx, "insert", later("lazy_broken", 1))
	}); err != nil {
		t.Errorf("on a dead connection: %v", err)
	}
	// In the middle of a transaction nothing is repeated.
	err := storage.InTx(t.Context(), bounded, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO lazy_broken VALUES (2)`); err != nil {
			return err
		}
		killed, err := pgx.Connect(ctx, servers(t).PostgresURL)
		if err != nil {
			return err
		}
		defer killed.Close(ctx) //nolint:errcheck // the statement's own error counts
		if _, err := killed.Exec(ctx, `SELECT pg_terminate_backend($1, 5000)`, tx.Conn().PgConn().PID()); err != nil {
			return err
		}
		return storage.SendLater(ctx, tx, "insert", later("lazy_broken", 3))
	})
	if !storage.Unreachable(err) {
		t.Errorf("cut before its commit: %v", err)
	}
	if got := numbers(t, pool, "lazy_broken"); !slices.Equal(got, []int{1}) {
		t.Errorf("%v", got)
	}
}

func TestLazyTx_IsClosedAfterItsEnd(t *testing.T) {
	t.Parallel()
	_, bounded, _ := openTraced(t, "lazy_closed")
	for name, end := range map[string]func(tx pgx.Tx) error{
		"commit":   func(tx pgx.Tx) error { return tx.Commit(t.Context()) },
		"rollback": func(tx pgx.Tx) error { return tx.Rollback(t.Context()) },
	} {
		tx, err := bounded.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), `SELECT 1`); err != nil {
			t.Fatal(err)
		}
		if err := end(tx); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, execErr := tx.Exec(t.Context(), `SELECT 1`)
		for what, err := range map[string]error{
			"a statement": execErr, "commit": tx.Commit(t.Context()), "rollback": tx.Rollback(t.Context()), "a row": tx.QueryRow(t.Context(), `SELECT 1`).Scan(new(int)),
		} {
			if !errors.Is(err, pgx.ErrTxClosed) {
				t.Errorf("%s after %s: %v", what, name, err)
			}
		}
	}
}

// A hanging server keeps its connections open and answers nothing, so only the limit of the pool ends the wait. The connection is not checked first, because
// it was used a moment ago.
func TestLazyTx_BesideAHangingPostgresTheFirstStatementFailsInTime(t *testing.T) {
	t.Parallel()
	way, _, pool := throughDetour(t)
	bounded := storage.NewBoundedPool(pool, answersWithin)
	run := func(ctx context.Context, sql string) error {
		return storage.InTx(ctx, bounded, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
	}
	if err := run(t.Context(), `SELECT 1`); err != nil {
		t.Fatal(err)
	}
	if err := way.Hang(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := run(ctx, `SELECT 1`); !errors.Is(err, storage.ErrNoConn) {
		t.Errorf("while Postgres hangs: %v", err)
	}
	if err := way.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), `SELECT 1`); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	// The pool closes a broken connection in the background.
	eventually(t, "all connections are given back", func() bool { return pool.Stat().AcquiredConns() == 0 })
}
