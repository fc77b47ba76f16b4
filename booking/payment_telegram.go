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
	ErrInvoice      = fault.New(fault.Invalid, "invoice", "This invoice is not one of ours, or no longer valid; ask for a new one.")
	ErrInvoicePrice = fault.New(fault.Conflict, "invoice_price", "The price of this invoice is out of date; ask for a new one.")
)

const (
	// preCheckoutTimeout is what the database has; Telegram wants the answer within ten seconds.
	preCheckoutTimeout = 3 * time.Second
	// preCheckoutHold is how long a hold lasts at least after we said yes: the money is on its way.
	preCheckoutHold = 10 * time.Minute
	// preCheckoutMaxAge is how old a hold may get that way: every card that fails is followed by another question.
	preCheckoutMaxAge = time.Hour
)

// errPreCheckout is the cause when that budget is used up.
var errPreCheckout = errors.New("the pre-checkout decision took too long")

// InvoicePayload is what an invoice in the chat carries, signed: Telegram hands it back at pre-checkout and with the money.
func (s *Service) InvoicePayload(p Payment) []byte {
	return []byte("1." + p.Reference + "." + s.payments.signInvoice(p.Reference))
}

func (o PaymentOptions) signInvoice(reference string) string {
	mac := hmac.New(sha256.New, []byte(o.PayloadKey.Reveal()))
	mac.Write([]byte("invoice 1." + reference))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// verifyInvoice reads a payload that we signed.
func (o PaymentOptions) verifyInvoice(payload []byte) (reference string, err error) {
	const most = 128 // Telegram's own limit
	if len(payload) > most || o.PayloadKey.Empty() {
		return "", ErrInvoice
	}
	version, rest, _ := strings.Cut(string(payload), ".")
	reference, signature, ok := strings.Cut(rest, ".")
	if !ok || version != "1" || !hmac.Equal([]byte(signature), []byte(o.signInvoice(reference))) {
		return "", ErrInvoice
	}
	return reference, nil
}

// InvoiceCheck is Telegram's question whether somebody may pay now.
type InvoiceCheck struct {
	Payload []byte
	Payer   MemberID
	Amount  Money
}

// PreCheckout is the last safe gate: no error is a yes, and the money moves. It decides in one short transaction: our invoice, its holder,
// the hold alive, exactly the price, nothing paid yet; and it makes the hold last while the money is on its way, past the club's limit
// where that is near.
func (s *Service) PreCheckout(ctx context.Context, q InvoiceCheck) error {
	reference, err := s.payments.verifyInvoice(q.Payload)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, preCheckoutTimeout, errPreCheckout)
	defer cancel()
	seen, err := selectPayment(ctx, s.db, `WHERE reference = $1 AND provider IN ('telegram', 'stars')`, reference)
	if err != nil {
		return translate(ctx, err)
	}
	if q.Payer != seen.Member || s.payments.Gateways[seen.Provider] == nil {
		return ErrInvoice // a forwarded invoice, or one of a provider that is set up no more
	}
	actor := Actor{ID: q.Payer, Role: Player, Origin: "bot"}
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
		case slices.ContainsFunc(list, func(p Payment) bool { return holdsMoney(p) || p.State == Authorized }):
			return ErrPaid
		case list[i].State != Created:
			return ErrInvoice
		case q.Amount != list[i].Amount || list[i].Price != b.Price:
			return ErrInvoicePrice
		}
		if err := c.checkPayable(ctx, *b); err != nil || b.State != Held {
			return err
		}
		until := c.at.Add(preCheckoutHold)
		for _, end := range []time.Time{b.Span.Start, b.CreatedAt.Add(preCheckoutMaxAge)} { // what is not paid when it begins is over
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

// InvoicePaid is Telegram's message that somebody paid.
type InvoicePaid struct {
	Payload []byte
	Payer   MemberID
	Amount  Money
	Charge  string // Telegram's id of the charge: the same however often the message comes
}

// PaidInTelegram puts the message into the inbox. It may come twice, and long after it was sent.
func (s *Service) PaidInTelegram(ctx context.Context, paid InvoicePaid) error {
	return s.storeChatEvent(ctx, "paid", paid, 0)
}

// RefundedInTelegram puts the message into the inbox that stars went back, whoever sent them.
func (s *Service) RefundedInTelegram(ctx context.Context, paid InvoicePaid) error {
	return s.storeChatEvent(ctx, "refunded", paid, paid.Amount.Minor)
}

// storeChatEvent keeps a message about money. A payload that is not ours, as after a change of the bot's token, is no reason to forget that
// somebody paid: without a reference the event finds no payment, and a person looks.
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
	return s.KeepEvent(ctx, provider, Event{ID: kind + " " + paid.Charge, Kind: kind, Report: report}, body)
}
