package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

const refundColumns = `id, reference, key, payment_id, reason, state, currency, amount_minor, by_hand, coalesce(gateway_ref, ''), created_at, done_at`

func scanRefund(row pgx.CollectableRow) (r Refund, err error) {
	err = row.Scan(&r.ID, &r.Reference, &r.Key, &r.Payment, &r.Reason, &r.State, &r.Amount.Currency, &r.Amount.Minor, &r.ByHand, &r.GatewayRef, &r.CreatedAt, &r.DoneAt)
	return r, err
}

func selectRefunds(ctx context.Context, q storage.Queryer, condition string, args ...any) ([]Refund, error) {
	list, err := collect(ctx, q, scanRefund, `SELECT `+refundColumns+` FROM refund `+condition, args...)
	if err != nil {
		return nil, fmt.Errorf("read refunds: %w", err)
	}
	return list, nil
}

// insertRefund tells whether the refund is new; where its key is taken, r becomes the one that has it.
func insertRefund(ctx context.Context, q storage.Queryer, r *Refund, by MemberID) (made bool, err error) {
	err = q.QueryRow(ctx, `
		INSERT INTO refund (reference, key, payment_id, reason, state, currency, amount_minor, gateway_ref, actor_id, created_at, done_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), $9, $10, CASE WHEN $5 = 'pending' THEN NULL ELSE $10::timestamptz END)
		ON CONFLICT (key) DO NOTHING RETURNING id`,
		r.Reference, r.Key, r.Payment, r.Reason, r.State, r.Amount.Currency, r.Amount.Minor, r.GatewayRef, by, r.CreatedAt).Scan(&r.ID)
	if err == nil {
		return true, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("insert refund %s: %w", r.Key, err)
	}
	list, err := selectRefunds(ctx, q, `WHERE key = $1`, r.Key)
	if err != nil {
		return false, err
	}
	*r = list[0]
	return false, nil
}

// errRefundOver: the refund needs nobody any more.
var errRefundOver = errors.New("the refund is over")

// claimRefund gives a pending refund to one caller for a while: two that ask a gateway at once could both be told yes. A zero refund
// means that another has it.
func claimRefund(ctx context.Context, q storage.Queryer, id RefundID, lease time.Duration) (Refund, Payment, error) {
	list, err := collect(ctx, q, scanRefund, `
		UPDATE refund SET tried_until = booking_clock() + make_interval(secs => $2)
		WHERE id = $1 AND state = 'pending' AND NOT by_hand AND (tried_until IS NULL OR tried_until <= booking_clock()) RETURNING `+refundColumns, id, lease.Seconds())
	if err != nil {
		return Refund{}, Payment{}, fmt.Errorf("claim refund %d: %w", id, err)
	}
	if len(list) == 1 {
		p, err := selectPayment(ctx, q, `WHERE id = $1`, list[0].Payment)
		return list[0], p, err
	}
	if list, err = selectRefunds(ctx, q, `WHERE id = $1 AND state = 'pending' AND NOT by_hand`, id); err == nil && len(list) == 0 {
		err = errRefundOver
	}
	return Refund{}, Payment{}, err
}

// releaseRefund lets the next try begin at once. It outlives a cancel: otherwise the next try would wait for the lease.
func releaseRefund(ctx context.Context, q storage.Queryer, id RefundID) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if _, err := q.Exec(ctx, `UPDATE refund SET tried_until = NULL WHERE id = $1`, id); err != nil {
		return fmt.Errorf("release refund %d: %w", id, err)
	}
	return nil
}

// closeRefund ends a pending refund, once. One that failed moved no money and gives its key back: who asks again gets a refund of its own, and
// not this one for an answer.
func closeRefund(ctx context.Context, q storage.Queryer, id RefundID, state RefundState, ref string, at time.Time) (closed bool, err error) {
	tag, err := q.Exec(ctx, `
		UPDATE refund SET state = $2, gateway_ref = nullif($3, ''), done_at = $4, tried_until = NULL, key = CASE WHEN $2 = 'failed' THEN key || ':failed:' || id ELSE key END
		WHERE id = $1 AND state = 'pending'`, id, state, ref, at)
	if err != nil {
		return false, fmt.Errorf("close refund %d: %w", id, err)
	}
	return tag.RowsAffected() == 1, nil
}

func markByHand(ctx context.Context, q storage.Queryer, id RefundID) error {
	if _, err := q.Exec(ctx, `UPDATE refund SET by_hand = true, tried_until = NULL WHERE id = $1 AND state = 'pending'`, id); err != nil {
		return fmt.Errorf("refund %d by hand: %w", id, err)
	}
	return nil
}
