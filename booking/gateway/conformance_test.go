package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pavilion/booking"
	"pavilion/internal/secret"
	sandbox "pavilion/sandbox/gateway"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	apiKey     = "sandbox-api-key-0123456789"
	keyID      = "rzp_test_0123456789"
	oldSecret  = "webhook-secret-of-yesterday"
	newSecret  = "webhook-secret-of-today"
	someSecret = "webhook-secret-of-a-stranger"
)

// provider is one gateway under test.
type provider struct {
	name    booking.Provider
	dialect sandbox.Dialect
	header  string
	timed   bool // its signature has a time
	make    func(url string, client *http.Client, now func() time.Time) (booking.Gateway, error)
}

func providers() []provider {
	key, both := secret.New(apiKey), Secrets{secret.New(newSecret), secret.New(oldSecret)}
	return []provider{
		{booking.Stripe, sandbox.Stripe, "Stripe-Signature", true, func(url string, client *http.Client, now func() time.Time) (booking.Gateway, error) {
			return NewStripe(StripeOptions{Key: key, Secrets: both, URL: url, Client: client, Now: now})
		}},
		{booking.Razorpay, sandbox.Razorpay, "X-Razorpay-Signature", false, func(url string, client *http.Client, _ func() time.Time) (booking.Gateway, error) {
			return NewRazorpay(RazorpayOptions{KeyID: keyID, Key: key, Secrets: both, URL: url, Client: client})
		}},
		{booking.Sandbox, sandbox.Native, "Sandbox-Signature", true, func(url string, client *http.Client, now func() time.Time) (booking.Gateway, error) {
			return NewSandbox(SandboxOptions{Key: key, Secrets: both, URL: url, Client: client, Now: now})
		}},
	}
}

// bundle is a gateway, the simulated provider behind it, and the callbacks received so far.
type bundle struct {
	booking.Gateway
	provider
	t       *testing.T
	sandbox *sandbox.Gateway
	inbox   chan booking.Callback
	made    time.Time
}

func setup(t *testing.T, p provider) *bundle {
	t.Helper()
	b := &bundle{provider: p, t: t, inbox: make(chan booking.Callback, 64), made: time.Now()}
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		b.inbox <- booking.Callback{Header: r.Header, Body: body}
	}))
	t.Cleanup(receiver.Close)
	var err error
	b.sandbox, err = sandbox.Start(sandbox.Options{
		Key: apiKey, KeyID: keyID, Callbacks: map[sandbox.Dialect]string{p.dialect: receiver.URL}, Secrets: map[sandbox.Dialect]string{p.dialect: newSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := b.sandbox.Close(); err != nil {
			t.Error(err)
		}
	})
	if b.Gateway, err = p.make(b.sandbox.URL(), client, time.Now); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bundle) request(reference string, amount booking.Money) booking.CheckoutRequest {
	return booking.CheckoutRequest{Reference: reference, Amount: amount, Title: "Net 1, Monday 18:00", ReturnURL: "https://club.example/paid", Made: b.made}
}

// reports verifies all callbacks received so far.
func (b *bundle) reports() []booking.Report {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 10*time.Second)
	defer cancel()
	if err := b.sandbox.Settled(ctx); err != nil {
		b.t.Fatal(err)
	}
	var list []booking.Report
	for len(b.inbox) > 0 {
		e, err := b.Verify(<-b.inbox)
		if err != nil {
			b.t.Fatal(err)
		}
		if e.ID == "" || e.Kind == "" {
			b.t.Errorf("an event without a name: %+v", e)
		}
		list = append(list, e.Report)
	}
	return list
}

func inr(minor int64) booking.Money { return booking.Money{Minor: minor, Currency: "INR"} }

// TestConformance runs one suite over every provider with an API and callbacks.
func TestConformance(t *testing.T) {
	t.Parallel()
	for _, p := range providers() {
		t.Run(string(p.name), func(t *testing.T) {
			t.Parallel()
			for name, test := range map[string]func(b *bundle){
				"create is idempotent": createTwice, "paid": paid, "amounts": amounts, "declined, then paid": declined, "refunds": refunds, "gateway down": down,
				"lost answers": lostAnswers, "closed page": closedPage, "unknown": unknown, "signatures": signatures,
			} {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					test(setup(t, p))
				})
			}
		})
	}
}

