package gateway

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Dialect is the API with which a checkout was made.
type Dialect string

// The dialects.
const (
	Native   Dialect = "sandbox"
	Stripe   Dialect = "stripe"
	Razorpay Dialect = "razorpay"
)

// Options configure a gateway.
type Options struct {
	Key       string             // the API's bearer token, or the password of KeyID
	KeyID     string             // of the Razorpay dialect
	Callbacks map[Dialect]string // URL of each dialect's callbacks; empty means none
	Secrets   map[Dialect]string // the secrets that sign them
	Retry     time.Duration      // time between two tries of a callback; 0 means 200 ms
	Tries     int                // of one callback; 0 means 20
	Now       func() time.Time   // decides when a checkout expires; nil means time.Now
}

// Status is the state of a payment at the gateway.
type Status string

// The statuses.
const (
	Open       Status = "created"
	Failed     Status = "failed"
	Authorized Status = "authorized"
	Captured   Status = "captured"
)

// Payment is a checkout with its state. Amounts are in the smallest unit of the ISO 4217 currency.
type Payment struct {
	ID        string  `json:"id"`
	URL       string  `json:"url"`
	Reference string  `json:"reference"`
	Charge    string  `json:"charge"`
	Status    Status  `json:"status"`
	Amount    int64   `json:"amount"`
	Currency  string  `json:"currency"`
	Refunded  int64   `json:"refunded"`
	Title     string  `json:"title"`
	ReturnURL string  `json:"return_url"`
	Dialect   Dialect `json:"-"`

	closed bool // its page takes no payments
}

// Refund is a refund of a payment.
type Refund struct {
	ID     string            `json:"id"`
	Amount int64             `json:"amount"`
	Charge string            `json:"-"`
	Key    string            `json:"-"`
	Notes  map[string]string `json:"-"`
}

// Gateway is a running payment service.
type Gateway struct {
	opts   Options
	url    string
	server *http.Server
	client *http.Client
	done   sync.WaitGroup
	ctx    context.Context //nolint:containedctx // the gateway's life: callbacks outlive the calls that cause them
	stop   context.CancelFunc

	mu        sync.Mutex
	faults    Faults
	payments  map[string]*Payment // by id
	refunds   []Refund
	held      []delivery
	pending   int           // callbacks that are being sent
	idle      chan struct{} // closed when there are none
	delivered []Delivered
	calls     int
}

// Start starts a gateway on a local port.
func Start(o Options) (*Gateway, error) {
	if o.Retry == 0 {
		o.Retry = 200 * time.Millisecond
	}
	if o.Tries == 0 {
		o.Tries = 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("sandbox gateway: %w", err)
	}
	g := &Gateway{opts: o, url: "http://" + l.Addr().String(), payments: map[string]*Payment{}, idle: make(chan struct{}), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 10 * time.Second}}
	close(g.idle)
	g.ctx, g.stop = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	g.page(mux)
	g.native(mux)
	g.stripe(mux)
	g.razorpay(mux)
	g.control(mux)
	g.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	g.done.Go(func() { _ = g.server.Serve(l) }) // ends with Close
	return g, nil
}

// URL returns the address of the gateway, for all dialects.
func (g *Gateway) URL() string { return g.url }

// Direct changes the URL and the secret of a dialect's callbacks.
func (g *Gateway) Direct(d Dialect, url, secret string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	callbacks, secrets := map[Dialect]string{d: url}, map[Dialect]string{d: secret}
	for k, v := range g.opts.Callbacks {
		if k != d {
			callbacks[k] = v
		}
	}
	for k, v := range g.opts.Secrets {
		if k != d {
			secrets[k] = v
		}
	}
	g.opts.Callbacks, g.opts.Secrets = callbacks, secrets
}

// Close stops the server and all callbacks.
func (g *Gateway) Close() error {
	g.stop()
	err := g.server.Close()
	g.done.Wait()
	g.client.CloseIdleConnections()
	return err
}

// Payments returns all payments, in no order.
func (g *Gateway) Payments() []Payment {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []Payment
	for _, p := range g.payments {
		list = append(list, *p)
	}
	return list
}

// Payment returns a checkout by its id, its charge or its reference.
func (g *Gateway) Payment(name string) (Payment, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p := g.find(name); p != nil {
		return *p, true
	}
	return Payment{}, false
}

// Refunds returns the refunds of a charge.
func (g *Gateway) Refunds(charge string) []Refund {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []Refund
	for _, r := range g.refunds {
		if r.Charge == charge {
			list = append(list, r)
		}
	}
	return list
}

// Calls returns the number of requests to the API.
func (g *Gateway) Calls() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls
}

func (g *Gateway) find(name string) *Payment {
	if p := g.payments[name]; p != nil {
		return p
	}
	for _, p := range g.payments {
		if name != "" && (p.Charge == name || p.Reference == name) {
			return p
		}
	}
	return nil
}

// Errors of a payer's action or an API call.
var (
	errNone   = errors.New("there is no such payment")
	errClosed = errors.New("the payment is not in a state that allows this")
	errAmount = errors.New("that is more than is left of the payment")
	errReused = errors.New("that key was used for another request")
)

