package booking

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"pavilion/internal/fault"
)

// Errors of payments in the chat.
var (
	ErrInvoice      = fault.New(fault.Invalid, "invoice")
	ErrInvoicePrice = fault.New(fault.Conflict, "invoice_price")
	// ErrInvoiceClosed refuses an invoice after the member chose another way of paying or asked for a new invoice.
	ErrInvoiceClosed = fault.New(fault.Conflict, "invoice_closed")
)

const (
	preCheckoutTimeout = 3 * time.Second  // for the decision; Telegram waits ten seconds for the answer
	preCheckoutHold    = 10 * time.Minute // a hold lasts at least so long after an accepted pre-checkout, while the money is on its way
	preCheckoutMaxAge  = time.Hour        // a hold is not extended beyond this age; each failed card causes another pre-checkout
)

// errPreCheckout is the cause when the decision exceeds preCheckoutTimeout.
var errPreCheckout = errors.New("the pre-checkout decision took too long")

// InvoicePayload makes the signed payload of an invoice. Telegram returns it in the pre-checkout query and with the money.
func (s *Service) InvoicePayload(p Payment) []byte {
	return []byte("1." + p.Reference + "." + s.payments.signInvoice(p.Reference))
}

func (o PaymentOptions) signInvoice(reference string) string {
	mac := hmac.New(sha256.New, []byte(o.PayloadKey.Reveal()))
	mac.Write([]byte("invoice 1." + reference))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// verifyInvoice checks the signature of a payload and returns its reference.
func (o PaymentOptions) verifyInvoice(payload []byte) (reference string, err error) {
	const maxPayload = 128 // bytes; Telegram's limit
	if len(payload) > maxPayload || o.PayloadKey.Empty() {
		return "", ErrInvoice
	}
	version, rest, _ := strings.Cut(string(payload), ".")
	reference, signature, ok := strings.Cut(rest, ".")
	if !ok || version != "1" || !hmac.Equal([]byte(signature), []byte(o.signInvoice(reference))) {
		return "", ErrInvoice
	}
	return reference, nil
}

// InvoiceCheck is Telegram's pre-checkout query.
type InvoiceCheck struct {
	Payload []byte
	Payer   MemberID
	Amount  Money
}

// PreCheckout decides about a pre-checkout query; nil accepts it, and Telegram takes the money. In one short transaction it checks that the invoice is
// ours and its member's, the club takes payments online, the hold is live, the price is unchanged, and nothing is paid yet. It extends the hold while the
// money is on its way, if necessary beyond the club's limit.
func (s *Service) PreCheckout(ctx context.Context, q InvoiceCheck) error {
	reference, err := s.payments.verifyInvoice(q.Payload)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, preCheckoutTimeout, errPreCheckout)
	defer cancel()
	seen, err := selectChatPayment(ctx, s.db, reference)
	if err != nil {
		return translate(ctx, err)
	}
	if q.Payer != seen.Member || s.payments.Gateways[seen.Provider] == nil {
		return ErrInvoice // a forwarded invoice, or a provider that is not configured any more
	}
	actor := Actor{ID: q.Payer, Role: Player, Origin: OriginChat}
	return s.withBooking(ctx, actor, seen.Booking, nil, func(ctx context.Context, c *change, b *Booking) error {
		list, err := c.lockPayments(ctx, b.ID)
		if err != nil {
			return err
		}
		coming, err := hasUnappliedMoney(ctx, c.tx, list)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(p Payment) bool { return p.ID == seen.ID })
		switch {
		case i < 0:
			return ErrNoPayment
		case coming:
			return ErrPaid
		case slices.ContainsFunc(list, Payment.IsReviewed):
			return ErrPaymentReviewed
		case slices.ContainsFunc(list, func(p Payment) bool { return holdsMoney(p) || p.State == Authorized }):
			return ErrPaid
		case q.Amount != list[i].Amount || list[i].Price != b.Price:
			return ErrInvoicePrice
		case list[i].State != Created:
			return ErrInvoiceClosed
		}
		if err := c.checkPayableOnline(ctx, *b); err != nil || b.State != Held {
			return err
		}
		until := c.at.Add(preCheckoutHold)
		for _, end := range []time.Time{b.Span.Start, b.CreatedAt.Add(preCheckoutMaxAge)} { // a hold ends at the start of its time
			if until.After(end) {
				until = end
			}
		}
		if !until.After(*b.ExpiresAt) {
			return nil
		}
		if err := extendHold(ctx, c.tx, b, until, c.at); err != nil {
			return err
		}
		return c.recordChange(ctx, "extend", b, "", map[string]any{"payment": seen.ID})
	})
}

// InvoicePaid is Telegram's message about a payment or a refund.
type InvoicePaid struct {
	Payload []byte
	Payer   MemberID
	Amount  Money
	Charge  string // Telegram's id of the charge, the same in repeated messages
}

// PaidInTelegram stores a payment message in the inbox. The message may be repeated or late.
func (s *Service) PaidInTelegram(ctx context.Context, paid InvoicePaid) error {
	return s.storeChatEvent(ctx, "paid", paid, 0)
}

// RefundedInTelegram stores a message about refunded stars in the inbox, whether we made the refund or not.
func (s *Service) RefundedInTelegram(ctx context.Context, paid InvoicePaid) error {
	return s.storeChatEvent(ctx, "refunded", paid, paid.Amount.Minor)
}

// storeChatEvent stores a message about money in the inbox. It accepts a payload that is not ours, such as one signed before a change of the bot's
// token: the event then has no reference and goes to review.
func (s *Service) storeChatEvent(ctx context.Context, kind string, paid InvoicePaid, refunded int64) error {
	reference, _ := s.payments.verifyInvoice(paid.Payload)
	if paid.Charge == "" {
		return ErrInvoice
	}
	provider := Telegram
	if paid.Amount.Currency == StarCurrency {
		provider = Stars
	}
	body, err := json.Marshal(map[string]any{
		"kind": kind, "payload": paid.Payload, "payer": paid.Payer, "minor": paid.Amount.Minor, "currency": paid.Amount.Currency, "charge": paid.Charge,
	})
	if err != nil {
		return fmt.Errorf("%s in Telegram: %w", kind, err)
	}
	report := Report{Reference: reference, Charge: paid.Charge, State: Captured, Amount: paid.Amount, Payer: paid.Payer, Refunded: refunded}
	return s.StoreEvent(ctx, provider, Event{ID: kind + " " + paid.Charge, Kind: kind, Report: report}, body)
}
