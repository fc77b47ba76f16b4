package access

import (
	"context"
	"time"
)

const (
	jobAgain       = time.Minute    // until a refund or a message is tried again
	reconcileEvery = 24 * time.Hour // between comparisons with Telegram's account
	reconcileBack  = 48 * time.Hour // transactions older than this before the last comparison are not read again
	noteKept       = 24 * time.Hour // how long a payment is still worth a message
)

// DueRefunds returns payments that have to go back now, and leaves each alone for jobAgain.
func (p *Premium) DueRefunds(ctx context.Context) ([]Bought, error) {
	return claimRefunds(ctx, p.db, jobAgain)
}

// NoteRefund records the end of a refund: RefundDone or RefundRefused.
func (p *Premium) NoteRefund(ctx context.Context, charge string, state Refund) error {
	return updateRefund(ctx, p.db, charge, state)
}

// Note is a payment of which the buyer and the receiver are not told yet.
type Note struct {
	Bought
	Until time.Time // of the receiver's time; zero for a payment without a purchase
}

// DueNotes returns payments to tell of, and leaves each alone for jobAgain.
func (p *Premium) DueNotes(ctx context.Context) ([]Note, error) {
	return claimNotes(ctx, p.db, jobAgain, noteKept)
}

// NoteTold records that the people of a payment were told.
func (p *Premium) NoteTold(ctx context.Context, charge string) error {
	return markTold(ctx, p.db, charge)
}

// Transaction is a line of the bot's account of Stars.
type Transaction struct {
	Paid
	Refund     bool
	Subscribed bool
}

// ReadTransactions reads a page of the account, the newest first. next is the offset of the following page, empty after the last one.
type ReadTransactions func(ctx context.Context, offset string) (page []Transaction, next string, err error)

// Reconcile compares the bot's account of Stars with the payments, at most once in reconcileEvery. It stores payments and refunds of which no update told,
// and returns their number. done is false where it was not due.
func (p *Premium) Reconcile(ctx context.Context, read ReadTransactions) (found int, done bool, err error) {
	last, started, err := selectReconciled(ctx, p.db)
	if err != nil || started.Sub(last) < reconcileEvery {
		return 0, false, err
	}
	for offset, more := "", true; more; {
		page, next, err := read(ctx, offset)
		if err != nil {
			return found, false, err
		}
		for _, t := range page {
			fresh, err := p.noteTransaction(ctx, t)
			if err != nil {
				return found, false, err
			}
			if fresh {
				found++
			}
		}
		offset = next
		more = next != "" && len(page) > 0 && page[len(page)-1].At.After(last.Add(-reconcileBack))
	}
	return found, true, upsertReconciled(ctx, p.db, started, found)
}

func (p *Premium) noteTransaction(ctx context.Context, t Transaction) (fresh bool, err error) {
	if !IsPurchase(t.Payload) {
		return false, nil
	}
	if t.Refund {
		return p.NoteRefunded(ctx, t.Paid)
	}
	if t.Subscribed {
		t.Until = t.At.Add(MonthDays * 24 * time.Hour)
	}
	return p.NotePaid(ctx, t.Paid)
}
