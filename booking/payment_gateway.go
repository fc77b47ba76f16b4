package booking

import (
	"context"
	"time"

	"pavilion/internal/fault"
)

// Provider names who takes the money.
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

// Gateway is one provider. An implementation translates: it decides nothing and keeps nothing. Every call may be made again with the same
// reference or key, and has its effect once.
type Gateway interface {
	// Create asks the provider to take money. The same reference gives the same checkout again.
	Create(ctx context.Context, r CheckoutRequest) (Checkout, error)
	// Verify checks that the provider sent a callback, now, and reads it.
	Verify(c Callback) (Event, error)
	// Fetch asks what became of a payment. ErrNothingToAsk: the provider cannot be asked.
	Fetch(ctx context.Context, known Handle) (Report, error)
	// Refund gives money back, once for each key. ErrByHand: a person has to; ErrRefundRefused: trying again is of no use.
	Refund(ctx context.Context, r RefundOrder) (ref string, err error)
}

// CheckoutRequest is what a provider is asked to collect.
type CheckoutRequest struct {
	Reference string // ours; also the provider's idempotency key
	Amount    Money
	Title     string    // what the payer reads
	ReturnURL string    // where the payer's browser goes afterwards; says nothing about the payment
	Made      time.Time // when our row was; every try derives the same end of the checkout from it
}

// Checkout is where the member pays.
type Checkout struct {
	ID  string // the provider's
	URL string // empty where there is no page to open
}

// Handle is what is known of a payment when its provider is asked.
type Handle struct {
	Reference string
	Checkout  string
	Charge    string
}

// RefundOrder asks for money back.
type RefundOrder struct {
	Key    string // the same for every try of one refund
	Charge string
	Amount Money
	Whole  bool     // all of what was paid
	Member MemberID // whose money it is; Telegram needs it
}

// Callback is what arrived over HTTP, untouched.
type Callback struct {
	Header map[string][]string // canonical names
	Body   []byte
}

// Event is a verified callback.
type Event struct {
	ID     string // the provider's, the same in each of its retries
	Kind   string // the provider's word
	Report Report // without State it says nothing that we act on
}

// Report is what a provider says of one payment. It is a hint: it may be late, doubled or out of order.
type Report struct {
	Reference string // ours, as the provider repeats it; empty where it is not about a payment of ours
	Checkout  string
	Charge    string   // the provider's id of the money
	Payer     MemberID // where the provider tells; else 0
	State     PaymentState
	Amount    Money // authorized or captured
	Refunded  int64 // in all, in the unit of Amount
}

// Errors of gateways.
var (
	// ErrForged is a callback whose signature is missing, wrong or not of now.
	ErrForged = fault.New(fault.Invalid, "callback_signature", "The signature of this callback is missing, wrong or out of time.")
	// ErrCallback is a callback with a good signature and a body that cannot be read.
	ErrCallback = fault.New(fault.Invalid, "callback_body", "The body of this callback cannot be read.")
	// ErrNoGateway is a provider that is not set up here.
	ErrNoGateway = fault.New(fault.NotFound, "no_gateway", "That way of paying is not set up here.")
	// ErrGateway is a gateway that does not answer, or not as agreed. It is unknown whether the call had its effect.
	ErrGateway = fault.New(fault.Unavailable, "gateway_down", "The payment service does not answer right now; try again in a minute.")
	// ErrNothingToAsk is a payment of which the provider knows nothing, or a provider that answers no questions.
	ErrNothingToAsk = fault.New(fault.NotFound, "gateway_unknown", "The payment service knows nothing of this payment.")
	// ErrByHand is a refund that a person makes.
	ErrByHand = fault.New(fault.Conflict, "refund_by_hand", "This money has to be given back by hand.")
	// ErrRefundRefused is a refund that the provider will not make.
	ErrRefundRefused = fault.New(fault.Conflict, "refund_refused", "The payment service refuses this refund.")
)
