package booking

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// keyMatch picks a key's row; keyArgs are its arguments.
const keyMatch = ` WHERE principal = $1 AND method = $2 AND route = $3 AND key = $4`

func keyArgs(k IdempotencyKey, more ...any) []any {
	return append([]any{k.Principal, k.Method, k.Route, k.Key}, more...)
}

// takeKey locks the key until the transaction ends, and returns the stored response if there is one. It returns ErrKeyInProgress if another transaction
// has the lock. It reads the row after the lock, so it sees the response of a transaction that has just committed.
func takeKey(ctx context.Context, tx pgx.Tx, k IdempotencyKey) (old *Response, err error) {
	var taken bool
	b := new(pgx.Batch)
	b.Queue(`SELECT pg_try_advisory_xact_lock(hashtextextended(concat_ws(E'\n', 'pavilion idempotency key', $1::text, $2::text, $3::text, $4::text), 0)),
		set_config('idle_in_transaction_session_timeout', $5, true)`, keyArgs(k, silentTransaction)...).
		QueryRow(func(row pgx.Row) error { return row.Scan(&taken, nil) })
	b.Queue(selectAnswer, keyArgs(k)...).QueryRow(func(row pgx.Row) (err error) {
		old, err = scanAnswer(row, k)
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("take idempotency key: %w", err)
	}
	if old == nil && !taken {
		return nil, ErrKeyInProgress
	}
	return old, nil
}

const selectAnswer = `SELECT fingerprint, status, media_type, body, lease_until > booking_clock() FROM idempotency_key` + keyMatch

// readAnswer returns the stored response of a key; nil if there is none.
func readAnswer(ctx context.Context, q storage.Queryer, k IdempotencyKey) (*Response, error) {
	old, err := scanAnswer(q.QueryRow(ctx, selectAnswer, keyArgs(k)...), k)
	if err != nil {
		return nil, fmt.Errorf("read idempotency key: %w", err)
	}
	return old, nil
}

// scanAnswer reads a key's row. A row without a response was made by an older release, which stored a lease before it ran the request.
func scanAnswer(row pgx.Row, k IdempotencyKey) (*Response, error) {
	var fingerprint, body []byte
	var status *int
	var media *string
	var leased *bool
	err := row.Scan(&fingerprint, &status, &media, &body, &leased)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil //nolint:nilnil // no row: the key is new
	case err != nil:
		return nil, err
	case !bytes.Equal(fingerprint, k.Fingerprint[:]):
		return nil, ErrKeyMismatch
	case status != nil:
		return &Response{Status: *status, MediaType: *media, Body: body}, nil
	case leased != nil && *leased:
		return nil, ErrKeyInProgress
	}
	return nil, nil //nolint:nilnil // the lease has expired
}

// insertAnswer stores the response of a key. It returns false if the key already has a response, or an unexpired lease of an older release.
func insertAnswer(ctx context.Context, q storage.Queryer, k IdempotencyKey, r Response) (stored bool, err error) {
	tag, err := q.Exec(ctx, `
		INSERT INTO idempotency_key AS k (principal, method, route, key, fingerprint, status, media_type, body, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, booking_clock())
		ON CONFLICT (principal, method, route, key) DO UPDATE
			SET owner = NULL, lease_until = NULL, fingerprint = $5, status = $6, media_type = $7, body = $8, answered_at = booking_clock()
			WHERE k.status IS NULL AND k.lease_until <= booking_clock()`, keyArgs(k, k.Fingerprint[:], r.Status, r.MediaType, r.bytes())...)
	if err != nil {
		return false, fmt.Errorf("store answer: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// bytes returns the body, never nil, because the column is NULL for a key without a response.
func (r Response) bytes() []byte {
	if r.Body == nil {
		return []byte{}
	}
	return r.Body
}

// deleteOldKeys forgets answers past their retention.
func deleteOldKeys(ctx context.Context, q storage.Queryer) (int64, error) {
	tag, err := q.Exec(ctx, `DELETE FROM idempotency_key WHERE created_at < booking_clock() - $1::interval AND (lease_until IS NULL OR lease_until < booking_clock())`, KeyRetention)
	if err != nil {
		return 0, fmt.Errorf("delete old idempotency keys: %w", err)
	}
	return tag.RowsAffected(), nil
}
