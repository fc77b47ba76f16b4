package booking_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/booking/gateway"
	"pavilion/internal/secret"
	sandbox "pavilion/sandbox/gateway"
	"pavilion/storage"
)

const (
	gatewayKey   = "sandbox-api-key-0123456789"
	gatewayKeyID = "rzp_test_0123456789"
	hookSecret   = "webhook-secret-for-the-tests"
)

// paymentClub is a club that takes payments online, with a simulated payment service behind real HTTP.
type paymentClub struct {
	returnTo string // the return page; empty: the usual one
	*bundle
	sandbox  *sandbox.Gateway
	gateways map[booking.Provider]booking.Gateway
	stars    *starRefunds
	messages *recordingMessenger
	alerts   *alertLog
	invoices *invoiceLog
}

// starRefunds stands for Telegram's refunds of stars.
type starRefunds struct {
	mu      sync.Mutex
	counts  map[string]int
	refuses int // the next calls that are refused
}

func (s *starRefunds) RefundStars(_ context.Context, _ int64, charge string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses > 0 {
		s.refuses--
		return booking.ErrRefundRefused
	}
	s.counts[charge]++
	return nil
}

// refuse makes the next calls fail.
func (s *starRefunds) refuse(tries int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuses = tries
}

// refunded counts the refunds of each charge.
func (s *starRefunds) refunded() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}

// invoiceLog records the posted invoices.
type invoiceLog struct {
	mu     sync.Mutex
	shown  []booking.Invoice
	linked []booking.Invoice // behind links
	within []time.Duration   // until the deadline of each link; negative without one
	making func()            // runs while a link is made; may be nil
}

func (b *invoiceLog) PostInvoice(_ context.Context, i booking.Invoice) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shown = append(b.shown, i)
	return nil
}

// InvoiceLink names the invoice's payment in the link, and counts the links.
func (b *invoiceLog) InvoiceLink(ctx context.Context, i booking.Invoice) (string, error) {
	if b.making != nil {
		b.making()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	within := time.Duration(-1)
	if end, ok := ctx.Deadline(); ok {
		within = time.Until(end)
	}
	b.within = append(b.within, within)
	b.linked = append(b.linked, i)
	return fmt.Sprintf("https://t.me/$link%d", len(b.linked)), nil
}

// deadlines lists how long each link could take.
func (b *invoiceLog) deadlines() []time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.within)
}

// linksOf lists the invoices of a member behind links.
func (b *invoiceLog) linksOf(who booking.Actor) (all []booking.Invoice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range b.linked {
		if i.Member == who.ID {
			all = append(all, i)
		}
	}
	return all
}

// sentTo lists the invoices of a member.
func (b *invoiceLog) sentTo(who booking.Actor) (all []booking.Invoice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range b.shown {
		if i.Member == who.ID {
			all = append(all, i)
		}
	}
	return all
}

// alertLog records the alerts.
type alertLog struct {
	mu   sync.Mutex
	rung []booking.Review
}

func (a *alertLog) Alert(_ context.Context, r booking.Review) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rung = append(a.rung, r)
	return nil
}