// create makes a checkout. A repeated reference of the same dialect returns the first checkout.
func (g *Gateway) create(d Dialect, prefix string, want Payment) (made Payment, again bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.payments {
		if p.Dialect == d && p.Reference == want.Reference {
			// Stripe refuses a repeated key with any other parameter.
			if p.Amount != want.Amount || p.Currency != want.Currency || d == Stripe && (p.Title != want.Title || p.ReturnURL != want.ReturnURL) {
				return *p, true, errReused
			}
			return *p, true, nil
		}
	}
	want.Dialect, want.ID, want.Status = d, prefix+rand.Text()[:16], Open
	want.URL = g.url + "/checkout/" + want.ID
	g.payments[want.ID] = &want
	return want, false, nil
}

// charge returns a new id of a charge in a dialect.
func (d Dialect) charge() string {
	switch d {
	case Stripe:
		return "pi_" + rand.Text()[:16]
	case Razorpay:
		return "pay_" + rand.Text()[:14]
	case Native:
	}
	return "ch_" + rand.Text()[:16]
}

// Pay authorizes and captures a payment, like the payer's click.
func (g *Gateway) Pay(name string) error { return g.pay(name, Captured, false, nil) }

// PayLate pays a checkout although its page may be closed, like a bank that was asked before and answers later.
func (g *Gateway) PayLate(name string) error { return g.pay(name, Captured, true, nil) }

// PayOther pays a wrong amount or currency.
func (g *Gateway) PayOther(name string, amount int64, currency string) error {
	return g.pay(name, Captured, false, func(p *Payment) { p.Amount, p.Currency = amount, currency })
}

// Authorise authorizes a payment, and Pay captures it later.
func (g *Gateway) Authorise(name string) error { return g.pay(name, Authorized, false, nil) }

func (g *Gateway) pay(name string, to Status, late bool, change func(p *Payment)) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.find(name)
	if p == nil {
		return errNone
	}
	if p.Status == Captured || p.Status == to || p.closed && !late {
		return errClosed
	}
	if change != nil {
		change(p)
	}
	if p.Charge == "" {
		p.Charge = p.Dialect.charge()
	}
	if p.Status != Authorized {
		p.Status = Authorized
		g.tell(*p, "authorized")
	}
	if to == Captured {
		p.Status = Captured
		g.tell(*p, "captured")
	}
	return nil
}

// close closes the page of a checkout without money. Of a closed page it returns errClosed, as Stripe and Razorpay refuse it.
func (g *Gateway) close(d Dialect, name string) (Payment, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.payments[name]
	switch {
	case p == nil || p.Dialect != d:
		return Payment{}, errNone
	case p.closed || p.Status != Open && p.Status != Failed:
		return Payment{}, errClosed
	}
	p.Status, p.closed = Failed, true
	g.tell(*p, "closed")
	return *p, nil
}

// Decline fails a payment. Pay may still follow, because a bank can accept a payment days later.
func (g *Gateway) Decline(name string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.find(name)
	switch {
	case p == nil:
		return errNone
	case p.Status != Open:
		return errClosed
	}
	p.Status = Failed
	g.tell(*p, "failed")
	return nil
}

// RefundOwn refunds a payment without a request, like the gateway's support staff.
func (g *Gateway) RefundOwn(name string, amount int64) error {
	_, err := g.refund(name, amount, "own-"+rand.Text(), nil)
	return err
}

// refund makes one refund for each key.
func (g *Gateway) refund(name string, amount int64, key string, notes map[string]string) (Refund, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := g.find(name)
	if p == nil {
		return Refund{}, errNone
	}
	for _, r := range g.refunds {
		if r.Key == key && (p.Dialect == Native || !g.faults.ForgetKeys) {
			if r.Charge != p.Charge || r.Amount != amount {
				return r, errReused
			}
			return r, nil
		}
	}
	switch {
	case p.Status != Captured:
		return Refund{}, errClosed
	case amount <= 0 || p.Refunded+amount > p.Amount:
		return Refund{}, errAmount
	}
	p.Refunded += amount
	r := Refund{ID: "re_" + rand.Text()[:16], Amount: amount, Charge: p.Charge, Key: key, Notes: notes}
	g.refunds = append(g.refunds, r)
	g.tell(*p, "refunded")
	return r, nil
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

// guard refuses API calls without the key, and all of them while APIDown is set.
func (g *Gateway) guard(login func(r *http.Request) bool, next func(w http.ResponseWriter, r *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		g.calls++
		f := g.faults
		if r.Method == http.MethodGet {
			f.LoseAnswers = 0
		}
		if f.LoseAnswers > 0 {
			g.faults.LoseAnswers--
		}
		g.mu.Unlock()
		switch {
		case f.APIDown:
			answer(w, http.StatusServiceUnavailable, map[string]any{"error": map[string]string{"message": "down"}})
		case !login(r):
			answer(w, http.StatusUnauthorized, map[string]any{"error": map[string]string{"message": "the key is wrong"}})
		case f.LoseAnswers > 0:
			next(&lost{http.Header{}}, r)
			panic(http.ErrAbortHandler) // the call took effect, and its answer is lost
		default:
			next(w, r)
		}
	}
}

// lost discards an answer.
type lost struct{ header http.Header }

// Header returns a map that is discarded.
func (l *lost) Header() http.Header { return l.header }

// Write discards the body.
func (l *lost) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader discards the status.
func (l *lost) WriteHeader(int) {}
