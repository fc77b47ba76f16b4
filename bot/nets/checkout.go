package nets

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// checkoutWithin is the time to answer a checkout. Telegram gives up after ten seconds; a late answer moves no money.
const checkoutWithin = 9 * time.Second

var errCheckoutLate = errors.New("a checkout was answered too late")

// HandleCheckout approves a payment that booking expects.
func (s *Screens) HandleCheckout(ctx context.Context, e *telegram.Event) error {
	ctx, cancel := context.WithDeadlineCause(ctx, e.At.Add(checkoutWithin), errCheckoutLate)
	defer cancel()
	if err := s.Booking.PreCheckout(ctx, booking.InvoiceCheck{
		Payload: e.Checkout.Payload, Payer: booking.MemberID(e.From.ID), Amount: booking.Money{Minor: e.Checkout.Amount, Currency: e.Checkout.Currency},
	}); err != nil {
		return err
	}
	return s.Client.Messenger.AnswerCheckout(ctx, e, "")
}

// FailCheckout refuses a payment and says why. Nothing is charged.
func (s *Screens) FailCheckout(ctx context.Context, e *telegram.Event, err error) error {
	ctx, cancel := context.WithDeadlineCause(ctx, e.At.Add(checkoutWithin), errCheckoutLate)
	defer cancel()
	why := s.Texts.Sentence(e, err)
	if fault.KindOf(err) == fault.Internal {
		why = s.Texts.In(e).Say("error.checkout")
	}
	return errors.Join(err, s.Client.Messenger.AnswerCheckout(ctx, e, why))
}

// PostInvoice shows an invoice in a member's private chat. A repeat with the same i.Once posts nothing, also from another process.
func (s *Screens) PostInvoice(ctx context.Context, i booking.Invoice) error {
	return s.Client.SendInvoice(ctx, int64(i.Member), invoiceOf(i), i.Once)
}

// InvoiceLink makes a link that opens an invoice.
func (s *Screens) InvoiceLink(ctx context.Context, i booking.Invoice) (string, error) {
	return telegram.NewInvoiceLinks(s.Client).Make(ctx, invoiceOf(i))
}

func invoiceOf(i booking.Invoice) telegram.Invoice {
	return telegram.Invoice{
		Title: i.Title, About: i.Title + " · " + i.About, Payload: i.Payload, Currency: i.Amount.Currency, Amount: i.Amount.Minor, Stars: i.Provider == booking.Stars,
	}
}

// RefundStars returns a charge to its payer. Telegram does it once, however often it is asked.
func (s *Screens) RefundStars(ctx context.Context, person int64, charge string) error {
	err := s.Client.RefundStars(ctx, person, charge)
	if errors.Is(err, telegram.ErrChargeRefused) {
		return fmt.Errorf("%w: %w", booking.ErrRefundRefused, err)
	}
	return err
}
