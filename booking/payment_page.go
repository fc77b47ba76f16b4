package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// pageCloser is a gateway that can close an unpaid page.
type pageCloser interface {
	// ClosePage closes the page of a checkout. It returns nil for a page that takes no payment any more.
	ClosePage(ctx context.Context, checkout string) error
}

// closePageArgs is the job that closes the page of a payment at the gateway.
type closePageArgs struct {
	Payment PaymentID `json:"payment"`
}

// Kind names the job.
func (closePageArgs) Kind() string { return "booking_close_page" }

const (
	closePageAttempts = 8           // river waits attempt⁴ seconds: about 80 minutes in all; gateways close their pages by themselves before
	pageCreation      = time.Minute // a call that creates a page takes less
	pageCreationRetry = 5 * time.Second
)

// errPageUnknown reports a page that the gateway may be creating.
var errPageUnknown = errors.New("the page is being created")

// hasPage reports whether the payment is paid on a page of its gateway.
func (p Payment) hasPage() bool { return p.Provider != Desk && !p.Provider.inChat() }

// closeUnpaid marks the unpaid payments among some as failed and closes their pages. Money that is already on its way is handled by applyReport. An
// invoice in the chat needs no job, because PreCheckout refuses it.
func (c *change) closeUnpaid(ctx context.Context, payments []Payment, outdated func(p Payment) bool) error {
	for _, p := range payments {
		if p.State != Created || !outdated(p) {
			continue
		}
		if err := c.movePayment(ctx, &p, Failed); err != nil {
			return err
		}
		if !p.hasPage() {
			continue
		}
		if _, err := c.jobs.InsertTx(ctx, c.tx, closePageArgs{p.ID}, &river.InsertOpts{Queue: string(JobQueue), MaxAttempts: closePageAttempts}); err != nil {
			return fmt.Errorf("enqueue the end of the page of payment %d: %w", p.ID, err)
		}
	}
	return nil
}

// closePage closes the page of a payment. After a crash the job repeats the call. It returns errPageUnknown while the gateway may still be creating
// the page. A page is left open if its creation had no answer: its address is unknown.
func (s *Service) closePage(ctx context.Context, id PaymentID) error {
	p, err := selectPayment(ctx, s.db, id)
	if err != nil {
		return translate(ctx, err)
	}
	gateway, ok := s.payments.Gateways[p.Provider].(pageCloser)
	if !ok {
		return nil
	}
	if p.Checkout == "" {
		at, err := selectClock(ctx, s.db)
		if err != nil {
			return translate(ctx, err)
		}
		if at.Sub(p.CreatedAt) < pageCreation {
			return errPageUnknown
		}
		return nil
	}
	if err := gateway.ClosePage(ctx, p.Checkout); err != nil {
		return fmt.Errorf("close the page of payment %d: %w", id, err)
	}
	return nil
}
