package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85"

	"pavilion/booking"
	"pavilion/internal/secret"
)

// StripeOptions configure Stripe Checkout.
type StripeOptions struct {
	Key     secret.String
	Secrets Secrets // of the webhook endpoint
	URL     string  // https://api.stripe.com where empty
	Client  *http.Client
	Now     func() time.Time
}

// StripeGateway takes cards and more on Stripe's Checkout pages.
type StripeGateway struct {
	client  *stripe.Client
	secrets Secrets
	now     func() time.Time
}

// NewStripe checks the settings. It makes no call.
func NewStripe(o StripeOptions) (*StripeGateway, error) {
	o.URL = cmp.Or(o.URL, stripe.APIURL)
	if o.Key.Empty() {
		return nil, errNoKey
	}
	if err := errors.Join(checkURL(o.URL), o.Secrets.checkSecrets(o.Key)); err != nil {
		return nil, err
	}
	backends := stripe.NewBackendsWithConfig(&stripe.BackendConfig{
		URL: stripe.String(o.URL), HTTPClient: o.Client, MaxNetworkRetries: stripe.Int64(1), EnableTelemetry: new(false),
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull}, // errors are returned; booking logs them once
	})
	return &StripeGateway{client: stripe.NewClient(o.Key.Reveal(), stripe.WithBackends(backends)), secrets: o.Secrets, now: o.Now}, nil
}

// stripeCheckoutLifetime is how long a checkout can be paid. Stripe wants at least thirty minutes from the call; the rest allows for late calls.
const stripeCheckoutLifetime = 45 * time.Minute

// Create makes a Checkout session.
func (g *StripeGateway) Create(ctx context.Context, r booking.CheckoutRequest) (booking.Checkout, error) {
	amount, err := toProvider(booking.Stripe, r.Amount)
	if err != nil {
		return booking.Checkout{}, err
	}
	meta := map[string]string{metaPayment: r.Reference}
	params := &stripe.CheckoutSessionCreateParams{
		Mode: stripe.String(string(stripe.CheckoutSessionModePayment)), ClientReferenceID: stripe.String(r.Reference), Metadata: meta,
		PaymentIntentData: &stripe.CheckoutSessionCreatePaymentIntentDataParams{Metadata: meta},
		SuccessURL:        stripe.String(r.ReturnURL), CancelURL: stripe.String(r.ReturnURL), ExpiresAt: new(r.Made.Add(stripeCheckoutLifetime).Unix()),
		LineItems: []*stripe.CheckoutSessionCreateLineItemParams{{
			Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionCreateLineItemPriceDataParams{
				Currency: stripe.String(strings.ToLower(r.Amount.Currency)), UnitAmount: new(amount),
				ProductData: &stripe.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: stripe.String(r.Title)},
			},
		}},
	}
	params.SetIdempotencyKey("checkout-" + r.Reference)
	session, err := g.client.V1CheckoutSessions.Create(ctx, params)
	if err != nil {
		return booking.Checkout{}, stripeError("create checkout", err)
	}
	return booking.Checkout{ID: session.ID, URL: session.URL}, nil
}

// Fetch reads the session with its charge.
func (g *StripeGateway) Fetch(ctx context.Context, known booking.Handle) (booking.Report, error) {
	if known.Checkout == "" {
		return booking.Report{}, booking.ErrUnknownPayment
	}
	params := &stripe.CheckoutSessionRetrieveParams{}
	params.AddExpand("payment_intent.latest_charge")
	session, err := g.client.V1CheckoutSessions.Retrieve(ctx, known.Checkout, params)
	if err != nil {
		return booking.Report{}, stripeError("fetch checkout", err)
	}
	return sessionReport(session), nil
}

// ClosePage expires the Checkout session. Stripe refuses it for a session that is paid or has expired.
func (g *StripeGateway) ClosePage(ctx context.Context, checkout string) error {
	_, err := g.client.V1CheckoutSessions.Expire(ctx, checkout, &stripe.CheckoutSessionExpireParams{})
	if err != nil {
		return unlessClosed(stripeError("expire checkout", err))
	}
	return nil
}

// Refund makes a refund. It first looks for one with the same key: Stripe forgets idempotency keys after a day, and booking retries for longer.
func (g *StripeGateway) Refund(ctx context.Context, r booking.RefundOrder) (string, error) {
	amount, err := toProvider(booking.Stripe, r.Amount)
	if err != nil {
		return "", fmt.Errorf("%w: %w", booking.ErrRefundRefused, err)
	}
	list := &stripe.RefundListParams{PaymentIntent: stripe.String(r.Charge)}
	for made, err := range g.client.V1Refunds.List(ctx, list).All(ctx) {
		if err != nil {
			return "", refundError(stripeError("list refunds", err))
		}
		if made.Metadata[metaRefund] == r.Key {
			return acceptedRefund(made)
		}
	}
	params := &stripe.RefundCreateParams{PaymentIntent: stripe.String(r.Charge), Amount: new(amount), Metadata: map[string]string{metaRefund: r.Key}}
	params.SetIdempotencyKey("refund-" + r.Key)
	made, err := g.client.V1Refunds.Create(ctx, params)
	if err != nil {
		return "", refundError(stripeError("refund", err))
	}
	return acceptedRefund(made)
}

