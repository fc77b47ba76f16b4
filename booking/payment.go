package booking

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/fault"
	"pavilion/internal/secret"
)

// PaymentOptions say how money is taken. The zero value takes none.
type PaymentOptions struct {
	Gateways   map[Provider]Gateway
	ReturnURL  string           // where a payer's browser goes after paying; it is told nothing there
	PayloadKey secret.String    // signs the payloads of invoices in the chat
	StarPrice  map[string]int64 // what one of Telegram's stars stands for, in the smallest unit of each currency
}

// PaymentID names a payment.
type PaymentID int64

// Payment is one try to pay for a booking.
type Payment struct {
	ID        PaymentID
	Reference string // what gateways know it by
	Club      ClubID
	Booking   ID
	Member    MemberID
	Version   int // the booking's, when the payment was made for it
	Provider  Provider
	State     PaymentState
	Amount    Money // asked for
	Price     Money // what it stands for: the same, except where the provider has a currency of its own
	Checkout  string
	Charge    string
	URL       string   // where to pay
	Method    string   // at the desk: cash or card
	Payer     MemberID // who paid, where the provider tells; else 0
	Received  Money
	Refund    int64 // of Received: given back or about to be
	Refunded  int64 // of Received: given back
	CreatedAt time.Time

	suspended bool // the money is under review
}

// refundable is what can still be given back.
func (p Payment) refundable() Money { return Money{p.Received.Minor - p.Refund, p.Received.Currency} }

// StarCurrency is what Telegram calls its stars.
const StarCurrency = "XTR"

// Errors of payments.
var (
	ErrNoPayment   = fault.New(fault.NotFound, "no_payment", "There is no such payment.")
	ErrPaid        = fault.New(fault.Conflict, "paid", "This booking is paid already.")
	ErrFree        = fault.New(fault.Conflict, "free", "There is nothing to pay for this booking.")
	ErrNotPayable  = fault.New(fault.Conflict, "not_payable", "This booking cannot be paid any more.")
	ErrPaymentSent = errors.New("a payment begins outside of a transaction: its row must be there before the gateway is asked")
)

// PayRequest asks for a way to pay.
type PayRequest struct {
	Booking  ID
	Provider Provider
	Title    string // what the payer reads at the gateway
}

// Pay makes a payment for a booking and asks the gateway for a page to pay on. Our row is committed before the gateway is asked, so no money
// can come that we know nothing of. Asked again, it gives the same payment; for a booking that is paid, the payment that paid it. What is
// paid in the chat has no page: the bot shows an invoice there.
func (s *Service) Pay(ctx context.Context, actor Actor, r PayRequest) (Payment, error) {
	gateway, ok := s.payments.Gateways[r.Provider]
	if !ok || r.Provider == Desk {
		return Payment{}, ErrNoGateway
	}
	if _, inside := s.db.(pgx.Tx); inside {
		return Payment{}, ErrPaymentSent
	}
	var p Payment
	err := s.withBooking(ctx, actor, r.Booking, nil, func(ctx context.Context, c *change, b *Booking) (err error) {
		p, err = c.findOrCreatePayment(ctx, *b, r.Provider)
		return err
	})
	if err != nil || p.State.received() {
		return p, err
	}
	if p.Checkout == "" {
		if p, err = s.createCheckout(ctx, gateway, p, r.Title); err != nil {
			return p, err
		}
	}
	if p.Provider.inChat() {
		err = s.showInvoice(ctx, p)
	}
	return p, err
}

// createCheckout asks the gateway, and keeps what it says.
func (s *Service) createCheckout(ctx context.Context, gateway Gateway, p Payment, title string) (Payment, error) {
	made, err := gateway.Create(ctx, CheckoutRequest{Reference: p.Reference, Amount: p.Amount, Title: title, ReturnURL: s.payments.ReturnURL, Made: p.CreatedAt})
	if err != nil {
		return Payment{}, fmt.Errorf("payment %d: %w", p.ID, err)
	}
	if err := saveCheckout(ctx, s.db, p.ID, made); err != nil {
		return Payment{}, translate(ctx, err)
	}
	p.Checkout, p.URL = made.ID, made.URL
	return p, nil
}

