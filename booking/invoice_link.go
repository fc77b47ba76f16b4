package booking

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// invoiceLinkArgs is the job that makes the link to the invoice of a payment.
type invoiceLinkArgs struct {
	Payment PaymentID `json:"payment"`
}

// Kind names the job.
func (invoiceLinkArgs) Kind() string { return "booking_invoice_link" }

const (
	invoiceLinkAttempts = 3               // small: the member is waiting, and can ask again
	invoiceLinkTimeout  = 8 * time.Second // for one attempt; the page waits for about as long
)

// errInvoiceLink is the cause when the bot exceeds invoiceLinkTimeout.
var errInvoiceLink = errors.New("the link to the invoice took too long")

// InvoiceLink creates a payment inside Telegram for a hold of the actor, as Pay does. It enqueues a job in which the bot makes a link to the invoice. It does
// not wait for that job, so Payment.InvoiceLink is empty at first. A repeated call returns the same payment, with the link once it is made. Telegram lets a
// link be paid by anybody and more than once; PreCheckout decides about each attempt, as it does for invoices in the chat.
func (s *Service) InvoiceLink(ctx context.Context, actor Actor, r PayRequest) (Payment, error) {
	if !r.Provider.inChat() {
		return Payment{}, ErrNoGateway
	}
	p, err := s.beginPayment(ctx, actor, r, func(ctx context.Context, c *change, b Booking) error { return c.checkLinkable(ctx, actor, b) })
	if err != nil || p.InvoiceLink != "" {
		return p, err
	}
	return p, s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := s.jobs.InsertTx(ctx, tx, invoiceLinkArgs{p.ID}, &river.InsertOpts{
			Queue: string(ChatQueue), MaxAttempts: invoiceLinkAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinishedJobStates()},
		})
		if err != nil {
			return fmt.Errorf("enqueue the invoice link of payment %d: %w", p.ID, err)
		}
		return nil
	})
}

// checkLinkable allows a link to an invoice only to the member of a hold.
func (c *change) checkLinkable(ctx context.Context, actor Actor, b Booking) error {
	switch {
	case b.Member != actor.ID:
		return ErrForbidden
	case b.State == Held:
		return nil // findOrCreatePayment checks its end and its club
	case b.State == Expired:
		return ErrHoldExpired
	}
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, Payment.settles) {
		return ErrPaid
	}
	return ErrNotPayable
}

// makeInvoiceLink has the bot make the link of a payment that can still be paid, and stores it. After a crash it may make a second link; both lead to
// invoices with the same payload. An attempt ends at invoiceLinkTimeout, because a FLOOD_WAIT would otherwise occupy all workers of ChatQueue.
func (s *Service) makeInvoiceLink(ctx context.Context, o WorkerOptions, id PaymentID) error {
	invoice, p, err := s.openInvoice(ctx, o, id)
	if err != nil || invoice == nil || p.InvoiceLink != "" {
		return err
	}
	within, cancel := context.WithTimeoutCause(ctx, invoiceLinkTimeout, errInvoiceLink)
	defer cancel()
	link, err := o.Invoices.InvoiceLink(within, *invoice)
	if err != nil {
		return fmt.Errorf("invoice link of payment %d: %w", id, err)
	}
	return translate(ctx, saveInvoiceLink(ctx, s.db, id, link))
}
