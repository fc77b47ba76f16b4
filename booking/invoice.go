package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"pavilion/internal/fault"
)

// Invoice asks for a payment in a member's chat with the bot.
type Invoice struct {
	Member   MemberID
	Provider Provider
	Title    string // the nets
	About    string // the time and the club
	Amount   Money
	Payload  []byte // Telegram returns it in the pre-checkout query and with the money
	Once     string // identifies the message: a repeat has the same value; empty for a link
}

// invoicer shows invoices to members. After a crash it may be called again for the same invoice.
type invoicer interface {
	// PostInvoice posts an invoice in the chat. An error of the kind Gone means that the bot cannot write to the member.
	PostInvoice(ctx context.Context, i Invoice) error
	// InvoiceLink makes a link that opens an invoice.
	InvoiceLink(ctx context.Context, i Invoice) (string, error)
}

// invoiceArgs is the job that posts the invoice of a payment.
type invoiceArgs struct {
	Payment PaymentID `json:"payment"`
	Turn    int       `json:"turn"`
}

// Kind names the job.
func (invoiceArgs) Kind() string { return "booking_invoice" }

const (
	invoiceAttempts = 5                // river waits attempt⁴ seconds: about six minutes in all; a hold does not last much longer
	invoiceRepeat   = 30 * time.Second // requests within this time share one invoice; a later request posts another one
)

// inChat reports whether the provider is paid inside Telegram.
func (p Provider) inChat() bool { return p == Telegram || p == Stars }

// refundQueue is the queue of a provider's refunds. Stars are refunded over the bot's connection.
func (p Provider) refundQueue() Queue {
	if p == Stars {
		return ChatQueue
	}
	return JobQueue
}

// showInvoice enqueues the invoice of a payment, once for all requests within invoiceRepeat.
func (s *Service) showInvoice(ctx context.Context, p Payment) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		at, err := selectClock(ctx, tx)
		if err != nil {
			return err
		}
		args := invoiceArgs{Payment: p.ID, Turn: int(at.Sub(p.CreatedAt) / invoiceRepeat)}
		_, err = s.jobs.InsertTx(ctx, tx, args, &river.InsertOpts{Queue: string(ChatQueue), MaxAttempts: invoiceAttempts, UniqueOpts: river.UniqueOpts{ByArgs: true}})
		if err != nil {
			return fmt.Errorf("enqueue invoice of payment %d: %w", p.ID, err)
		}
		return nil
	})
}

// postInvoice posts an invoice in the member's language, if it can still be paid.
func (s *Service) postInvoice(ctx context.Context, o WorkerOptions, args invoiceArgs) error {
	invoice, p, err := s.openInvoice(ctx, o, args.Payment)
	if err != nil || invoice == nil {
		return err
	}
	invoice.Once = fmt.Sprintf("invoice %s %d", p.Reference, args.Turn)
	err = o.Invoices.PostInvoice(ctx, *invoice)
	if fault.KindOf(err) == fault.Gone {
		return river.JobCancel(err) // the member has blocked the bot
	}
	return err
}

// openInvoice builds the invoice of a payment, in the member's language. It returns nil if the payment cannot be made any more.
func (s *Service) openInvoice(ctx context.Context, o WorkerOptions, id PaymentID) (*Invoice, Payment, error) {
	p, err := selectPayment(ctx, s.db, id)
	if err != nil {
		return nil, p, translate(ctx, err)
	}
	b, err := selectBooking(ctx, s.db, p.Booking)
	if err != nil {
		return nil, p, translate(ctx, err)
	}
	at, err := selectClock(ctx, s.db)
	if err != nil {
		return nil, p, translate(ctx, err)
	}
	if p.State != Created || b.State != Held && b.State != Confirmed && b.State != CheckedIn || b.expired(at) {
		return nil, p, nil
	}
	if o.Invoices == nil {
		return nil, p, river.JobCancel(errNoChannel)
	}
	setup, err := selectSetup(ctx, s.db, p.Club)
	if err != nil {
		return nil, p, translate(ctx, err)
	}
	in, zone := s.phrases.In(o.languageOf(ctx, p.Member)), setup.club.Zone
	return &Invoice{
		Member: p.Member, Provider: p.Provider, Title: b.NetNames(setup.nets), About: in.Span(b.Span.Start.In(zone), b.Span.End.In(zone)) + " · " + setup.club.Name,
		Amount: p.Amount, Payload: s.InvoicePayload(p),
	}, p, nil
}
