package booking

import (
	"context"
	"time"

	"pavilion/internal/fault"
)

// Provider names a payment service.
type Provider string

// The providers. Desk is cash or card at the club; Telegram and Stars are paid inside the chat.
const (
	Stripe   Provider = "stripe"
	Razorpay Provider = "razorpay"
	Sandbox  Provider = "sandbox"
	Desk     Provider = "desk"
	Telegram Provider = "telegram"
	Stars    Provider = "stars"
)

// Gateway is the interface to one provider. An implementation only translates; it decides nothing and stores nothing. A call that is repeated with
// the same reference or key has one effect.
type Gateway interface {
	// Create creates a checkout. The same reference returns the same checkout.
	Create(ctx context.Context, r CheckoutRequest) (Checkout, error)
	// Verify checks that the provider sent a callback, and recently, and reads it.
	Verify(c Callback) (Event, error)
	// Fetch reads the state of a payment. It returns ErrUnknownPayment when the provider does not know it or has no such query.
	Fetch(ctx context.Context, known Handle) (Report, error)
	// Refund refunds money, once for each key. It returns ErrByHand when staff have to do it, and ErrRefundRefused when a repeat is useless.
	Refund(ctx context.Context, r RefundOrder) (ref string, err error)
}

// CheckoutRequest asks a provider to collect an amount.
type CheckoutRequest struct {
	Reference string // ours; also the provider's idempotency key
	Amount    Money
	Title     string    // shown to the payer
	ReturnURL string    // the browser's page afterwards; carries no result
	Made      time.Time // when our row was created; the checkout's end is derived from it, so it is the same on every try
}

// Checkout is the page on which a member pays.
type Checkout struct {
	ID  string // the provider's
	URL string // empty when there is no page
}

// Handle holds the ids by which a provider can find a payment.
type Handle struct {
	Reference string
	Checkout  string
	Charge    string
}

// RefundOrder asks a provider for a refund.
type RefundOrder struct {
	Key    string // the same for every try of one refund
	Charge string
	Amount Money
	Whole  bool     // the amount is the whole charge
	Member MemberID // the payer; Telegram needs it
}

// Callback is an unchecked HTTP request to the callback's address.
type Callback struct {
	Header map[string][]string // canonical names
	Body   []byte
}

// Event is a verified callback.
type Event struct {
	ID     string // the provider's, the same in each of its retries
	Kind   string // the provider's name for it
	Report Report // an empty State means that there is nothing to apply
}

// Report is the state of one payment at its provider. It may be late, repeated or out of order.
type Report struct {
	Reference string // ours, as the provider repeats it; may be empty
	Checkout  string
	Charge    string   // the provider's id of the money
	Payer     MemberID // when the provider reports it; otherwise 0
	State     PaymentState
	Amount    Money // authorized or captured
	Refunded  int64 // total, in the unit of Amount
}

// Errors of gateways.
var (
	// ErrForged refuses a callback whose signature is missing, wrong or not recent.
	ErrForged = fault.New(fault.Invalid, "callback_signature")
	// ErrCallback refuses a callback with a valid signature and a body that cannot be read.
	ErrCallback = fault.New(fault.Invalid, "callback_body")
	// ErrNoGateway refuses a provider that is not configured.
	ErrNoGateway = fault.New(fault.NotFound, "no_gateway")
	// ErrGateway reports no answer, or an unexpected one. It is unknown whether the call had an effect.
	ErrGateway = fault.New(fault.Unavailable, "gateway_down")
	// ErrUnknownPayment reports that the provider does not know the payment, or has no query for its state.
	ErrUnknownPayment = fault.New(fault.NotFound, "gateway_unknown")
	// ErrByHand reports that staff have to make the refund.
	ErrByHand = fault.New(fault.Conflict, "refund_by_hand")
	// ErrRefundRefused reports that the provider refuses the refund for good.
	ErrRefundRefused = fault.New(fault.Conflict, "refund_refused")
)
