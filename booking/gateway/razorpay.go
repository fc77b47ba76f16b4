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
	"time"

	"pavilion/booking"
	"pavilion/internal/secret"
)

// RazorpayOptions configure Razorpay's payment links.
type RazorpayOptions struct {
	KeyID   string
	Key     secret.String
	Secrets Secrets // of the webhook; not the key
	URL     string  // https://api.razorpay.com where empty
	Client  *http.Client
}

// RazorpayGateway takes UPI, cards and more through payment links. It calls the API itself, because the official client takes no context (a
// call cannot be cancelled), decodes amounts into floats, and links its test helpers into the binary.
type RazorpayGateway struct {
	api     restAPI
	secrets Secrets
}

// NewRazorpay checks the settings. It makes no call.
func NewRazorpay(o RazorpayOptions) (*RazorpayGateway, error) {
	o.URL = cmp.Or(o.URL, "https://api.razorpay.com")
	if o.KeyID == "" || o.Key.Empty() {
		return nil, errNoKey
	}
	if err := errors.Join(checkURL(o.URL), o.Secrets.checkSecrets(o.Key)); err != nil {
		return nil, err
	}
	return &RazorpayGateway{
		api:     restAPI{client: cmp.Or(o.Client, http.DefaultClient), base: o.URL, login: func(r *http.Request) { r.SetBasicAuth(o.KeyID, o.Key.Reveal()) }},
		secrets: o.Secrets,
	}, nil
}

// razorpayLinkLifetime is how long a link can be paid. Razorpay wants at least fifteen minutes from the call; the rest allows for late calls.
const razorpayLinkLifetime = 30 * time.Minute

type razorpayLink struct {
	ID        string        `json:"id"`
	URL       string        `json:"short_url"`
	Status    string        `json:"status"` // created, partially_paid, paid, cancelled, expired
	Reference string        `json:"reference_id"`
	Amount    int64         `json:"amount"`
	Currency  string        `json:"currency"`
	Notes     razorpayNotes `json:"notes"`
	Payments  []struct {
		ID string `json:"payment_id"`
	} `json:"payments"`
}

type razorpayPayment struct {
	ID       string        `json:"id"`
	Amount   int64         `json:"amount"`
	Currency string        `json:"currency"`
	Status   string        `json:"status"` // created, authorized, captured, refunded, failed
	Refunded int64         `json:"amount_refunded"`
	Notes    razorpayNotes `json:"notes"`
}

type razorpayRefund struct {
	ID     string        `json:"id"`
	Status string        `json:"status"` // pending, processed, failed
	Notes  razorpayNotes `json:"notes"`
}

// razorpayNotes are a JSON object. Razorpay sends an empty list when there are none.
type razorpayNotes map[string]string

// UnmarshalJSON reads both forms and skips values that are not text.
func (n *razorpayNotes) UnmarshalJSON(data []byte) error {
	*n = nil
	var fields map[string]any
	if json.Unmarshal(data, &fields) != nil {
		return nil //nolint:nilerr // a list: there are no notes
	}
	*n = razorpayNotes{}
	for name, value := range fields {
		if text, ok := value.(string); ok {
			(*n)[name] = text
		}
	}
	return nil
}

// Create makes a payment link. Razorpay refuses a second link with the same reference; Create then returns the first one.
func (g *RazorpayGateway) Create(ctx context.Context, r booking.CheckoutRequest) (booking.Checkout, error) {
	amount, err := toProvider(booking.Razorpay, r.Amount)
	if err != nil {
		return booking.Checkout{}, err
	}
	var link razorpayLink
	err = g.api.call(ctx, http.MethodPost, "/v1/payment_links", nil, map[string]any{
		"amount": amount, "currency": r.Amount.Currency, "reference_id": r.Reference, "description": r.Title, "accept_partial": false,
		"expire_by": r.Made.Add(razorpayLinkLifetime).Unix(), "callback_url": r.ReturnURL, "callback_method": "get", "reminder_enable": false,
		"notify": map[string]bool{"sms": false, "email": false}, "notes": map[string]string{metaPayment: r.Reference},
	}, &link)
	if errors.Is(err, errRefused) {
		if made, lerr := g.findLink(ctx, r.Reference); lerr == nil && made.Amount == amount && made.Currency == r.Amount.Currency {
			link, err = made, nil
		}
	}
	if err != nil {
		return booking.Checkout{}, fmt.Errorf("razorpay: create link: %w", err)
	}
	return booking.Checkout{ID: link.ID, URL: link.URL}, nil
}

// findLink looks up the link with a reference.
func (g *RazorpayGateway) findLink(ctx context.Context, reference string) (razorpayLink, error) {
	var found struct {
		Links []razorpayLink `json:"payment_links"`
	}
	if err := g.api.call(ctx, http.MethodGet, "/v1/payment_links?reference_id="+url.QueryEscape(reference), nil, nil, &found); err != nil {
		return razorpayLink{}, err
	}
	for _, l := range found.Links {
		if l.Reference == reference {
			return l, nil
		}
	}
	return razorpayLink{}, booking.ErrUnknownPayment
}