func createTwice(b *bundle) {
	ctx := b.t.Context()
	first, err := b.Create(ctx, b.request("ref-1", inr(100000)))
	if err != nil || first.ID == "" || first.URL == "" {
		b.t.Fatalf("%+v %v", first, err)
	}
	again, err := b.Create(ctx, b.request("ref-1", inr(100000)))
	if err != nil || again != first {
		b.t.Errorf("the same reference again: %+v, first %+v, %v", again, first, err)
	}
	if _, err := b.Create(ctx, b.request("ref-1", inr(1))); err == nil {
		b.t.Error("the same reference for another amount was taken")
	}
	other, err := b.Create(ctx, b.request("ref-2", inr(100000)))
	if err != nil || other.ID == first.ID {
		b.t.Errorf("another reference: %+v %v", other, err)
	}
	if n := len(b.sandbox.Payments()); n != 2 {
		b.t.Errorf("%d checkouts, want 2", n)
	}
}

func paid(b *bundle) {
	ctx := b.t.Context()
	made, err := b.Create(ctx, b.request("ref-1", inr(1999)))
	if err != nil {
		b.t.Fatal(err)
	}
	known := booking.Handle{Reference: "ref-1", Checkout: made.ID}
	want := booking.Report{Reference: "ref-1", Checkout: made.ID, State: booking.Created, Amount: inr(1999)}
	if got, err := b.Fetch(ctx, known); err != nil || got != want {
		b.t.Errorf("before: %+v %v", got, err)
	}
	if err := b.sandbox.Pay(made.ID); err != nil {
		b.t.Fatal(err)
	}
	p, _ := b.sandbox.Payment(made.ID)
	want.State, want.Charge = booking.Captured, p.Charge
	if got, err := b.Fetch(ctx, known); err != nil || got != want {
		b.t.Errorf("after: %+v %v, want %+v", got, err, want)
	}
	captured, authorized := 0, 0
	for _, r := range b.reports() {
		if r.Reference != "" && r.Reference != "ref-1" || r.Checkout != "" && r.Checkout != made.ID || r.Charge != p.Charge || r.Amount != inr(1999) || r.Refunded != 0 {
			b.t.Errorf("a callback says %+v", r)
		}
		switch r.State {
		case booking.Captured:
			captured++
		case booking.Authorized:
			authorized++
		default:
			b.t.Errorf("a callback says %s", r.State)
		}
	}
	if captured == 0 || authorized == 0 {
		b.t.Errorf("%d callbacks of a capture, %d of an authorization", captured, authorized)
	}
}

func amounts(b *bundle) {
	for i, m := range []booking.Money{inr(1999), inr(29), inr(435), {Minor: 1999, Currency: "JPY"}, {Minor: 19990, Currency: "KWD"}, {Minor: 4, Currency: "RSD"}, {Minor: 500, Currency: "ISK"}} {
		reference := "ref-" + string(rune('a'+i))
		made, err := b.Create(b.t.Context(), b.request(reference, m))
		if err != nil {
			b.t.Errorf("%s: %v", m, err)
			continue
		}
		if err := b.sandbox.Pay(made.ID); err != nil {
			b.t.Fatal(err)
		}
		got, err := b.Fetch(b.t.Context(), booking.Handle{Reference: reference, Checkout: made.ID})
		if err != nil || got.Amount != m {
			b.t.Errorf("%s came back as %s, %v", m, got.Amount, err)
		}
	}
	for _, r := range b.reports() {
		if r.Amount.Minor <= 0 {
			b.t.Errorf("a callback of %s", r.Amount)
		}
	}
	krona := int64(500)
	if b.name == booking.Stripe {
		krona = 50000
	}
	for currency, want := range map[string]int64{"JPY": 1999, "KWD": 19990, "RSD": 400, "INR": 1999, "ISK": krona} {
		found := false
		for _, p := range b.sandbox.Payments() {
			found = found || p.Currency == currency && p.Amount == want
		}
		if !found {
			b.t.Errorf("no checkout of %d smallest units of %s: a hundred times too much or too little", want, currency)
		}
	}
	// Cards cannot pay a thousandth of a dinar. A zero amount and an unknown currency are refused everywhere.
	for _, m := range []booking.Money{{Minor: 19991, Currency: "KWD"}, inr(0), inr(-5), {Minor: 5, Currency: "QQQ"}} {
		if _, err := b.Create(b.t.Context(), b.request("ref-bad", m)); err == nil {
			b.t.Errorf("%d %s was taken", m.Minor, m.Currency)
		}
	}
}