// newPaymentClub makes a club that takes payments online, its payment service, and a receiver that stores callbacks as the server does. Jobs run once work is
// called.
func newPaymentClub(t *testing.T, currency string) *paymentClub {
	t.Helper()
	l := &paymentClub{bundle: newClub(t, "UTC", easy()), stars: &starRefunds{counts: map[string]int{}}, messages: &recordingMessenger{got: make(chan struct{}, 10_000)}, alerts: &alertLog{}, invoices: &invoiceLog{}}
	_, err := l.db.Exec(t.Context(), `UPDATE club SET pays_online = true, currency = $1`, currency)
	l.must(err)
	if l.sandbox, err = sandbox.Start(sandbox.Options{Key: gatewayKey, KeyID: gatewayKeyID, Retry: 20 * time.Millisecond, Tries: 200, Now: l.now}); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 20}, Timeout: 10 * time.Second}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := l.sandbox.Close(); err != nil {
			t.Error(err)
		}
	})
	key, secrets := secret.New(gatewayKey), gateway.Secrets{secret.New(hookSecret)}
	gateways := map[booking.Provider]booking.Gateway{booking.Desk: gateway.DeskGateway{}, booking.Telegram: gateway.NewTelegram(nil), booking.Stars: gateway.NewTelegram(l.stars)}
	gateways[booking.Stripe], err = gateway.NewStripe(gateway.StripeOptions{Key: key, Secrets: secrets, URL: l.sandbox.URL(), Client: client, Now: time.Now})
	l.must(err)
	gateways[booking.Razorpay], err = gateway.NewRazorpay(gateway.RazorpayOptions{KeyID: gatewayKeyID, Key: key, Secrets: secrets, URL: l.sandbox.URL(), Client: client})
	l.must(err)
	gateways[booking.Sandbox], err = gateway.NewSandbox(gateway.SandboxOptions{Key: key, Secrets: secrets, URL: l.sandbox.URL(), Client: client, Now: time.Now})
	l.must(err)
	l.gateways = gateways
	l.Service = l.serviceWith(gateways)
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		var failed string
		err := l.db.QueryRow(context.Background(), `SELECT coalesce(string_agg(kind || ' ' || state || ' ' || (errors[array_length(errors, 1)] ->> 'error'), E'\n'), '') FROM river_job WHERE errors IS NOT NULL`).Scan(&failed)
		t.Log(failed, err)
	})
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		provider := booking.Provider(r.URL.Path[1:])
		var event booking.Event
		if err == nil {
			event, err = l.VerifyCallback(provider, booking.Callback{Header: r.Header, Body: body})
		}
		if err == nil {
			err = l.StoreEvent(r.Context(), provider, event, body)
		}
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	t.Cleanup(receiver.Close)
	for _, d := range []sandbox.Dialect{sandbox.Native, sandbox.Stripe, sandbox.Razorpay} {
		l.sandbox.Direct(d, receiver.URL+"/"+string(d), hookSecret)
	}
	return l
}

// serviceWith makes a service with some gateways.
func (l *paymentClub) serviceWith(gateways map[booking.Provider]booking.Gateway) *booking.Service {
	l.t.Helper()
	s, err := booking.New(booking.Options{
		DB: l.db, Logger: slog.New(slog.DiscardHandler), LockWait: 20 * time.Second, ConnWait: 20 * time.Second,
		Payments: booking.PaymentOptions{Gateways: gateways, ReturnURL: func(context.Context) string { return cmp.Or(l.returnTo, "https://club.example/paid") }, PayloadKey: secret.New("payload-key-for-the-tests"), StarPrice: map[string]int64{"INR": 150}},
	})
	l.must(err)
	return s
}

// now reads the database's clock, which the payment service uses too.
func (l *paymentClub) now() (at time.Time) {
	if err := l.db.QueryRow(context.Background(), `SELECT booking_clock()`).Scan(&at); err != nil {
		l.t.Error(err)
	}
	return at
}

// work runs the jobs until the test ends.
func (l *paymentClub) work() {
	l.t.Helper()
	pool, err := storage.OpenPostgres(context.WithoutCancel(l.t.Context()), storage.PostgresOptions{URL: secret.New(l.url)})
	l.must(err)
	w, err := booking.NewWorker(l.Service, booking.WorkerOptions{DB: pool, Queues: []booking.Queue{booking.JobQueue, booking.ChatQueue}, Telegram: l.messages, Alerter: l.alerts, Invoices: l.invoices, Logger: slog.New(slog.DiscardHandler), Sweep: time.Hour})
	l.must(err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(l.t.Context()))
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	l.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			l.t.Error(err)
		}
		pool.Close()
	})
}