// findOrCreatePayment finds the payment that is open for a booking, or makes one.
func (c *change) findOrCreatePayment(ctx context.Context, b Booking, provider Provider) (Payment, error) {
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil {
		return Payment{}, err
	}
	if i := slices.IndexFunc(list, holdsMoney); i >= 0 {
		return list[i], nil
	}
	if err := c.checkPayable(ctx, b); err != nil {
		return Payment{}, err
	}
	amount, err := c.payments.chargeFor(provider, b.Price)
	if err != nil {
		return Payment{}, err
	}
	for _, p := range list {
		if p.Provider != provider || p.State != Created {
			continue
		}
		if p.Amount == amount && p.Price == b.Price && c.at.Sub(p.CreatedAt) < maxCheckoutAge {
			return p, nil
		}
		// The price is another now, or the page is about to close. Money that still comes on it is looked at when it comes.
		if err := c.movePayment(ctx, &p, Failed); err != nil {
			return Payment{}, err
		}
	}
	p := Payment{
		Reference: rand.Text(), Club: b.Club, Booking: b.ID, Member: b.Member, Version: b.Version, Provider: provider, State: Created,
		Amount: amount, Price: b.Price, Received: Money{Currency: amount.Currency}, CreatedAt: c.at,
	}
	if err := insertPayment(ctx, c.tx, &p); err != nil {
		return Payment{}, err
	}
	return p, c.recordAudit(ctx, "payment", b, map[string]any{"payment": p.ID, "provider": provider, "amount_minor": amount.Minor, "currency": amount.Currency})
}

// maxCheckoutAge is how old a page may be that somebody is still sent to: gateways close theirs after half an hour or more.
const maxCheckoutAge = 15 * time.Minute

// holdsMoney tells whether a payment has money of its payer that is not about to go back.
func holdsMoney(p Payment) bool { return p.State.received() && p.refundable().Minor > 0 }

// checkPayable tells whether money for a booking makes sense now.
func (c *change) checkPayable(ctx context.Context, b Booking) error {
	switch {
	case b.Kind == Block || b.Price.Minor == 0:
		return ErrFree
	case b.expired(c.at) || b.State == Expired:
		return ErrHoldExpired
	case b.State != Held && b.State != Confirmed && b.State != CheckedIn:
		return ErrNotPayable
	case b.Kind == Offer:
		return c.checkMemberQuota(ctx, b) // an offer that its member may not have must not be paid
	}
	return nil
}

// chargeFor is what a provider is asked to collect for a price.
func (o PaymentOptions) chargeFor(provider Provider, price Money) (Money, error) {
	if provider != Stars {
		return price, nil
	}
	each := o.StarPrice[price.Currency]
	if each <= 0 {
		return Money{}, ErrNoGateway
	}
	return Money{(price.Minor + each - 1) / each, StarCurrency}, nil
}

// Payments lists what was paid or tried for a booking, for its member and the staff.
func (s *Service) Payments(ctx context.Context, actor Actor, booking ID) ([]Payment, error) {
	if _, err := s.Booking(ctx, actor, booking); err != nil {
		return nil, err
	}
	list, err := selectPayments(ctx, s.db, `WHERE booking_id = $1 ORDER BY id`, booking)
	return list, translate(ctx, err)
}

// lockPayments locks and reads the payments of a booking, after the booking's own locks and in the order of ids.
func (c *change) lockPayments(ctx context.Context, booking ID) ([]Payment, error) {
	return selectPayments(ctx, c.tx, `WHERE booking_id = $1 ORDER BY id FOR UPDATE`, booking)
}

// movePayment writes a move of the table of states.
func (c *change) movePayment(ctx context.Context, p *Payment, next PaymentState) error {
	if err := p.State.To(next); err != nil {
		return err
	}
	old := p.State
	p.State = next
	return updatePayment(ctx, c.tx, *p, old, c.at)
}
