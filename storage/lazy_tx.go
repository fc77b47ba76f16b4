package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// SendLater sends a batch together with the next statement of a transaction of BoundedPool, or with its commit. That statement then returns the errors
// of the batch, wrapped with what. In any other transaction, as a savepoint is, the batch is sent at once.
func SendLater(ctx context.Context, tx pgx.Tx, what string, b *pgx.Batch) error {
	t, lazy := tx.(*lazyTx)
	if !lazy {
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	}
	for _, q := range b.QueuedQueries {
		read := q.Fn
		if read == nil {
			read = func(results pgx.BatchResults) error {
				_, err := results.Exec()
				return err
			}
		}
		q.Fn = func(results pgx.BatchResults) error {
			if err := read(results); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
			return nil
		}
		t.later = append(t.later, q)
	}
	return nil
}

// Flush sends the batches of SendLater that were not sent yet.
func Flush(ctx context.Context, tx pgx.Tx) error {
	if t, lazy := tx.(*lazyTx); lazy && len(t.later) > 0 {
		return t.SendBatch(ctx, new(pgx.Batch)).Close()
	}
	return nil
}

// lazyTx is a transaction of BoundedPool that saves round trips: it begins together with its first statement. It has its connection from the start.
type lazyTx struct {
	pool    BoundedPool
	options pgx.TxOptions
	conn    *pgxpool.Conn      // nil after the end
	tx      pgx.Tx             // nil before the first statement
	later   []*pgx.QueuedQuery // of SendLater
	cancel  func()             // of the context of the first statement; nil before it
}

// SendBatch sends the queries of SendLater and b.
func (t *lazyTx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if t.conn == nil {
		return pgx.FailedBatchResults(b, pgx.ErrTxClosed)
	}
	first := t.later
	t.later = nil
	all := slices.Concat(first, b.QueuedQueries)
	results, err := t.send(ctx, all)
	for i := 0; err == nil && i < len(first); i++ {
		if err = first[i].Fn(results); err != nil {
			_ = results.Close() // err is the cause of its error
		}
	}
	if err != nil {
		return pgx.FailedBatchResults(b, err)
	}
	return results
}

// send sends queries, after begin if they are the first of the transaction. If the connection turns out to be broken then, as after a failover, the other
// idle connections are probably broken too: send drops them all and tries once more on a new one.
func (t *lazyTx) send(ctx context.Context, queries []*pgx.QueuedQuery) (pgx.BatchResults, error) {
	if t.tx != nil {
		return t.tx.SendBatch(ctx, &pgx.Batch{QueuedQueries: queries}), nil
	}
	results, err := t.begin(ctx, queries)
	if refusalReason(err) == RefusedConnection && ctx.Err() == nil && !errors.Is(err, ErrNoConn) {
		t.conn.Release()
		t.pool.pool.Reset()
		if t.conn, err = t.pool.acquireConn(ctx); err != nil {
			return nil, err
		}
		results, err = t.begin(ctx, queries)
	}
	return results, err
}

// begin sends begin and the queries, and reads the result of begin. It returns ErrNoConn if Postgres hangs.
func (t *lazyTx) begin(ctx context.Context, queries []*pgx.QueuedQuery) (pgx.BatchResults, error) {
	t.endFirst()
	wctx, cancel := context.WithCancelCause(ctx)
	t.cancel = func() { cancel(nil) } // later: the results are read under wctx
	answered := t.pool.cancelIfHung(wctx, cancel)
	b := new(pgx.Batch)
	b.BeginTx(t.options)
	for _, q := range queries {
		b.Queue(q.SQL, q.Arguments...).Fn = q.Fn // a sent query belongs to its connection, so send could not repeat q itself
	}
	results := t.conn.SendBatch(wctx, b)
	_, err := results.Exec()
	if hung := answered(); err == nil {
		err = hung // the rest of the results cannot be read any more
	}
	if err != nil {
		_ = results.Close() // err is its cause
		return nil, wrapNoConn(ctx, wctx, err)
	}
	t.tx = results.Tx()
	return results, nil
}

