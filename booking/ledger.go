package booking

import (
	"context"
	"fmt"
)

// ledgerAccount names where money is or whose it is.
type ledgerAccount string

// Accounts of owners. The accounts of places are made of provider and method, as moneyAccount does.
const (
	salesAccount    ledgerAccount = "sales"
	suspenseAccount ledgerAccount = "suspense" // money under review
)

// moneyAccount is the account of the place where a payment's money is.
func (p Payment) moneyAccount() ledgerAccount {
	if p.Provider == Desk {
		return ledgerAccount("desk:" + p.Method)
	}
	return ledgerAccount("gateway:" + string(p.Provider))
}

// ownerAccount is the account of the owner of a payment's money.
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

// postCapture posts money that was received.
func (c *change) postCapture(ctx context.Context, p Payment) error {
	return c.postEntries(ctx, fmt.Sprintf("capture:%d", p.ID), p, 0, ledgerEntry{p.moneyAccount(), p.Received.Minor}, ledgerEntry{p.ownerAccount(), -p.Received.Minor})
}

// postRefund posts money that was refunded.
func (c *change) postRefund(ctx context.Context, p Payment, r Refund) error {
	return c.postEntries(ctx, fmt.Sprintf("refund:%d", r.ID), p, r.ID, ledgerEntry{p.moneyAccount(), -r.Amount.Minor}, ledgerEntry{p.ownerAccount(), r.Amount.Minor})
}

// postAcceptance moves the rest of the money under review to the sales.
func (c *change) postAcceptance(ctx context.Context, p Payment) error {
	left := p.Received.Minor - p.Refunded
	return c.postEntries(ctx, fmt.Sprintf("accept:%d", p.ID), p, 0, ledgerEntry{suspenseAccount, left}, ledgerEntry{salesAccount, -left})
}

// postEntries writes the entries of one cause. The schema refuses a cause that was posted before, and checks at the commit that the entries add up
// to zero.
func (c *change) postEntries(ctx context.Context, cause string, p Payment, refund RefundID, entries ...ledgerEntry) error {
	for _, e := range entries {
		if e.minor == 0 {
			continue
		}
		if err := insertEntry(ctx, c.tx, cause, p, refund, e, c.at); err != nil {
			return err
		}
	}
	return nil
}
