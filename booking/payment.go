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

// PaymentOptions configure the ways to pay. The zero value offers none.
type PaymentOptions struct {
	Gateways   map[Provider]Gateway
	ReturnURL  func(ctx context.Context) string // the browser's page after paying; it carries no result
	PayloadKey secret.String                    // signs the payloads of invoices in the chat
	StarPrice  map[string]int64                 // the value of one of Telegram's stars, in the smallest unit of each currency
}

// PaymentID names a payment.
type PaymentID int64

// Payment is one attempt to pay for a booking.
type Payment struct {
	ID        PaymentID
	Reference string // our id at the gateway
	Club      ClubID
	Booking   ID
	Member    MemberID
	Version   int // the booking's version when the payment was created
	Provider  Provider
	State     PaymentState
	Amount    Money  // asked for, in the provider's currency
	Price     Money  // of the booking; differs from Amount when the provider uses stars
	Checkout  string // the provider's id of the page
	Charge    string // the provider's id of the money
	URL       string // of the page
	// InvoiceLink opens the invoice of a payment in the chat; empty until it was asked for and made.
	InvoiceLink string
	Method      string   // at the desk: cash or card
	Payer       MemberID // when the provider reports it; otherwise 0
	Received    Money
	Refund      int64 // of Received: refunded or about to be
	Refunded    int64 // of Received: refunded
	CreatedAt   time.Time

	title     string // of the gateway's page; the first request's value, as is returnURL
	returnURL string
	suspended bool // the money is under review
	fromChat  bool // the member began the payment in the chat
}

// refundable is the part of the money that can still be refunded.
func (p Payment) refundable() Money { return Money{p.Received.Minor - p.Refund, p.Received.Currency} }

// StarCurrency is Telegram's code for its stars.
const StarCurrency = "XTR"

// Errors of payments.
var (
	ErrNoPayment = fault.New(fault.NotFound, "no_payment")
	ErrPaid      = fault.New(fault.Conflict, "paid")
	// ErrPaymentReviewed refuses a second payment, and a member's move, while money for the booking is under review.
	ErrPaymentReviewed = fault.New(fault.Conflict, "payment_reviewed")
	ErrFree            = fault.New(fault.Conflict, "free")
	ErrNotPayable      = fault.New(fault.Conflict, "not_payable")
	ErrPaymentSent     = errors.New("a payment begins outside of a transaction: its row must be committed before the gateway is called")
)

// PayRequest asks for a payment of a booking.
type PayRequest struct {
	Booking  ID
	Provider Provider
	Title    string // shown to the payer by the gateway
}

// ChargeFor returns the amount that a provider collects for a price, or ErrNoGateway if it cannot collect it.
func (s *Service) ChargeFor(provider Provider, price Money) (Money, error) {
	return s.payments.chargeFor(provider, price)
}

// Pay creates a payment for a booking and a page at the gateway to pay on. The payment's row is committed before the gateway is called, so all
// money that arrives has a row. A payment in the chat has no page; the bot posts an invoice instead. Pay closes the page or invoice of another provider. A
// repeated call returns the same payment. For a paid booking it returns the payment that has the money.
func (s *Service) Pay(ctx context.Context, actor Actor, r PayRequest) (Payment, error) {
	p, err := s.beginPayment(ctx, actor, r, nil)
	if err == nil && p.Provider.inChat() && !p.State.received() {
		err = s.showInvoice(ctx, p)
	}
	return p, err
}

// beginPayment returns the payment of a request and its page. It creates them if they do not exist. check may refuse the request; a nil check refuses none.
func (s *Service) beginPayment(ctx context.Context, actor Actor, r PayRequest, check func(ctx context.Context, c *change, b Booking) error) (Payment, error) {
	gateway, ok := s.payments.Gateways[r.Provider]
	if !ok || r.Provider == Desk {
		return Payment{}, ErrNoGateway
	}
	if _, inside := s.db.(pgx.Tx); inside {
		return Payment{}, ErrPaymentSent
	}
	var p Payment
	returnURL := s.payments.ReturnURL(ctx)
	err := s.withBooking(ctx, actor, r.Booking, nil, func(ctx context.Context, c *change, b *Booking) (err error) {
		if check != nil {
			if err := check(ctx, c, *b); err != nil {
				return err
			}
		}
		p, err = c.findOrCreatePayment(ctx, *b, r, returnURL)
		return err
	})
	if err != nil || p.State.received() || p.Checkout != "" {
		return p, err
	}
	return s.createCheckout(ctx, gateway, p)
}

// createCheckout creates the page at the gateway and stores its id and URL. It takes all values from the payment's row, so a repeated call sends the
// same request. A provider refuses a different request under the same idempotency key.
func (s *Service) createCheckout(ctx context.Context, gateway Gateway, p Payment) (Payment, error) {
	made, err := gateway.Create(ctx, CheckoutRequest{Reference: p.Reference, Amount: p.Amount, Title: p.title, ReturnURL: p.returnURL, Made: p.CreatedAt})
	if err != nil {
		return Payment{}, fmt.Errorf("payment %d: %w", p.ID, err)
	}
	if err := saveCheckout(ctx, s.db, p.ID, made); err != nil {
		return Payment{}, translate(ctx, err)
	}
	p.Checkout, p.URL = made.ID, made.URL
	return p, nil
}