// sendsAlone reports whether a statement has nothing to be sent together with.
func (t *lazyTx) sendsAlone() bool { return t.conn != nil && t.tx != nil && len(t.later) == 0 }

// Exec runs one statement.
func (t *lazyTx) Exec(ctx context.Context, sql string, args ...any) (tag pgconn.CommandTag, err error) {
	if t.sendsAlone() {
		return t.tx.Exec(ctx, sql, args...)
	}
	b := new(pgx.Batch)
	b.Queue(sql, args...).Exec(func(done pgconn.CommandTag) error {
		tag = done
		return nil
	})
	err = t.SendBatch(ctx, b).Close()
	return tag, err
}

// Query reads rows.
func (t *lazyTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if t.sendsAlone() {
		return t.tx.Query(ctx, sql, args...)
	}
	b := new(pgx.Batch)
	b.Queue(sql, args...)
	results := t.SendBatch(ctx, b)
	rows, err := results.Query()
	if err != nil {
		_ = results.Close() // err is its cause
		return rows, err
	}
	return &heldRows{Rows: rows, release: results.Close}, nil
}

// QueryRow reads one row.
func (t *lazyTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if t.sendsAlone() {
		return t.tx.QueryRow(ctx, sql, args...)
	}
	b := new(pgx.Batch)
	b.Queue(sql, args...)
	results := t.SendBatch(ctx, b)
	return heldRow{row: results.QueryRow(), release: results.Close}
}

// Begin makes a savepoint.
func (t *lazyTx) Begin(ctx context.Context) (pgx.Tx, error) {
	if err := t.start(ctx); err != nil {
		return nil, err
	}
	return t.tx.Begin(ctx)
}

// start begins the transaction and sends what waits.
func (t *lazyTx) start(ctx context.Context) error {
	if t.sendsAlone() {
		return nil
	}
	return t.SendBatch(ctx, new(pgx.Batch)).Close()
}

// Commit commits, together with the queries of SendLater. After an error of one of them, the transaction is still open.
func (t *lazyTx) Commit(ctx context.Context) error {
	switch {
	case t.conn == nil:
		return pgx.ErrTxClosed
	case t.tx == nil && len(t.later) == 0: // it had no statement
		t.release()
		return nil
	case t.tx == nil: // commit does not go together with begin, which is repeated on another connection
		if err := t.start(ctx); err != nil {
			return err
		}
	}
	if len(t.later) == 0 {
		defer t.release()
		return t.tx.Commit(ctx)
	}
	if _, err := t.Exec(ctx, "commit"); err != nil {
		return err
	}
	t.release()
	return nil
}

// Rollback rolls back and returns the connection to the pool.
func (t *lazyTx) Rollback(ctx context.Context) error {
	if t.conn == nil {
		return pgx.ErrTxClosed
	}
	defer t.release()
	if t.tx == nil || t.conn.Conn().IsClosed() || t.conn.Conn().PgConn().TxStatus() == 'I' { // it did not begin, or Postgres has ended it
		return nil
	}
	return t.tx.Rollback(ctx)
}

// endFirst releases the context of the first statement.
func (t *lazyTx) endFirst() {
	if t.cancel != nil {
		t.cancel()
	}
}

func (t *lazyTx) release() {
	t.endFirst()
	t.conn.Release()
	t.conn, t.later = nil, nil
}

// Conn returns the connection. A statement on it is outside of the transaction before the first statement of the transaction.
func (t *lazyTx) Conn() *pgx.Conn { return t.conn.Conn() }

// CopyFrom copies rows into a table.
func (t *lazyTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	if err := t.start(ctx); err != nil {
		return 0, err
	}
	return t.tx.CopyFrom(ctx, table, columns, rows)
}

// Prepare prepares a statement on the connection.
func (t *lazyTx) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	if err := t.start(ctx); err != nil {
		return nil, err
	}
	return t.tx.Prepare(ctx, name, sql)
}

// LargeObjects returns the large objects; they need a transaction that has begun.
func (t *lazyTx) LargeObjects() pgx.LargeObjects { return t.tx.LargeObjects() }
