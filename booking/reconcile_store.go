package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// lostRefund is a pending refund without a job.
type lostRefund struct {
	ID       RefundID
	Provider Provider
}

// selectLostRefunds reads pending refunds that are older than age and have no unfinished job, by id.
func selectLostRefunds(ctx context.Context, q storage.Queryer, age time.Duration, limit int) ([]lostRefund, error) {
	list, err := collect(ctx, q, pgx.RowToStructByPos[lostRefund], `
		SELECT refund.id, p.provider FROM refund JOIN payment p ON p.id = refund.payment_id
		WHERE refund.state = 'pending' AND NOT by_hand AND refund.created_at <= booking_clock() - make_interval(secs => $1)
			AND NOT EXISTS (SELECT FROM river_job j WHERE j.kind = 'booking_refund' AND (j.args ->> 'refund')::bigint = refund.id
				AND j.state IN ('available', 'pending', 'running', 'retryable', 'scheduled'))
		ORDER BY refund.id LIMIT $2`, age.Seconds(), limit)
	if err != nil {
		return nil, fmt.Errorf("look for waiting refunds: %w", err)
	}
	return list, nil
}

// selectUnreportedPayments reads the unpaid payments of some providers whose age is between two limits. Each is read again after a quarter of its age;
// the ones that were never asked about come first. A failed payment without a checkout is final.
func selectUnreportedPayments(ctx context.Context, q storage.Queryer, providers []Provider, from, to time.Duration, limit int) ([]PaymentID, error) {
	ids, err := collect(ctx, q, pgx.RowTo[PaymentID], `
		SELECT id FROM payment WHERE state IN ('created', 'failed', 'authorized') AND provider = ANY($1)
			AND created_at <= booking_clock() - make_interval(secs => $2) AND created_at > booking_clock() - make_interval(secs => $3)
			AND (checked_at IS NULL OR checked_at <= booking_clock() - greatest(make_interval(secs => $2), (booking_clock() - created_at) / 4))
			AND NOT (state = 'failed' AND checkout IS NULL)
		ORDER BY checked_at NULLS FIRST, id LIMIT $4`, providers, from.Seconds(), to.Seconds(), limit)
	if err != nil {
		return nil, fmt.Errorf("look for silent payments: %w", err)
	}
	return ids, nil
}

// markChecked records that the gateway is asked about a payment now.
func markChecked(ctx context.Context, q storage.Queryer, id PaymentID) error {
	if _, err := q.Exec(ctx, `UPDATE payment SET checked_at = booking_clock() WHERE id = $1`, id); err != nil {
		return fmt.Errorf("mark payment %d checked: %w", id, err)
	}
	return nil
}
