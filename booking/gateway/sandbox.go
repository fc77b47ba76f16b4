package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/internal/secret"
)

// SandboxOptions configure the sandbox's gateway, which takes no money.
type SandboxOptions struct {
	Key     secret.String
	Secrets Secrets
	URL     string
	Client  *http.Client
	Now     func() time.Time
}

// SandboxGateway is a simulated provider for the demo and for trying out payments.
type SandboxGateway struct {
	api     restAPI
	secrets Secrets
	now     func() time.Time
}

// NewSandbox checks the settings. It makes no call.
func NewSandbox(o SandboxOptions) (*SandboxGateway, error) {
	if o.Key.Empty() {
		return nil, errNoKey
	}
	if err := errors.Join(checkURL(o.URL), o.Secrets.checkSecrets(o.Key)); err != nil {
		return nil, err
	}
	return &SandboxGateway{
		api:     restAPI{client: cmp.Or(o.Client, http.DefaultClient), base: o.URL, login: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+o.Key.Reveal()) }},
		secrets: o.Secrets, now: o.Now,
	}, nil
}

// sandboxPayment is a payment in the API's answers and in callbacks.
type sandboxPayment struct {
	ID        string `json:"id"`
	URL       string `json:"url"`
	Reference string `json:"reference"`
	Charge    string `json:"charge"`
	Status    string `json:"status"` // created, failed, authorized, captured
	Amount    int64  `json:"amount"` // in ISO 4217's smallest unit
	Currency  string `json:"currency"`
	Refunded  int64  `json:"refunded"`
}

func (p sandboxPayment) report() booking.Report {
	return booking.Report{
		Reference: p.Reference, Checkout: p.ID, Charge: p.Charge, State: booking.PaymentState(p.Status),
		Amount: fromProvider(booking.Sandbox, p.Amount, p.Currency), Refunded: fromProvider(booking.Sandbox, p.Refunded, p.Currency).Minor,
	}
}

// Create makes a checkout.
func (g *SandboxGateway) Create(ctx context.Context, r booking.CheckoutRequest) (booking.Checkout, error) {
	amount, err := toProvider(booking.Sandbox, r.Amount)
	if err != nil {
		return booking.Checkout{}, err
	}
	var p sandboxPayment
	err = g.api.call(ctx, http.MethodPost, "/v1/checkouts", map[string]string{"Idempotency-Key": r.Reference},
		map[string]any{"reference": r.Reference, "amount": amount, "currency": r.Amount.Currency, "title": r.Title, "return_url": r.ReturnURL}, &p)
	if err != nil {
		return booking.Checkout{}, fmt.Errorf("sandbox gateway: create checkout: %w", err)
	}
	return booking.Checkout{ID: p.ID, URL: p.URL}, nil
}

// Fetch reads a checkout.
func (g *SandboxGateway) Fetch(ctx context.Context, known booking.Handle) (booking.Report, error) {
	if known.Checkout == "" {
		return booking.Report{}, booking.ErrUnknownPayment
	}
	var p sandboxPayment
	if err := g.api.call(ctx, http.MethodGet, "/v1/checkouts/"+url.PathEscape(known.Checkout), nil, nil, &p); err != nil {
		return booking.Report{}, fmt.Errorf("sandbox gateway: fetch checkout: %w", err)
	}
	return p.report(), nil
}

// ClosePage closes the page of a checkout.
func (g *SandboxGateway) ClosePage(ctx context.Context, checkout string) error {
	var p sandboxPayment
	if err := g.api.call(ctx, http.MethodPost, "/v1/checkouts/"+url.PathEscape(checkout)+"/close", nil, nil, &p); err != nil {
		return unlessClosed(fmt.Errorf("sandbox gateway: close checkout: %w", err))
	}
	return nil
}

// Refund makes a refund.
func (g *SandboxGateway) Refund(ctx context.Context, r booking.RefundOrder) (string, error) {
	amount, err := toProvider(booking.Sandbox, r.Amount)
	if err != nil {
		return "", fmt.Errorf("%w: %w", booking.ErrRefundRefused, err)
	}
	var made struct {
		ID string `json:"id"`
	}
	err = g.api.call(ctx, http.MethodPost, "/v1/charges/"+url.PathEscape(r.Charge)+"/refunds", map[string]string{"Idempotency-Key": r.Key}, map[string]any{"amount": amount}, &made)
	if err != nil {
		return "", refundError(fmt.Errorf("sandbox gateway: refund: %w", err))
	}
	return made.ID, nil
}

// Verify checks and reads a callback.
func (g *SandboxGateway) Verify(c booking.Callback) (booking.Event, error) {
	if err := g.secrets.verifyTimed(textproto.MIMEHeader(c.Header).Get("Sandbox-Signature"), c.Body, g.now()); err != nil {
		return booking.Event{}, err
	}
	var e struct {
		ID      string          `json:"id"`
		Type    string          `json:"type"`
		Payment *sandboxPayment `json:"payment"`
	}
	if err := json.Unmarshal(c.Body, &e); err != nil || e.ID == "" {
		return booking.Event{}, booking.ErrCallback
	}
	event := booking.Event{ID: e.ID, Kind: e.Type}
	if e.Payment != nil && strings.HasPrefix(e.Type, "payment.") {
		event.Report = e.Payment.report()
	}
	return event, nil
}