// acceptedRefund returns the refund's id. A pending refund counts as made: banks take days, and Stripe reports a later failure as an event.
func acceptedRefund(r *stripe.Refund) (string, error) {
	if r.Status == stripe.RefundStatusFailed || r.Status == stripe.RefundStatusCanceled {
		return "", booking.ErrRefundRefused
	}
	return r.ID, nil
}

// stripeError sorts errors as rest.go does, and leaves out Stripe's text.
func stripeError(what string, err error) error {
	var said *stripe.Error
	if !errors.As(err, &said) {
		return fmt.Errorf("stripe: %s: %w: %w", what, booking.ErrGateway, err)
	}
	return fmt.Errorf("stripe: %s: %d %s: %w", what, said.HTTPStatusCode, said.Code, cmp.Or(statusError(said.HTTPStatusCode), errRefused))
}

// Verify checks and reads a webhook.
func (g *StripeGateway) Verify(c booking.Callback) (booking.Event, error) {
	if err := g.secrets.verifyTimed(textproto.MIMEHeader(c.Header).Get("Stripe-Signature"), c.Body, g.now()); err != nil {
		return booking.Event{}, err
	}
	var e stripe.Event
	if err := json.Unmarshal(c.Body, &e); err != nil || e.ID == "" {
		return booking.Event{}, booking.ErrCallback
	}
	event := booking.Event{ID: e.ID, Kind: string(e.Type)}
	if e.Data == nil {
		return event, nil
	}
	var err error
	switch e.Type {
	case stripe.EventTypeCheckoutSessionCompleted, stripe.EventTypeCheckoutSessionAsyncPaymentSucceeded, stripe.EventTypeCheckoutSessionAsyncPaymentFailed,
		stripe.EventTypeCheckoutSessionExpired:
		var session stripe.CheckoutSession
		if err = json.Unmarshal(e.Data.Raw, &session); err == nil {
			event.Report = sessionReport(&session)
		}
		if e.Type == stripe.EventTypeCheckoutSessionAsyncPaymentFailed {
			event.Report.State = booking.Failed
		}
	case stripe.EventTypePaymentIntentSucceeded, stripe.EventTypePaymentIntentAmountCapturableUpdated:
		var intent stripe.PaymentIntent
		if err = json.Unmarshal(e.Data.Raw, &intent); err == nil {
			event.Report = intentReport(&intent)
		}
	case stripe.EventTypeChargeRefunded:
		var charge stripe.Charge
		if err = json.Unmarshal(e.Data.Raw, &charge); err == nil && charge.PaymentIntent != nil {
			event.Report = booking.Report{
				Reference: charge.Metadata[metaPayment], Charge: charge.PaymentIntent.ID, State: booking.Captured,
				Amount:   fromProvider(booking.Stripe, charge.AmountCaptured, string(charge.Currency)),
				Refunded: fromProvider(booking.Stripe, charge.AmountRefunded, string(charge.Currency)).Minor,
			}
		}
	case stripe.EventTypeRefundFailed:
		var refund stripe.Refund
		if err = json.Unmarshal(e.Data.Raw, &refund); err == nil && refund.PaymentIntent != nil {
			event.Report = booking.Report{Charge: refund.PaymentIntent.ID, State: booking.RefundUndone}
		}
	default: // not about a payment
	}
	if err != nil {
		return booking.Event{}, booking.ErrCallback
	}
	return event, nil
}

// sessionReport reads the state of a payment from its Checkout session.
func sessionReport(s *stripe.CheckoutSession) booking.Report {
	currency := string(s.Currency)
	r := booking.Report{Reference: s.Metadata[metaPayment], Checkout: s.ID, State: booking.Created, Amount: fromProvider(booking.Stripe, s.AmountTotal, currency)}
	switch {
	case s.PaymentStatus == stripe.CheckoutSessionPaymentStatusPaid:
		r.State = booking.Captured
	case s.Status == stripe.CheckoutSessionStatusComplete:
		r.State = booking.Authorized // a bank transfer that takes days
	case s.Status == stripe.CheckoutSessionStatusExpired:
		r.State = booking.Failed
	}
	if s.PaymentIntent != nil {
		r.Charge = s.PaymentIntent.ID
		if c := s.PaymentIntent.LatestCharge; c != nil {
			r.Refunded = fromProvider(booking.Stripe, c.AmountRefunded, currency).Minor
		}
	}
	return r
}

// intentReport reads the state of a payment from its PaymentIntent.
func intentReport(p *stripe.PaymentIntent) booking.Report {
	r := booking.Report{Reference: p.Metadata[metaPayment], Charge: p.ID, State: booking.Authorized, Amount: fromProvider(booking.Stripe, p.Amount, string(p.Currency))}
	if p.Status == stripe.PaymentIntentStatusSucceeded {
		r.State, r.Amount = booking.Captured, fromProvider(booking.Stripe, p.AmountReceived, string(p.Currency))
	}
	return r
}
