package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNoConn is the cause when no connection came free in time.
var ErrNoConn = errors.New("no free connection")

// Hurried is a pool that says soon when all its connections are taken, so that a full house answers "later" and does not queue. Only the
// wait for a connection is bounded; what runs on it has its caller's time.
type Hurried struct {
	pool *pgxpool.Pool
	wait time.Duration
}

// NewHurried wraps a pool.
func NewHurried(pool *pgxpool.Pool, wait time.Duration) Hurried {
	return Hurried{pool: pool, wait: wait}
}

func (h Hurried) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	wctx, cancel := context.WithTimeoutCause(ctx, h.wait, ErrNoConn)
	defer cancel()
	conn, err := h.pool.Acquire(wctx)
	if err != nil {
		return nil, late(ctx, wctx, err)
	}
	return conn, nil
}

// late names the cause where it was our own limit and not the caller's.
func late(ctx, wctx context.Context, err error) error {
	if err != nil && ctx.Err() == nil && errors.Is(context.Cause(wctx), ErrNoConn) {
		return fmt.Errorf("%w: %w", ErrNoConn, err)
	}
	return err
}

// Begin starts a transaction.
func (h Hurried) Begin(ctx context.Context) (pgx.Tx, error) { return h.begin(ctx, pgx.TxOptions{}) }

func (h Hurried) begin(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	wctx, cancel := context.WithTimeoutCause(ctx, h.wait, ErrNoConn)
	defer cancel()
	tx, err := h.pool.BeginTx(wctx, o)
	return tx, late(ctx, wctx, err)
}

// Snapshots is the pool as it starts transactions that only read, and in which every statement sees the same commits.
func (h Hurried) Snapshots() Beginner { return snapshots{h} }

type snapshots struct{ pool Hurried }

// Begin starts one.
func (s snapshots) Begin(ctx context.Context) (pgx.Tx, error) {
	return s.pool.begin(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
}

// Do runs fn on one connection.
func (h Hurried) Do(ctx context.Context, fn func(conn *pgxpool.Conn) error) error {
	conn, err := h.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return fn(conn)
}

// Exec runs a statement.
func (h Hurried) Exec(ctx context.Context, sql string, args ...any) (tag pgconn.CommandTag, err error) {
	err = h.Do(ctx, func(conn *pgxpool.Conn) error {
		tag, err = conn.Exec(ctx, sql, args...)
		return err
	})
	return tag, err
}

// Query reads rows; the connection is theirs until they are closed or read to the end.
func (h Hurried) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	conn, err := h.acquire(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		conn.Release()
		return nil, err
	}
	return &heldRows{Rows: rows, conn: conn}, nil
}

// QueryRow reads one row.
func (h Hurried) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	conn, err := h.acquire(ctx)
	if err != nil {
		return failedRow{err}
	}
	return heldRow{conn: conn, row: conn.QueryRow(ctx, sql, args...)}
}

// heldRows give their connection back.
type heldRows struct {
	pgx.Rows

	conn *pgxpool.Conn
}

// Close ends the reading; it may be called again.
func (r *heldRows) Close() {
	r.Rows.Close()
	if r.conn != nil {
		r.conn.Release()
		r.conn = nil
	}
}

// Next closes the rows after the last one.
func (r *heldRows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

type heldRow struct {
	conn *pgxpool.Conn
	row  pgx.Row
}

// Scan reads the row and gives the connection back.
func (r heldRow) Scan(dest ...any) error {
	defer r.conn.Release()
	return r.row.Scan(dest...)
}

type failedRow struct{ err error }

// Scan says why there is no row.
func (r failedRow) Scan(...any) error { return r.err }
