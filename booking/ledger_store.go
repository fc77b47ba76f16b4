package booking

import (
	"context"
	"fmt"
	"time"

	"pavilion/storage"
)

// insertEntry writes one line of a cause; a refund of 0 stands for none.
func insertEntry(ctx context.Context, q storage.Queryer, cause string, p Payment, refund RefundID, e ledgerEntry, at time.Time) error {
	_, err := q.Exec(ctx, `INSERT INTO ledger (cause, account, payment_id, refund_id, currency, minor, at) VALUES ($1, $2, $3, nullif($4::bigint, 0), $5, $6, $7)`,
		cause, e.account, p.ID, refund, p.Received.Currency, e.minor, at)
	if err != nil {
		return fmt.Errorf("ledger %s: %w", cause, err)
	}
	return nil
}

// paymentInvariants are the rules about money.
func paymentInvariants() []invariant {
	return []invariant{
		{"a cause in the ledger does not add up to nothing", `SELECT cause FROM ledger GROUP BY cause, currency HAVING sum(minor) <> 0`},
		{"the ledger and a payment disagree about where its money is", `
			SELECT format('payment %s', p.id) FROM payment p WHERE p.received_minor - p.refunded_minor <> (
				SELECT coalesce(sum(l.minor), 0) FROM ledger l WHERE l.payment_id = p.id AND l.account NOT IN ('sales', 'suspense') AND l.currency = p.received_currency)
				AND p.received_currency IS NOT NULL`},
		{"the ledger has money of a payment that got none", `SELECT DISTINCT format('payment %s', p.id) FROM payment p JOIN ledger l ON l.payment_id = p.id WHERE p.received_currency IS NULL`},
		{"money under review is counted as the club's, or the reverse", `
			SELECT format('payment %s', p.id) FROM payment p JOIN ledger l ON l.payment_id = p.id GROUP BY p.id
			HAVING CASE WHEN p.suspended THEN coalesce(sum(l.minor) FILTER (WHERE l.account = 'sales'), 0) ELSE coalesce(sum(l.minor) FILTER (WHERE l.account = 'suspense'), 0) END <> 0`},
		{"a payment and its refunds disagree", `
			SELECT format('payment %s', p.id) FROM payment p WHERE p.refund_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM refund r WHERE r.payment_id = p.id AND r.state <> 'failed')
				OR p.refunded_minor <> (SELECT coalesce(sum(amount_minor), 0) FROM refund r WHERE r.payment_id = p.id AND r.state = 'done')`},
		{"a payment's state is not what its money says", `
			SELECT format('payment %s', id) FROM payment WHERE received_currency IS NOT NULL AND state <> 'review' AND state <> CASE
				WHEN refund_minor > refunded_minor THEN 'refund_pending' WHEN refunded_minor = 0 AND NOT (suspended AND received_minor = 0) THEN 'captured' WHEN refunded_minor < received_minor THEN 'part_refunded' ELSE 'refunded' END`},
		{"money for a slot that was lost stays here", `
			SELECT format('payment %s', p.id) FROM payment p JOIN booking b ON b.id = p.booking_id WHERE b.state = 'slot_lost' AND p.received_minor > p.refund_minor
				AND NOT EXISTS (SELECT FROM payment_review v WHERE v.payment_id = p.id AND v.closed_at IS NULL)`},
		{"a booking was paid twice and nothing goes back", `
			SELECT format('booking %s', booking_id) FROM payment WHERE received_minor > refund_minor AND NOT suspended GROUP BY booking_id HAVING count(*) > 1`},
		{"money is under review that nobody was told of", `
			SELECT format('payment %s', p.id) FROM payment p WHERE p.state = 'review' AND NOT EXISTS (SELECT FROM payment_review v WHERE v.payment_id = p.id AND v.closed_at IS NULL)`},
		{"an event of a gateway has been waiting for an hour", `SELECT format('event %s', id) FROM payment_event WHERE applied_at IS NULL AND received_at < booking_clock() - interval '1 hour'`},
		{"a refund has been on its way for a day", `SELECT format('refund %s', id) FROM refund WHERE state = 'pending' AND NOT by_hand AND created_at < booking_clock() - interval '1 day'`},
		{"a booking of another member or club was paid", `SELECT format('payment %s', p.id) FROM payment p JOIN booking b ON b.id = p.booking_id WHERE p.club_id <> b.club_id`},
	}
}

// selectCaptured reads when the money of a payment arrived.
func selectCaptured(ctx context.Context, q storage.Queryer, id PaymentID) (at time.Time, err error) {
	if err = q.QueryRow(ctx, `SELECT at FROM ledger WHERE payment_id = $1 ORDER BY id LIMIT 1`, id).Scan(&at); err != nil {
		return at, fmt.Errorf("when payment %d was received: %w", id, err)
	}
	return at, nil
}
