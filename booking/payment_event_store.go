package booking

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/storage"
)

// errApplied reports that an event is applied already. It also rolls back a transaction whose event another one has applied meanwhile.
var errApplied = errors.New("the event is applied already")

// insertEvent stores an event. Its id is 0 when the event is stored already.
func insertEvent(ctx context.Context, q storage.Queryer, provider Provider, e Event, body []byte) (id int64, err error) {
	digest := sha256.Sum256(body)
	r := e.Report
	err = q.QueryRow(ctx, `
		INSERT INTO payment_event (provider, event_id, digest, kind, body, reference, checkout, charge, payer_id, state, currency, amount_minor, refunded_minor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING RETURNING id`,
		provider, e.ID, digest[:], e.Kind, body, r.Reference, r.Checkout, r.Charge, r.Payer, r.State, r.Amount.Currency, r.Amount.Minor, r.Refunded).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("insert event: %w", err)
	}
	return id, nil
}

// selectEvent reads an event that is not applied yet, and how long it has waited; otherwise it returns errApplied.
func selectEvent(ctx context.Context, q storage.Queryer, id int64) (provider Provider, r Report, waited time.Duration, err error) {
	var seconds float64
	err = q.QueryRow(ctx, `
		SELECT provider, reference, checkout, charge, payer_id, state, currency, amount_minor, refunded_minor, extract(epoch FROM booking_clock() - received_at)::float8
		FROM payment_event WHERE id = $1 AND applied_at IS NULL`, id).
		Scan(&provider, &r.Reference, &r.Checkout, &r.Charge, &r.Payer, &r.State, &r.Amount.Currency, &r.Amount.Minor, &r.Refunded, &seconds)
	if errors.Is(err, pgx.ErrNoRows) {
		return provider, r, 0, errApplied
	}
	if err != nil {
		return provider, r, 0, fmt.Errorf("read event %d: %w", id, err)
	}
	return provider, r, time.Duration(seconds * float64(time.Second)), nil
}

// closeEvent marks an event as applied; a second call returns errApplied.
func closeEvent(ctx context.Context, q storage.Queryer, id int64, o eventOutcome) error {
	tag, err := q.Exec(ctx, `UPDATE payment_event SET applied_at = booking_clock(), outcome = $2 WHERE id = $1 AND applied_at IS NULL`, id, o)
	if err != nil {
		return fmt.Errorf("close event %d: %w", id, err)
	}
	if tag.RowsAffected() == 0 {
		return errApplied
	}
	return nil
}

// hasUnappliedMoney reports whether the inbox holds an unapplied event of money for one of some payments.
func hasUnappliedMoney(ctx context.Context, q storage.Queryer, list []Payment) (found bool, err error) {
	references := make([]string, len(list))
	for i, p := range list {
		references[i] = p.Reference
	}
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM payment_event WHERE applied_at IS NULL AND state = $1 AND reference = ANY ($2))`, Captured, references).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("look for waiting money: %w", err)
	}
	return found, nil
}

// selectLateEvents reads unapplied events that are older than age, by id.
func selectLateEvents(ctx context.Context, q storage.Queryer, age time.Duration, limit int) ([]int64, error) {
	ids, err := collect(ctx, q, pgx.RowTo[int64], `
		SELECT id FROM payment_event WHERE applied_at IS NULL AND received_at <= booking_clock() - make_interval(secs => $1) ORDER BY id LIMIT $2`, age.Seconds(), limit)
	if err != nil {
		return nil, fmt.Errorf("look for waiting events: %w", err)
	}
	return ids, nil
}

// clearOldBodies deletes the bodies of old events, because they name payers. Providers resend for at most fifteen days.
func clearOldBodies(ctx context.Context, q storage.Queryer) error {
	_, err := q.Exec(ctx, `UPDATE payment_event SET body = NULL WHERE body IS NOT NULL AND applied_at < booking_clock() - interval '90 days'`)
	if err != nil {
		return fmt.Errorf("empty old events: %w", err)
	}
	return nil
}