func declined(b *bundle) {
	ctx := b.t.Context()
	made, err := b.Create(ctx, b.request("ref-1", inr(1999)))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.sandbox.Decline(made.ID); err != nil {
		b.t.Fatal(err)
	}
	if got, err := b.Fetch(ctx, booking.Handle{Reference: "ref-1", Checkout: made.ID}); err != nil || got.State != booking.Failed {
		b.t.Errorf("declined: %+v %v", got, err)
	}
	for _, r := range b.reports() {
		if r.State != booking.Failed {
			b.t.Errorf("a callback says %s", r.State)
		}
	}
	if err := b.sandbox.Authorise(made.ID); err != nil {
		b.t.Fatal(err)
	}
	if err := b.sandbox.Pay(made.ID); err != nil {
		b.t.Fatal(err)
	}
	if got, err := b.Fetch(ctx, booking.Handle{Reference: "ref-1", Checkout: made.ID}); err != nil || got.State != booking.Captured {
		b.t.Errorf("late: %+v %v", got, err)
	}
}

// charged makes a paid payment of 10.00.
func (b *bundle) charged() (known booking.Handle) {
	b.t.Helper()
	made, err := b.Create(b.t.Context(), b.request("ref-1", inr(1000)))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.sandbox.Pay(made.ID); err != nil {
		b.t.Fatal(err)
	}
	p, _ := b.sandbox.Payment(made.ID)
	b.reports()
	return booking.Handle{Reference: "ref-1", Checkout: made.ID, Charge: p.Charge}
}

func refunds(b *bundle) {
	ctx, known := b.t.Context(), b.charged()
	order := booking.RefundOrder{Key: "refund-key-1", Charge: known.Charge, Amount: inr(300)}
	first, err := b.Refund(ctx, order)
	if err != nil || first == "" {
		b.t.Fatalf("%q %v", first, err)
	}
	if again, err := b.Refund(ctx, order); err != nil || again != first {
		b.t.Errorf("the same key again: %q, first %q, %v", again, first, err)
	}
	b.sandbox.SetFaults(sandbox.Faults{ForgetKeys: true})
	if again, err := b.Refund(ctx, order); err != nil || again != first {
		b.t.Errorf("the same key days later: %q, first %q, %v", again, first, err)
	}
	if _, err := b.Refund(ctx, booking.RefundOrder{Key: "refund-key-2", Charge: known.Charge, Amount: inr(701)}); !errors.Is(err, booking.ErrRefundRefused) {
		b.t.Errorf("more than is left: %v", err)
	}
	if _, err := b.Refund(ctx, booking.RefundOrder{Key: "refund-key-3", Charge: known.Charge, Amount: inr(700)}); err != nil {
		b.t.Errorf("the rest: %v", err)
	}
	got, err := b.Fetch(ctx, known)
	if err != nil || got.State != booking.Captured || got.Amount != inr(1000) || got.Refunded != 1000 {
		b.t.Errorf("in the end: %+v %v", got, err)
	}
	most := int64(0)
	for _, r := range b.reports() {
		if r.State != booking.Captured || r.Amount != inr(1000) || r.Charge != known.Charge {
			b.t.Errorf("a callback says %+v", r)
		}
		most = max(most, r.Refunded)
	}
	if n := len(b.sandbox.Refunds(known.Charge)); n != 2 || most != 1000 {
		b.t.Errorf("%d refunds, callbacks of up to %d; want 2 and 1000", n, most)
	}
	if _, err := b.Refund(ctx, booking.RefundOrder{Key: "refund-key-4", Charge: "nonsense", Amount: inr(1)}); !errors.Is(err, booking.ErrRefundRefused) {
		b.t.Errorf("of an unknown charge: %v", err)
	}
}

