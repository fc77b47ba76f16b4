package booking

import (
	"context"
	"fmt"
)

// ledgerAccount is where money is, or whose it is.
type ledgerAccount string

// Whose money is. Where it is, is named by provider and method.
const (
	salesAccount    ledgerAccount = "sales"
	suspenseAccount ledgerAccount = "suspense" // under review: nobody's yet
)

// moneyAccount is where a payment's money is.
func (p Payment) moneyAccount() ledgerAccount {
	if p.Provider == Desk {
		return ledgerAccount("desk:" + p.Method)
	}
	return ledgerAccount("gateway:" + string(p.Provider))
}

// ownerAccount is whose a payment's money is.
func (p Payment) ownerAccount() ledgerAccount {
	if p.suspended {
		return suspenseAccount
	}
	return salesAccount
}

// ledgerEntry is one line of the ledger.
type ledgerEntry struct {
	account ledgerAccount
	minor   int64
}

// postCapture enters money that came.
func (c *change) postCapture(ctx context.Context, p Payment) error {
	return c.postEntries(ctx, fmt.Sprintf("capture:%d", p.ID), p, 0, ledgerEntry{p.moneyAccount(), p.Received.Minor}, ledgerEntry{p.ownerAccount(), -p.Received.Minor})
}

// postRefund enters money that went back.
func (c *change) postRefund(ctx context.Context, p Payment, r Refund) error {
	return c.postEntries(ctx, fmt.Sprintf("refund:%d", r.ID), p, r.ID, ledgerEntry{p.moneyAccount(), -r.Amount.Minor}, ledgerEntry{p.ownerAccount(), r.Amount.Minor})
}

// postAcceptance moves what is left of money under review to the sales.
func (c *change) postAcceptance(ctx context.Context, p Payment) error {
	left := p.Received.Minor - p.Refunded
	return c.postEntries(ctx, fmt.Sprintf("accept:%d", p.ID), p, 0, ledgerEntry{suspenseAccount, left}, ledgerEntry{salesAccount, -left})
}

// postEntries writes the entries of one cause. The same cause twice is an error of ours, and the schema says so; that they add up to nothing is
// checked there at the commit.
func (c *change) postEntries(ctx context.Context, cause string, p Payment, refund RefundID, entries ...ledgerEntry) error {
	for _, e := range entries {
		if e.minor == 0 {
			continue
		}
		_, err := c.tx.Exec(ctx, `INSERT INTO ledger (cause, account, payment_id, refund_id, currency, minor, at) VALUES ($1, $2, $3, nullif($4::bigint, 0), $5, $6, $7)`,
			cause, e.account, p.ID, refund, p.Received.Currency, e.minor, c.at)
		if err != nil {
			return fmt.Errorf("ledger %s: %w", cause, err)
		}
	}
	return nil
}

// paymentInvariants are what must hold of money in a database.
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
				WHEN refund_minor > refunded_minor THEN 'refund_pending' WHEN refunded_minor = 0 THEN 'captured' WHEN refunded_minor < received_minor THEN 'part_refunded' ELSE 'refunded' END`},
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