// findOrCreatePayment returns the payment that has a booking's money, or one that can still be paid, or creates one.
func (c *change) findOrCreatePayment(ctx context.Context, b Booking, r PayRequest, returnURL string) (Payment, error) {
	provider := r.Provider
	list, err := c.lockPayments(ctx, b.ID)
	if err != nil {
		return Payment{}, err
	}
	if i := slices.IndexFunc(list, func(p Payment) bool { return holdsMoney(p) && !p.IsReviewed() }); i >= 0 {
		return list[i], nil
	}
	if b.State.Live() && slices.ContainsFunc(list, Payment.IsReviewed) {
		return Payment{}, ErrPaymentReviewed
	}
	if err := c.checkPayableOnline(ctx, b); err != nil {
		return Payment{}, err
	}
	amount, err := c.payments.chargeFor(provider, b.Price)
	if err != nil {
		return Payment{}, err
	}
	offered := func(p Payment) bool {
		return p.State == Created && p.Provider == provider && p.Amount == amount && p.Price == b.Price && c.at.Sub(p.CreatedAt) < maxCheckoutAge
	}
	// Another provider was chosen before, the price has changed, or the page is about to close. One payment is open at a time.
	if err := c.closeUnpaid(ctx, list, func(p Payment) bool { return !offered(p) }); err != nil {
		return Payment{}, err
	}
	if i := slices.IndexFunc(list, offered); i >= 0 {
		return list[i], nil
	}
	p := Payment{
		Reference: rand.Text(), Club: b.Club, Booking: b.ID, Member: b.Member, Version: b.Version, Provider: provider, State: Created,
		Amount: amount, Price: b.Price, Received: Money{Currency: amount.Currency}, CreatedAt: c.at,
		title: r.Title, returnURL: returnURL, fromChat: c.isFromChat(b),
	}
	if err := insertPayment(ctx, c.tx, &p); err != nil {
		return Payment{}, err
	}
	return p, c.recordAudit(ctx, "payment", b, map[string]any{"payment": p.ID, "provider": provider, "amount_minor": amount.Minor, "currency": amount.Currency})
}

// maxCheckoutAge is the age from which a page is not offered again. Gateways close their pages after half an hour or more.
const maxCheckoutAge = 15 * time.Minute

// holdsMoney reports whether a payment has money that is neither refunded nor about to be.
func holdsMoney(p Payment) bool { return p.State.received() && p.refundable().Minor > 0 }

// settles reports whether the payment pays its booking: it holds money, and no review is open.
func (p Payment) settles() bool { return holdsMoney(p) && !p.IsReviewed() }

// checkPayable refuses a payment for a booking that is free, expired or over.
func (c *change) checkPayable(ctx context.Context, b Booking) error {
	switch {
	case b.Kind == Block || b.Price.Minor == 0:
		return ErrFree
	case b.expired(c.at) || b.State == Expired:
		return ErrHoldExpired
	case b.State != Held && b.State != Confirmed && b.State != CheckedIn:
		return ErrNotPayable
	case b.Kind == Offer:
		_, err := c.checkMemberQuota(ctx, b) // an offer over the quota cannot be confirmed, so it cannot be paid
		return err
	}
	return nil
}

// checkPayableOnline is checkPayable for payments that staff do not take: it also refuses a club that takes no payments online.
func (c *change) checkPayableOnline(ctx context.Context, b Booking) error {
	if err := c.checkPayable(ctx, b); err != nil {
		return err
	}
	if !c.setup.club.Policy.PaysOnline {
		return ErrNoGateway
	}
	return nil
}

// chargeFor converts a price to the amount that a provider collects. Stars are rounded up.
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

// Payments lists the payments of a booking, for its member and the staff.
func (s *Service) Payments(ctx context.Context, actor Actor, booking ID) ([]Payment, error) {
	if _, err := s.Booking(ctx, actor, booking); err != nil {
		return nil, err
	}
	list, err := selectPaymentsOf(ctx, s.db, booking)
	return list, translate(ctx, err)
}

// lockPayments locks and reads the payments of a booking, by id. The booking's own locks are held already.
func (c *change) lockPayments(ctx context.Context, booking ID) ([]Payment, error) {
	return lockPaymentsOf(ctx, c.tx, booking)
}

// movePayment makes a move of the table of states.
func (c *change) movePayment(ctx context.Context, p *Payment, next PaymentState) error {
	if err := p.State.To(next); err != nil {
		return err
	}
	old := p.State
	p.State = next
	return updatePayment(ctx, c.tx, *p, old, c.at)
}