// waitSettled waits until all callbacks have arrived and all jobs about money are done.
func (l *paymentClub) waitSettled() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 15*time.Second)
	defer cancel()
	l.must(l.sandbox.Settled(ctx))
	l.waitUntil(`SELECT NOT EXISTS (SELECT FROM payment_event WHERE applied_at IS NULL AND reference <> '')
		AND NOT EXISTS (SELECT FROM refund WHERE state = 'pending' AND NOT by_hand)
		AND NOT EXISTS (SELECT FROM river_job WHERE kind IN ('booking_deliver', 'booking_deliver_closed', 'booking_alert', 'booking_refund', 'booking_invoice', 'booking_invoice_link', 'booking_close_page') AND state IN ('available', 'running', 'retryable', 'scheduled'))`)
}

// hold holds net 1 at ten o'clock on the third of June.
func (l *paymentClub) hold(who booking.Actor) booking.Booking {
	l.t.Helper()
	return l.held(who, l.want("2026-06-03T10:00:00Z", time.Hour, 1))
}

// checkout creates a payment with a page.
func (l *paymentClub) checkout(who booking.Actor, b booking.Booking, provider booking.Provider) booking.Payment {
	l.t.Helper()
	p, err := l.Pay(l.t.Context(), who, booking.PayRequest{Booking: b.ID, Provider: provider, Title: "Net 1"})
	l.must(err)
	if p.URL == "" || p.Checkout == "" || p.State != booking.Created {
		l.t.Fatalf("no page to pay on: %+v", p)
	}
	return p
}

// paid makes a booking that was paid at the gateway.
func (l *paymentClub) paid(who booking.Actor, provider booking.Provider) (booking.Booking, booking.Payment) {
	l.t.Helper()
	b := l.hold(who)
	p := l.checkout(who, b, provider)
	l.must(l.sandbox.Pay(p.Checkout))
	l.waitSettled()
	l.waitUntil(`SELECT NOT EXISTS (SELECT FROM payment_event WHERE applied_at IS NULL)`) // also those without our reference
	l.wantState(b.ID, booking.Confirmed)
	return b, l.payment(p.ID)
}

func (l *paymentClub) payment(id booking.PaymentID) booking.Payment {
	l.t.Helper()
	list, err := l.Payments(l.t.Context(), boss(), booking.ID(one[int64](l.bundle, `SELECT booking_id FROM payment WHERE id = $1`, id)))
	l.must(err)
	for _, p := range list {
		if p.ID == id {
			return p
		}
	}
	l.t.Fatalf("payment %d is gone", id)
	return booking.Payment{}
}

// wantState checks the state of a booking.
func (l *paymentClub) wantState(id booking.ID, want booking.State) {
	l.t.Helper()
	if got := one[string](l.bundle, `SELECT state FROM booking WHERE id = $1`, id); got != string(want) {
		l.t.Errorf("booking %d is %s, want %s", id, got, want)
	}
}

// notices counts a member's notifications by kind.
func (l *paymentClub) notices(who booking.Actor) map[string]int {
	l.messages.mu.Lock()
	defer l.messages.mu.Unlock()
	kinds := map[string]int{}
	for _, n := range l.messages.sent {
		if n.Member == who.ID {
			kinds[n.Kind]++
		}
	}
	return kinds
}

// alertsByReason counts the alerts by reason.
func (l *paymentClub) alertsByReason() map[booking.ReviewReason]int {
	l.alerts.mu.Lock()
	defer l.alerts.mu.Unlock()
	reasons := map[booking.ReviewReason]int{}
	for _, r := range l.alerts.rung {
		reasons[r.Reason]++
	}
	return reasons
}

// balance is the balance of an account in the ledger.
func (l *paymentClub) balance(account string) int64 {
	l.t.Helper()
	return one[int64](l.bundle, `SELECT coalesce(sum(minor), 0)::bigint FROM ledger WHERE account = $1`, account)
}
