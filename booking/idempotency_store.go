package booking

import (
	"context"
	"fmt"
	"time"

	"pavilion/storage"
)

// keyMatch picks a key's row; keyArgs are its arguments.
const keyMatch = ` WHERE principal = $1 AND method = $2 AND route = $3 AND key = $4`

func keyArgs(k IdempotencyKey, more ...any) []any {
	return append([]any{k.Principal, k.Method, k.Route, k.Key}, more...)
}

// insertKey inserts a new key with synchronous_commit off. The effect's commit flushes the WAL including this row. A power cut before it loses both.
func insertKey(ctx context.Context, q storage.Queryer, k IdempotencyKey, owner string) (taken bool, err error) {
	tag, err := q.Exec(ctx, `
		INSERT INTO idempotency_key (principal, method, route, key, fingerprint, owner, lease_until)
		SELECT $1, $2, $3, $4, $5::bytea, $6::uuid, booking_clock() + $7::interval FROM set_config('synchronous_commit', 'off', true) AS wait WHERE wait = 'off'
		ON CONFLICT DO NOTHING`, keyArgs(k, k.Fingerprint[:], owner, keyLease)...)
	if err != nil {
		return false, fmt.Errorf("claim idempotency key: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// insertAnswer stores what is answered to a new key.
func insertAnswer(ctx context.Context, q storage.Queryer, k IdempotencyKey, r Response) (stored bool, err error) {
	tag, err := q.Exec(ctx, `
		INSERT INTO idempotency_key (principal, method, route, key, fingerprint, status, media_type, body, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, booking_clock())
		ON CONFLICT DO NOTHING`, keyArgs(k, k.Fingerprint[:], r.Status, r.MediaType, r.bytes())...)
	if err != nil {
		return false, fmt.Errorf("store answer: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// bytes returns the body, never nil: a stored response has a body.
func (r Response) bytes() []byte {
	if r.Body == nil {
		return []byte{}
	}
	return r.Body
}

func lockKey(ctx context.Context, q storage.Queryer, k IdempotencyKey) (row keyRow, err error) {
	var fingerprint, body []byte
	var status *int
	var media *string
	var lease *time.Time
	var now time.Time
	err = q.QueryRow(ctx, `SELECT fingerprint, status, media_type, body, lease_until, booking_clock() FROM idempotency_key`+keyMatch+` FOR UPDATE`, keyArgs(k)...).
		Scan(&fingerprint, &status, &media, &body, &lease, &now)
	if err != nil {
		return row, fmt.Errorf("read idempotency key: %w", err)
	}
	copy(row.fingerprint[:], fingerprint)
	row.leased = lease != nil && lease.After(now)
	if status != nil {
		row.answer = &Response{Status: *status, MediaType: *media, Body: body}
	}
	return row, nil
}

func takeOverKey(ctx context.Context, q storage.Queryer, k IdempotencyKey, owner string) error {
	_, err := q.Exec(ctx, `UPDATE idempotency_key SET owner = $5, lease_until = booking_clock() + $6::interval`+keyMatch, keyArgs(k, owner, keyLease)...)
	if err != nil {
		return fmt.Errorf("take over idempotency key: %w", err)
	}
	return nil
}

// storeAnswer stores the response if owner still has the key. Otherwise its error rolls the effect back.
func storeAnswer(ctx context.Context, q storage.Queryer, k IdempotencyKey, owner string, r Response) error {
	tag, err := q.Exec(ctx, `
		UPDATE idempotency_key SET owner = NULL, lease_until = NULL, status = $6, media_type = $7, body = $8, answered_at = booking_clock()`+keyMatch+` AND owner = $5`,
		keyArgs(k, owner, r.Status, r.MediaType, r.bytes())...)
	if err != nil {
		return fmt.Errorf("store answer: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return ErrKeyInProgress
	}
	return nil
}

func release(ctx context.Context, q storage.Queryer, k IdempotencyKey, owner string) error {
	if _, err := q.Exec(ctx, `DELETE FROM idempotency_key`+keyMatch+` AND owner = $5`, keyArgs(k, owner)...); err != nil {
		return fmt.Errorf("release idempotency key: %w", err)
	}
	return nil
}

// deleteOldKeys forgets answers past their retention.
func deleteOldKeys(ctx context.Context, q storage.Queryer) (int64, error) {
	tag, err := q.Exec(ctx, `DELETE FROM idempotency_key WHERE created_at < booking_clock() - $1::interval AND (lease_until IS NULL OR lease_until < booking_clock())`, KeyRetention)
	if err != nil {
		return 0, fmt.Errorf("delete old idempotency keys: %w", err)
	}
	return tag.RowsAffected(), nil
}
