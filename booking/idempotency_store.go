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

// takeKey locks the key until the transaction ends, and looks for a stored response, together with the next statement. That statement fails if there is
// a response or if another transaction has the lock. The row is read after the lock, so the response of a transaction that has just committed is seen.
func takeKey(ctx context.Context, tx pgx.Tx, k IdempotencyKey, held *keyHold) error {
	var taken bool
	b := new(pgx.Batch)
	b.Queue(`SELECT pg_try_advisory_xact_lock(hashtextextended(concat_ws(E'\n', 'pavilion idempotency key', $1::text, $2::text, $3::text, $4::text), 0)),
		set_config('idle_in_transaction_session_timeout', $5, true)`, keyArgs(k, silentTransaction)...).
		QueryRow(func(row pgx.Row) error { return row.Scan(&taken, nil) })
	b.Queue(selectAnswer, keyArgs(k)...).QueryRow(func(row pgx.Row) error {
		answer, stale, err := scanAnswer(row, k)
		switch {
		case err == nil && answer != nil:
			err = errKeyAnswered
		case err == nil && !taken:
			err = ErrKeyInProgress
		}
		*held = keyHold{known: true, refused: err, answer: answer, stale: stale}
		return err
	})
	return storage.SendLater(ctx, tx, "take idempotency key", b)
}

const selectAnswer = `SELECT fingerprint, status, media_type, body, lease_until > booking_clock() FROM idempotency_key` + keyMatch

// readAnswer returns the stored response of a key; nil if there is none.
func readAnswer(ctx context.Context, q storage.Queryer, k IdempotencyKey) (*Response, error) {
	old, _, err := scanAnswer(q.QueryRow(ctx, selectAnswer, keyArgs(k)...), k)
	if err != nil {
		return nil, fmt.Errorf("read idempotency key: %w", err)
	}
	return old, nil
}

// scanAnswer reads a key's row. A row without a response was made by an older release, which stored a lease before it ran the request; stale reports
// that its lease has expired.
func scanAnswer(row pgx.Row, k IdempotencyKey) (r *Response, stale bool, err error) {
	var fingerprint, body []byte
	var status *int
	var media *string
	var leased *bool
	err = row.Scan(&fingerprint, &status, &media, &body, &leased)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, false, nil // the key is new
	case err != nil:
		return nil, false, err
	case !bytes.Equal(fingerprint, k.Fingerprint[:]):
		return nil, false, ErrKeyMismatch
	case status != nil:
		return &Response{Status: *status, MediaType: *media, Body: body}, false, nil
	case leased != nil && *leased:
		return nil, false, ErrKeyInProgress
	}
	return nil, true, nil
}

// answerInsert stores a response; answerArgs are its arguments. answerOnce is the constraint that it violates if the key has a row.
const (
	answerInsert = `INSERT INTO idempotency_key AS k (principal, method, route, key, fingerprint, status, media_type, body, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, booking_clock())`
	answerOnce   = "idempotency_key_pkey"
)

func answerArgs(k IdempotencyKey, r Response) []any {
	return keyArgs(k, k.Fingerprint[:], r.Status, r.MediaType, r.bytes())
}

// insertAnswer stores the response of a key together with the commit. The commit fails on answerOnce if the key has a response meanwhile. This happens
// when an earlier request with the key was refused: a refusal is stored after its transaction, when the key is not locked any more.
func insertAnswer(ctx context.Context, tx pgx.Tx, k IdempotencyKey, held keyHold, r Response) error {
	b := new(pgx.Batch)
	if held.stale {
		b.Queue(`DELETE FROM idempotency_key`+keyMatch+` AND status IS NULL`, keyArgs(k)...)
	}
	b.Queue(answerInsert, answerArgs(k, r)...)
	return storage.SendLater(ctx, tx, "store answer", b)
}

// insertRefusal stores the refusal of a key. It returns false if the key already has a response, or an unexpired lease of an older release.
func insertRefusal(ctx context.Context, q storage.Queryer, k IdempotencyKey, r Response) (stored bool, err error) {
	tag, err := q.Exec(ctx, answerInsert+`
		ON CONFLICT (principal, method, route, key) DO UPDATE
			SET owner = NULL, lease_until = NULL, fingerprint = $5, status = $6, media_type = $7, body = $8, answered_at = booking_clock()
			WHERE k.status IS NULL AND k.lease_until <= booking_clock()`, answerArgs(k, r)...)
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
