package booking

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"pavilion/internal/fault"
)

// Invoice is a request for money that appears in a member's chat with the bot.
type Invoice struct {
	Member   MemberID
	Provider Provider
	Title    string // which nets
	About    string // where and when
	Amount   Money
	Payload  []byte // comes back with pre-checkout and with the money
	Once     string // equal ones are one message
}

// invoicer shows invoices in the chat. It may be called again for one that it showed just before a crash. An error of the kind Gone means that
// the member cannot be written to.
type invoicer interface {
	PostInvoice(ctx context.Context, i Invoice) error
}

// invoiceArgs is the job that shows the invoice of a payment.
type invoiceArgs struct {
	Payment PaymentID `json:"payment"`
	Turn    int       `json:"turn"`
}

// Kind names the job.
func (invoiceArgs) Kind() string { return "booking_invoice" }

const (
	// invoiceAttempts: river waits attempt⁴ seconds, so these are about six minutes; a hold does not last much longer.
	invoiceAttempts = 5
	// invoiceRepeat is how long the invoice that was shown is the answer to whoever asks to pay; after that another one is shown below it.
	invoiceRepeat = 30 * time.Second
)

// inChat tells whether a provider is paid inside Telegram.
func (p Provider) inChat() bool { return p == Telegram || p == Stars }

// refundQueue is which worker moves a provider's money: stars go back over the bot's own connection.
func (p Provider) refundQueue() Queue {
	if p == Stars {
		return ChatQueue
	}
	return JobQueue
}

// showInvoice has the bot show the invoice of a payment, once for all who tap at about the same time.
func (s *Service) showInvoice(ctx context.Context, p Payment) error {
	return s.inTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		at, err := clock(ctx, tx)
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

// postInvoice shows an invoice that can still be paid, in the member's language.
func (s *Service) postInvoice(ctx context.Context, o WorkerOptions, args invoiceArgs) error {
	p, err := selectPayment(ctx, s.db, `WHERE id = $1`, args.Payment)
	if err != nil {
		return translate(ctx, err)
	}
	b, err := selectBooking(ctx, s.db, p.Booking)
	if err != nil {
		return translate(ctx, err)
	}
	at, err := clock(ctx, s.db)
	if err != nil {
		return translate(ctx, err)
	}
	if p.State != Created || b.State != Held && b.State != Confirmed && b.State != CheckedIn || b.expired(at) {
		return nil
	}
	if o.Invoices == nil {
		return river.JobCancel(errNoChannel)
	}
	setup, err := selectSetup(ctx, s.db, p.Club)
	if err != nil {
		return translate(ctx, err)
	}
	in, zone := s.phrases.In(o.languageOf(ctx, p.Member)), setup.club.Zone
	err = o.Invoices.PostInvoice(ctx, Invoice{
		Member: p.Member, Provider: p.Provider, Title: b.NetNames(setup.nets), About: in.Span(b.Span.Start.In(zone), b.Span.End.In(zone)) + " · " + setup.club.Name,
		Amount: p.Amount, Payload: s.InvoicePayload(p), Once: fmt.Sprintf("invoice %s %d", p.Reference, args.Turn),
	})
	if fault.KindOf(err) == fault.Gone {
		return river.JobCancel(err) // who blocked the bot sees no invoice
	}
	return err
}
