package booking_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
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

// till is a club that is paid, with a payment service on the other end of real HTTP.
type till struct {
	*bundle
	sandbox  *sandbox.Gateway
	gateways map[booking.Provider]booking.Gateway
	stars    *starBank
	said     *inboxOf
	alerts   *alarms
	bills    *billboard
}

// starBank is Telegram's part in giving stars back.
type starBank struct {
	mu      sync.Mutex
	back    map[string]int
	refuses int // so many more tries
}

func (s *starBank) RefundStars(_ context.Context, _ int64, charge string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses > 0 {
		s.refuses--
		return booking.ErrRefundRefused
	}
	s.back[charge]++
	return nil
}

// refuse has the next tries refused.
func (s *starBank) refuse(tries int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuses = tries
}

// gaveBack counts how often each charge went back.
func (s *starBank) gaveBack() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.back)
}

// billboard keeps the invoices that were shown.
type billboard struct {
	mu    sync.Mutex
	shown []booking.Invoice
}

func (b *billboard) PostInvoice(_ context.Context, i booking.Invoice) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.shown = append(b.shown, i)
	return nil
}

// list is what a member can see.
func (b *billboard) list(who booking.Actor) (all []booking.Invoice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range b.shown {
		if i.Member == who.ID {
			all = append(all, i)
		}
	}
	return all
}

// alarms keeps what staff are told.
type alarms struct {
	mu   sync.Mutex
	rung []booking.Review
}

func (a *alarms) Alert(_ context.Context, r booking.Review) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rung = append(a.rung, r)
	return nil
}

// newTill makes a club that takes money online, a gateway, and a receiver that keeps its callbacks as the server does. Jobs run once work is
// called.
func newTill(t *testing.T, currency string) *till {
	t.Helper()
	l := &till{bundle: newClub(t, "UTC", easy()), stars: &starBank{back: map[string]int{}}, said: &inboxOf{got: make(chan struct{}, 10_000)}, alerts: &alarms{}, bills: &billboard{}}
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
			err = l.KeepEvent(r.Context(), provider, event, body)
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

// serviceWith is a service that takes money through some gateways.
func (l *till) serviceWith(gateways map[booking.Provider]booking.Gateway) *booking.Service {
	l.t.Helper()
	s, err := booking.New(booking.Options{
		DB: l.db, Logger: slog.New(slog.DiscardHandler), LockWait: 20 * time.Second, ConnWait: 20 * time.Second,
		Payments: booking.PaymentOptions{Gateways: gateways, ReturnURL: "https://club.example/paid", PayloadKey: secret.New("payload-key-for-the-tests"), StarPrice: map[string]int64{"INR": 150}},
	})
	l.must(err)
	return s
}

// now is what the database's clock says; the gateway goes by it too.
func (l *till) now() (at time.Time) {
	if err := l.db.QueryRow(context.Background(), `SELECT booking_clock()`).Scan(&at); err != nil {
		l.t.Error(err)
	}
	return at
}

// work runs the jobs until the test ends.
func (l *till) work() {
	l.t.Helper()
	pool, err := storage.OpenPostgres(context.WithoutCancel(l.t.Context()), storage.PostgresOptions{URL: secret.New(l.url)})
	l.must(err)
	w, err := booking.NewWorker(l.Service, booking.WorkerOptions{DB: pool, Queues: []booking.Queue{booking.JobQueue, booking.ChatQueue}, Telegram: l.said, Alerter: l.alerts, Invoices: l.bills, Logger: slog.New(slog.DiscardHandler), Sweep: time.Hour})
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

// settled waits until every callback has arrived and every job about money is done.
func (l *till) settled() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), 15*time.Second)
	defer cancel()
	l.must(l.sandbox.Settled(ctx))
	l.until(`SELECT NOT EXISTS (SELECT FROM payment_event WHERE applied_at IS NULL AND reference <> '')
		AND NOT EXISTS (SELECT FROM refund WHERE state = 'pending' AND NOT by_hand)
		AND NOT EXISTS (SELECT FROM river_job WHERE kind IN ('booking_deliver', 'booking_alert', 'booking_refund', 'booking_invoice') AND state IN ('available', 'running', 'retryable', 'scheduled'))`)
}

// hold takes net 1 at ten o'clock on the third of June.
func (l *till) hold(who booking.Actor) booking.Booking {
	l.t.Helper()
	return l.held(who, l.want("2026-06-03T10:00:00Z", time.Hour, 1))
}

// checkout makes a payment with a page.
func (l *till) checkout(who booking.Actor, b booking.Booking, provider booking.Provider) booking.Payment {
	l.t.Helper()
	p, err := l.Pay(l.t.Context(), who, booking.PayRequest{Booking: b.ID, Provider: provider, Title: "Net 1"})
	l.must(err)
	if p.URL == "" || p.Checkout == "" || p.State != booking.Created {
		l.t.Fatalf("no page to pay on: %+v", p)
	}
	return p
}

// paid is a booking that was paid for at the gateway.
func (l *till) paid(who booking.Actor, provider booking.Provider) (booking.Booking, booking.Payment) {
	l.t.Helper()
	b := l.hold(who)
	p := l.checkout(who, b, provider)
	l.must(l.sandbox.Pay(p.Checkout))
	l.settled()
	l.until(`SELECT NOT EXISTS (SELECT FROM payment_event WHERE applied_at IS NULL)`) // also those without our reference
	l.is(b.ID, booking.Confirmed)
	return b, l.payment(p.ID)
}

func (l *till) payment(id booking.PaymentID) booking.Payment {
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

// is checks the state of a booking.
func (l *till) is(id booking.ID, want booking.State) {
	l.t.Helper()
	if got := one[string](l.bundle, `SELECT state FROM booking WHERE id = $1`, id); got != string(want) {
		l.t.Errorf("booking %d is %s, want %s", id, got, want)
	}
}

// told counts what a member was told, by kind.
func (l *till) told(who booking.Actor) map[string]int {
	l.said.mu.Lock()
	defer l.said.mu.Unlock()
	kinds := map[string]int{}
	for _, n := range l.said.sent {
		if n.Member == who.ID {
			kinds[n.Kind]++
		}
	}
	return kinds
}

// rung counts what staff were told, by reason.
func (l *till) rung() map[booking.ReviewReason]int {
	l.alerts.mu.Lock()
	defer l.alerts.mu.Unlock()
	reasons := map[booking.ReviewReason]int{}
	for _, r := range l.alerts.rung {
		reasons[r.Reason]++
	}
	return reasons
}

// balance is what the ledger says of an account.
func (l *till) balance(account string) int64 {
	l.t.Helper()
	return one[int64](l.bundle, `SELECT coalesce(sum(minor), 0)::bigint FROM ledger WHERE account = $1`, account)
}