// Fetch reads the link and the last payment made on it.
func (g *RazorpayGateway) Fetch(ctx context.Context, known booking.Handle) (booking.Report, error) {
	var link razorpayLink
	var err error
	if known.Checkout == "" {
		link, err = g.findLink(ctx, known.Reference)
	} else {
		err = g.api.call(ctx, http.MethodGet, "/v1/payment_links/"+url.PathEscape(known.Checkout), nil, nil, &link)
	}
	if err != nil {
		return booking.Report{}, fmt.Errorf("razorpay: fetch link: %w", err)
	}
	report := linkReport(link)
	if len(link.Payments) == 0 {
		return report, nil
	}
	var p razorpayPayment
	if err := g.api.call(ctx, http.MethodGet, "/v1/payments/"+url.PathEscape(link.Payments[len(link.Payments)-1].ID), nil, nil, &p); err != nil {
		return booking.Report{}, fmt.Errorf("razorpay: fetch payment: %w", err)
	}
	return addPayment(report, p), nil
}

// ClosePage cancels the payment link. Razorpay refuses it for a link that is paid, cancelled or expired.
func (g *RazorpayGateway) ClosePage(ctx context.Context, checkout string) error {
	var link razorpayLink
	if err := g.api.call(ctx, http.MethodPost, "/v1/payment_links/"+url.PathEscape(checkout)+"/cancel", nil, nil, &link); err != nil {
		return unlessClosed(fmt.Errorf("razorpay: cancel link: %w", err))
	}
	return nil
}

// Refund makes a refund. It first looks for one with the same key, because Razorpay does not say how long it remembers idempotency keys.
func (g *RazorpayGateway) Refund(ctx context.Context, r booking.RefundOrder) (string, error) {
	amount, err := toProvider(booking.Razorpay, r.Amount)
	if err != nil {
		return "", fmt.Errorf("%w: %w", booking.ErrRefundRefused, err)
	}
	path := "/v1/payments/" + url.PathEscape(r.Charge)
	var list struct {
		Items []razorpayRefund `json:"items"`
	}
	if err := g.api.call(ctx, http.MethodGet, path+"/refunds", nil, nil, &list); err != nil {
		return "", refundError(fmt.Errorf("razorpay: list refunds: %w", err))
	}
	var made razorpayRefund
	for _, refund := range list.Items {
		if refund.Notes[metaRefund] == r.Key {
			made = refund
		}
	}
	if made.ID == "" {
		err := g.api.call(ctx, http.MethodPost, path+"/refund", map[string]string{"X-Refund-Idempotency": r.Key},
			map[string]any{"amount": amount, "notes": map[string]string{metaRefund: r.Key}}, &made)
		if err != nil {
			return "", refundError(fmt.Errorf("razorpay: refund: %w", err))
		}
	}
	if made.Status == "failed" {
		return "", booking.ErrRefundRefused
	}
	return made.ID, nil
}

// Verify checks and reads a webhook. Razorpay signs neither a time nor the header with the event's id, so the inbox has to detect replays: it
// knows each event by its id and by its body.
func (g *RazorpayGateway) Verify(c booking.Callback) (booking.Event, error) {
	header := textproto.MIMEHeader(c.Header)
	if !g.secrets.verifySignature(c.Body, []string{header.Get("X-Razorpay-Signature")}) {
		return booking.Event{}, booking.ErrForged
	}
	var e struct {
		Event   string `json:"event"`
		Payload struct {
			Link    *struct{ Entity razorpayLink }    `json:"payment_link"`
			Payment *struct{ Entity razorpayPayment } `json:"payment"`
		} `json:"payload"`
	}
	id := header.Get("X-Razorpay-Event-Id")
	if err := json.Unmarshal(c.Body, &e); err != nil || id == "" || e.Event == "" {
		return booking.Event{}, booking.ErrCallback
	}
	event := booking.Event{ID: id, Kind: e.Event}
	switch e.Event {
	case "payment_link.paid", "payment_link.expired", "payment_link.cancelled":
		if e.Payload.Link == nil {
			return booking.Event{}, booking.ErrCallback
		}
		event.Report = linkReport(e.Payload.Link.Entity)
		if e.Payload.Payment != nil {
			event.Report = addPayment(event.Report, e.Payload.Payment.Entity)
		}
	case "payment.authorized", "payment.captured", "refund.created", "refund.processed":
		if e.Payload.Payment == nil {
			return booking.Event{}, booking.ErrCallback
		}
		event.Report = addPayment(booking.Report{}, e.Payload.Payment.Entity)
	case "refund.failed":
		if e.Payload.Payment == nil {
			return booking.Event{}, booking.ErrCallback
		}
		event.Report = booking.Report{Charge: e.Payload.Payment.Entity.ID, State: booking.RefundUndone}
	}
	return event, nil
}

// linkReport reads the state of a payment from its link.
func linkReport(l razorpayLink) booking.Report {
	r := booking.Report{Reference: l.Reference, Checkout: l.ID, State: booking.Created, Amount: fromProvider(booking.Razorpay, l.Amount, l.Currency)}
	switch l.Status {
	case "paid":
		r.State = booking.Captured
	case "expired", "cancelled":
		r.State = booking.Failed
	}
	return r
}

// addPayment completes the report of a link with its payment: charge, amount, refunds and state.
func addPayment(r booking.Report, p razorpayPayment) booking.Report {
	r.Charge, r.Reference = p.ID, cmp.Or(r.Reference, p.Notes[metaPayment])
	r.Amount = fromProvider(booking.Razorpay, p.Amount, p.Currency)
	r.Refunded = fromProvider(booking.Razorpay, p.Refunded, p.Currency).Minor
	switch p.Status {
	case "captured", "refunded":
		r.State = booking.Captured
	case "authorized":
		r.State = booking.Authorized
	case "failed":
		r.State = booking.Failed
	case "created":
		r.State = booking.Created
	}
	return r
}
