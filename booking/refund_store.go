package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// refundColumns are the columns of a refund; scanRefund uses this order.
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

// selectRefundWhere reads the refund that matches a condition, or returns ErrNoRefund.
func selectRefundWhere(ctx context.Context, q storage.Queryer, condition string, args ...any) (Refund, error) {
	list, err := selectRefunds(ctx, q, condition, args...)
	return firstOf(list, err, ErrNoRefund)
}

func selectRefund(ctx context.Context, q storage.Queryer, id RefundID) (Refund, error) {
	return selectRefundWhere(ctx, q, `WHERE id = $1`, id)
}

func selectRefundByKey(ctx context.Context, q storage.Queryer, key string) (Refund, error) {
	return selectRefundWhere(ctx, q, `WHERE key = $1`, key)
}

// selectManualRefund reads a refund of a club that staff make by hand.
func selectManualRefund(ctx context.Context, q storage.Queryer, club ClubID, id RefundID) (Refund, error) {
	return selectRefundWhere(ctx, q, `WHERE id = $1 AND by_hand AND payment_id IN (SELECT id FROM payment WHERE club_id = $2)`, id, club)
}

// selectRefundsOf reads the refunds of a club's payment, by id.
func selectRefundsOf(ctx context.Context, q storage.Queryer, club ClubID, payment PaymentID) ([]Refund, error) {
	return selectRefunds(ctx, q, `WHERE payment_id IN (SELECT id FROM payment WHERE id = $1 AND club_id = $2) ORDER BY id`, payment, club)
}

// selectCancelRefunds reads the refunds for cancelling some bookings, by id. Failed refunds are left out.
func selectCancelRefunds(ctx context.Context, q storage.Queryer, bookings []ID) ([]Refund, error) {
	return selectRefunds(ctx, q, `WHERE payment_id = ANY(ARRAY(SELECT id FROM payment WHERE booking_id = ANY($1))) AND reason = $2 AND state <> 'failed' ORDER BY id`,
		bookings, refundCancelled)
}

// insertRefund reports whether the refund is new. When its key exists already, r becomes the stored refund.
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
	stored, err := selectRefundByKey(ctx, q, r.Key)
	if err != nil {
		return false, err
	}
	*r = stored
	return false, nil
}

// errRefundClosed reports that a refund is done, failed, or left to a person.
var errRefundClosed = errors.New("the refund is over")

// claimRefund leases a pending refund to one caller, because a gateway that gets two calls at once could make two refunds. It returns a zero Refund
// while another caller has the lease, and errRefundClosed when the gateway need not be asked any more.
func claimRefund(ctx context.Context, q storage.Queryer, id RefundID, lease time.Duration) (Refund, Payment, error) {
	list, err := collect(ctx, q, scanRefund, `
		UPDATE refund SET tried_until = booking_clock() + make_interval(secs => $2)
		WHERE id = $1 AND state = 'pending' AND NOT by_hand AND (tried_until IS NULL OR tried_until <= booking_clock()) RETURNING `+refundColumns, id, lease.Seconds())
	if err != nil {
		return Refund{}, Payment{}, fmt.Errorf("claim refund %d: %w", id, err)
	}
	if len(list) == 1 {
		p, err := selectPayment(ctx, q, list[0].Payment)
		return list[0], p, err
	}
	if list, err = selectRefunds(ctx, q, `WHERE id = $1 AND state = 'pending' AND NOT by_hand`, id); err == nil && len(list) == 0 {
		err = errRefundClosed
	}
	return Refund{}, Payment{}, err
}

// releaseRefund ends the lease, so that the next try need not wait for its end. It runs also when ctx is cancelled.
func releaseRefund(ctx context.Context, q storage.Queryer, id RefundID) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if _, err := q.Exec(ctx, `UPDATE refund SET tried_until = NULL WHERE id = $1`, id); err != nil {
		return fmt.Errorf("release refund %d: %w", id, err)
	}
	return nil
}

// closeRefund ends a pending refund; it returns false when it is closed already. A failed refund moved no money, so its key becomes free: the next
// request makes a new refund.
func closeRefund(ctx context.Context, q storage.Queryer, id RefundID, state RefundState, ref string, at time.Time) (closed bool, err error) {
	tag, err := q.Exec(ctx, `
		UPDATE refund SET state = $2, gateway_ref = nullif($3, ''), done_at = $4, tried_until = NULL, key = CASE WHEN $2 = 'failed' THEN key || ':failed:' || id ELSE key END
		WHERE id = $1 AND state = 'pending'`, id, state, ref, at)
	if err != nil {
		return false, fmt.Errorf("close refund %d: %w", id, err)
	}
	return tag.RowsAffected() == 1, nil
}

// markByHand leaves a pending refund to a person.
func markByHand(ctx context.Context, q storage.Queryer, id RefundID) error {
	if _, err := q.Exec(ctx, `UPDATE refund SET by_hand = true, tried_until = NULL WHERE id = $1 AND state = 'pending'`, id); err != nil {
		return fmt.Errorf("refund %d by hand: %w", id, err)
	}
	return nil
}
