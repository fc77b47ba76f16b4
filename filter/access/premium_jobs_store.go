package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

const jobsAtOnce = 50

// claimRefunds reads due refunds and postpones their next try.
func claimRefunds(ctx context.Context, q storage.Queryer, again time.Duration) ([]Bought, error) {
	list, err := collectBought(ctx, q, `WHERE y.charge_id IN (SELECT charge_id FROM premium_payment WHERE refund = 'due' AND try_at <= now() ORDER BY try_at LIMIT $1) ORDER BY y.paid_at`, jobsAtOnce)
	if err == nil {
		err = postponePayments(ctx, q, charges(list), again)
	}
	if err != nil {
		return nil, fmt.Errorf("read due refunds: %w", err)
	}
	return list, nil
}

func charges(list []Bought) []string {
	ids := make([]string, len(list))
	for i, b := range list {
		ids[i] = b.Charge
	}
	return ids
}

func postponePayments(ctx context.Context, q storage.Queryer, ids []string, by time.Duration) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := q.Exec(ctx, `UPDATE premium_payment SET try_at = now() + $2::interval WHERE charge_id = ANY($1)`, ids, by)
	return err
}

func updateRefund(ctx context.Context, q storage.Queryer, charge string, state Refund) error {
	if _, err := q.Exec(ctx, `UPDATE premium_payment SET refund = $2 WHERE charge_id = $1 AND refund = 'due'`, charge, state); err != nil {
		return fmt.Errorf("store refund of payment %s: %w", charge, err)
	}
	return nil
}

// claimNotes reads payments to tell of and postpones their next try. Those older than kept are not told.
func claimNotes(ctx context.Context, q storage.Queryer, again, kept time.Duration) ([]Note, error) {
	rows, err := q.Query(ctx, `WITH chosen AS (
			SELECT charge_id FROM premium_payment WHERE told_at IS NULL AND try_at <= now() AND paid_at > now() - $2::interval ORDER BY try_at LIMIT $1)
		SELECT b.*, coalesce(end_of.until_at, '-infinity') > '-infinity', coalesce(end_of.until_at, now()) FROM (`+boughtQuery+`WHERE y.charge_id IN (SELECT charge_id FROM chosen)) AS b
		LEFT JOIN entitlement end_of ON end_of.charge_id = b.charge_id AND end_of.ended_at IS NULL`, jobsAtOnce, kept)
	var list []Note
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (n Note, err error) {
			var has bool
			err = row.Scan(append(n.fields(), &has, &n.Until)...)
			if !has {
				n.Until = time.Time{}
			}
			return n, err
		})
	}
	if err == nil {
		ids := make([]string, len(list))
		for i, n := range list {
			ids[i] = n.Charge
		}
		err = postponePayments(ctx, q, ids, again)
	}
	if err != nil {
		return nil, fmt.Errorf("read payments to tell of: %w", err)
	}
	return list, nil
}

func markTold(ctx context.Context, q storage.Queryer, charge string) error {
	if _, err := q.Exec(ctx, `UPDATE premium_payment SET told_at = now() WHERE charge_id = $1`, charge); err != nil {
		return fmt.Errorf("mark payment %s as told: %w", charge, err)
	}
	return nil
}

// selectReconciled returns the time of the last comparison, zero before the first, and the time now.
func selectReconciled(ctx context.Context, q storage.Queryer) (last, now time.Time, err error) {
	err = q.QueryRow(ctx, `SELECT at, now() FROM premium_reconciled`).Scan(&last, &now)
	if errors.Is(err, pgx.ErrNoRows) {
		err = q.QueryRow(ctx, `SELECT now()`).Scan(&now)
	}
	if err != nil {
		return last, now, fmt.Errorf("read last comparison of Stars: %w", err)
	}
	return last, now, nil
}

func upsertReconciled(ctx context.Context, q storage.Queryer, at time.Time, found int) error {
	_, err := q.Exec(ctx, `INSERT INTO premium_reconciled AS old (at, found) VALUES ($1, $2) ON CONFLICT (only_row) DO UPDATE SET at = excluded.at, found = old.found + excluded.found`, at, found)
	if err != nil {
		return fmt.Errorf("store comparison of Stars: %w", err)
	}
	return nil
}
