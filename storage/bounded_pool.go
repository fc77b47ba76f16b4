package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNoConn means that no connection became free in time.
var ErrNoConn = errors.New("no free connection")

// BoundedPool is a pool with a limited wait for a free connection, so that an overloaded server refuses requests instead of queueing them. A transaction also
// begins within that time, or Postgres hangs. Any other query on a connection is limited only by the caller's context.
type BoundedPool struct {
	pool  *pgxpool.Pool
	wait  time.Duration
	probe *hangProbe
}

// NewBoundedPool wraps a pool. wait limits the wait for a free connection.
func NewBoundedPool(pool *pgxpool.Pool, wait time.Duration) BoundedPool {
	return BoundedPool{pool: pool, wait: wait, probe: &hangProbe{pool: pool, within: wait - wait/2, now: time.Now}}
}

func (h BoundedPool) acquireConn(ctx context.Context) (*pgxpool.Conn, error) {
	wctx, cancel := context.WithTimeoutCause(ctx, h.wait, ErrNoConn)
	defer cancel()
	conn, err := h.pool.Acquire(wctx)
	if err != nil {
		return nil, wrapNoConn(ctx, wctx, err)
	}
	return conn, nil
}

// cancelIfHung asks the probe when a statement has run for half of wait. If Postgres hangs, it cancels the statement with ErrNoConn, wait after its
// start. It takes up to half of wait longer if the probe had an answer shortly before. The caller calls answered once the statement has a result. An
// error of answered means that the statement is cancelled, or will be in a moment.
func (h BoundedPool) cancelIfHung(ctx context.Context, cancel context.CancelCauseFunc) (answered func() error) {
	var over atomic.Bool
	waiting, stop := context.WithCancel(ctx)
	timer := time.AfterFunc(h.wait/2, func() {
		if h.probe.hangs(waiting) && over.CompareAndSwap(false, true) {
			cancel(ErrNoConn)
		}
	})
	return func() error {
		timer.Stop()
		stop()
		if !over.CompareAndSwap(false, true) {
			return ErrNoConn
		}
		return nil
	}
}

// wrapNoConn adds ErrNoConn when the limit of wctx ended the wait, and not the caller's ctx.
func wrapNoConn(ctx, wctx context.Context, err error) error {
	if err != nil && ctx.Err() == nil && errors.Is(context.Cause(wctx), ErrNoConn) && !errors.Is(err, ErrNoConn) {
		return fmt.Errorf("%w: %w", ErrNoConn, err)
	}
	return err
}

// Begin takes a connection for a transaction. The transaction begins together with its first statement, which fails with ErrNoConn if Postgres hangs. That
// one must not be several joined by semicolons: it is sent in a batch.
func (h BoundedPool) Begin(ctx context.Context) (pgx.Tx, error) {
	return h.beginTx(ctx, pgx.TxOptions{})
}

// beginTx takes a connection. The transaction begins with its first statement.
func (h BoundedPool) beginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	conn, err := h.acquireConn(ctx)
	if err != nil {
		return nil, err
	}
	return &lazyTx{pool: h, options: o, conn: conn}, nil
}

// Snapshots returns a Beginner of read-only transactions at repeatable read, in which every statement sees the same commits.
func (h BoundedPool) Snapshots() Beginner { return snapshotBeginner{h} }

type snapshotBeginner struct{ pool BoundedPool }

// Begin starts a read-only transaction.
func (s snapshotBeginner) Begin(ctx context.Context) (pgx.Tx, error) {
	return s.pool.beginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
}

// Do runs fn on one connection.
func (h BoundedPool) Do(ctx context.Context, fn func(conn *pgxpool.Conn) error) error {
	conn, err := h.acquireConn(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return fn(conn)
}

// Exec runs a statement.
func (h BoundedPool) Exec(ctx context.Context, sql string, args ...any) (tag pgconn.CommandTag, err error) {
	err = h.Do(ctx, func(conn *pgxpool.Conn) error {
		tag, err = conn.Exec(ctx, sql, args...)
		return err
	})
	return tag, err
}

// Query reads rows. They hold the connection until they are closed or read to the end.
func (h BoundedPool) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	conn, err := h.acquireConn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		conn.Release()
		return nil, err
	}
	return &heldRows{Rows: rows, release: releaser(conn)}, nil
}

// QueryRow reads one row.
func (h BoundedPool) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	conn, err := h.acquireConn(ctx)
	if err != nil {
		return failedRow{err}
	}
	return heldRow{row: conn.QueryRow(ctx, sql, args...), release: releaser(conn)}
}

func releaser(conn *pgxpool.Conn) func() error {
	return func() error {
		conn.Release()
		return nil
	}
}

// heldRows release what they were read from, a connection or a batch.
type heldRows struct {
	pgx.Rows

	release func() error
	err     error // of release
}

// Close releases. Further calls do nothing.
func (r *heldRows) Close() {
	r.Rows.Close()
	if r.release != nil {
		r.err, r.release = r.release(), nil
	}
}

// Err returns the error of the rows or of the release.
func (r *heldRows) Err() error { return cmp.Or(r.Rows.Err(), r.err) }

// Next closes the rows after the last one.
func (r *heldRows) Next() bool {
	if r.Rows.Next() { //nolint:forbidigo // it wraps the rows that pgx.ForEachRow reads
		return true
	}
	r.Close()
	return false
}

type heldRow struct {
	row     pgx.Row
	release func() error
}

// Scan reads the row and releases.
func (r heldRow) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	return cmp.Or(err, r.release())
}

type failedRow struct{ err error }

// Scan returns the error.
func (r failedRow) Scan(...any) error { return r.err }