func down(b *bundle) {
	ctx, known := b.t.Context(), b.charged()
	b.sandbox.SetFaults(sandbox.Faults{APIDown: true})
	if _, err := b.Create(ctx, b.request("ref-2", inr(1))); !errors.Is(err, booking.ErrGateway) {
		b.t.Errorf("create: %v", err)
	}
	if _, err := b.Fetch(ctx, known); !errors.Is(err, booking.ErrGateway) {
		b.t.Errorf("fetch: %v", err)
	}
	if _, err := b.Refund(ctx, booking.RefundOrder{Key: "refund-key-1", Charge: known.Charge, Amount: inr(1)}); !errors.Is(err, booking.ErrGateway) {
		b.t.Errorf("refund: %v", err)
	}
}

func lostAnswers(b *bundle) {
	ctx, known := b.t.Context(), b.charged()
	order := booking.RefundOrder{Key: "refund-key-1", Charge: known.Charge, Amount: inr(400)}
	for range 4 { // some client libraries retry by themselves
		b.sandbox.SetFaults(sandbox.Faults{LoseAnswers: 3})
		if _, err := b.Refund(ctx, order); err != nil && !errors.Is(err, booking.ErrGateway) {
			b.t.Errorf("a lost answer: %v", err)
		}
	}
	b.sandbox.SetFaults(sandbox.Faults{})
	if _, err := b.Refund(ctx, order); err != nil {
		b.t.Error(err)
	}
	if list := b.sandbox.Refunds(known.Charge); len(list) != 1 || list[0].Amount != 400 {
		b.t.Errorf("refunds %+v, want one of 400", list)
	}
}

// pageCloser is booking's, which declares it where it is used.
type pageCloser interface {
	ClosePage(ctx context.Context, checkout string) error
}

func closedPage(b *bundle) {
	ctx := b.t.Context()
	closer, ok := b.Gateway.(pageCloser)
	if !ok {
		b.t.Fatal("its pages cannot be closed")
	}
	made, err := b.Create(ctx, b.request("ref-1", inr(1000)))
	if err != nil {
		b.t.Fatal(err)
	}
	b.sandbox.SetFaults(sandbox.Faults{APIDown: true})
	if err := closer.ClosePage(ctx, made.ID); !errors.Is(err, booking.ErrGateway) {
		b.t.Errorf("while the gateway is down: %v", err)
	}
	b.sandbox.SetFaults(sandbox.Faults{LoseAnswers: 3})
	if err := closer.ClosePage(ctx, made.ID); err != nil && !errors.Is(err, booking.ErrGateway) {
		b.t.Errorf("a lost answer: %v", err)
	}
	b.sandbox.SetFaults(sandbox.Faults{})
	if err := closer.ClosePage(ctx, made.ID); err != nil {
		b.t.Errorf("closed already: %v", err)
	}
	if err := b.sandbox.Pay(made.ID); err == nil {
		b.t.Error("the closed page took a payment")
	}
	if got, err := b.Fetch(ctx, booking.Handle{Reference: "ref-1", Checkout: made.ID}); err != nil || got.State != booking.Failed {
		b.t.Errorf("closed: %+v %v", got, err)
	}
	for _, r := range b.reports() {
		if r.State != booking.Failed || r.Checkout != made.ID {
			b.t.Errorf("a callback says %+v", r)
		}
	}
	paid, err := b.Create(ctx, b.request("ref-2", inr(1000)))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.sandbox.Pay(paid.ID); err != nil {
		b.t.Fatal(err)
	}
	for _, id := range []string{paid.ID, "nonsense"} {
		if err := closer.ClosePage(ctx, id); err != nil {
			b.t.Errorf("nothing to close: %v", err)
		}
	}
}

func unknown(b *bundle) {
	if _, err := b.Fetch(b.t.Context(), booking.Handle{Reference: "ref-9", Checkout: "nonsense"}); !errors.Is(err, booking.ErrUnknownPayment) {
		b.t.Errorf("an unknown checkout: %v", err)
	}
	if _, err := b.Fetch(b.t.Context(), booking.Handle{Reference: "ref-9"}); !errors.Is(err, booking.ErrUnknownPayment) {
		b.t.Errorf("an unknown reference: %v", err)
	}
}
