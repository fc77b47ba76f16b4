package nets

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pavilion/booking"
	"pavilion/booking/gateway"
	"pavilion/internal/latency"
	"pavilion/internal/secret"
	sandbox "pavilion/sandbox/gateway"
	"pavilion/storage"
	"pavilion/web"
)

const (
	gatewayKey = "sandbox-api-key-0123456789"
	newHook    = "webhook-secret-of-today"
	oldHook    = "webhook-secret-of-yesterday"
	deadHook   = "webhook-secret-of-last-year"
)

// paymentBundle is a server that takes payments, and the sandbox gateway beside it.
type paymentBundle struct {
	*bundle
	sandbox *sandbox.Gateway
	club    testClub
	member  string
}

// setupPayments runs both, with the jobs, over a database of its own.
func setupPayments(t *testing.T, change func(w *wiring)) *paymentBundle {
	t.Helper()
	l := &paymentBundle{}
	var err error
	if l.sandbox, err = sandbox.Start(sandbox.Options{Key: gatewayKey, KeyID: "rzp", Retry: 20 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := l.sandbox.Close(); err != nil {
			t.Error(err)
		}
	})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	keys, hooks := secret.New(gatewayKey), gateway.Secrets{secret.New(newHook), secret.New(oldHook)}
	gateways := map[booking.Provider]booking.Gateway{booking.Desk: gateway.DeskGateway{}}
	gateways[booking.Stripe], err = gateway.NewStripe(gateway.StripeOptions{Key: keys, Secrets: hooks, URL: l.sandbox.URL(), Client: client, Now: time.Now})
	must(err)
	gateways[booking.Razorpay], err = gateway.NewRazorpay(gateway.RazorpayOptions{KeyID: "rzp", Key: keys, Secrets: hooks, URL: l.sandbox.URL(), Client: client})
	must(err)
	gateways[booking.Sandbox], err = gateway.NewSandbox(gateway.SandboxOptions{Key: keys, Secrets: hooks, URL: l.sandbox.URL(), Client: client, Now: time.Now})
	must(err)
	gateways[booking.Telegram] = gateway.NewTelegram(nil)
	name := fmt.Sprintf("pavilion_payments_%d", serial.Add(1))
	must(sql(t.Context(), shared, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, templateDB)))
	pool, err := storage.OpenPostgres(context.WithoutCancel(t.Context()), storage.PostgresOptions{URL: secret.New(databaseURL(shared, name)), MaxConns: 20})
	must(err)
	t.Cleanup(pool.Close)
	service, err := booking.New(booking.Options{
		DB: pool, Logger: slog.New(slog.DiscardHandler), LockWait: 20 * time.Second, ConnWait: 20 * time.Second,
		Payments: booking.PaymentOptions{Gateways: gateways, ReturnURL: func(context.Context) string { return "https://club.example/paid" }, PayloadKey: secret.New(testToken)},
	})
	must(err)
	worker, err := booking.NewWorker(service, booking.WorkerOptions{DB: pool, Logger: slog.New(slog.DiscardHandler), Sweep: time.Hour})
	must(err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	l.bundle = setupOn(t, databaseURL(shared, name), shared.RedisURL, func(w *wiring) {
		w.nets.Booking = service
		w.nets.Callbacks = Callbacks{Providers: []booking.Provider{booking.Stripe, booking.Razorpay, booking.Sandbox}, From: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Database: storage.NewIncarnation(pool, time.Now)}
		if change != nil {
			change(w)
		}
	})
	for _, d := range []sandbox.Dialect{sandbox.Native, sandbox.Stripe, sandbox.Razorpay} {
		l.sandbox.Direct(d, l.URL+callbackPath+string(d), newHook)
	}
	l.club = l.bundle.club(func(c *booking.Club) { c.Policy.PaysOnline = true })
	l.member = l.bundle.member()
	return l
}

// checkout holds a net and asks for a page to pay on.
func (l *paymentBundle) checkout(net int, provider string) (BookingBody, PaymentBody) {
	l.t.Helper()
	held := l.hold(l.member, l.club, l.club.slot("18:00", "19:00", l.club.nets[net]))
	return held, l.pay(held, provider)
}

func (l *paymentBundle) pay(held BookingBody, provider string) PaymentBody {
	l.t.Helper()
	a := l.Do(request{Method: http.MethodPost, Path: l.club.path("/bookings/%d/payments", held.ID), Token: l.member, Body: map[string]string{"provider": provider}})
	var p PaymentBody
	a.Into(l.t, &p)
	if a.Status != http.StatusOK {
		l.t.Fatalf("pay: %d %s", a.Status, a.Body)
	}
	return p
}

// call sends a callback as it is.
func (l *paymentBundle) call(provider string, header http.Header, body []byte) answer {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.URL+callbackPath+provider, bytes.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header = header
	res, err := l.Client.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read to the end
	data, err := io.ReadAll(res.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return answer{Status: res.StatusCode, Header: res.Header, Body: data}
}

// count counts rows.
func (l *paymentBundle) count(query string) (n int) {
	l.t.Helper()
	if err := l.db.QueryRow(l.t.Context(), query).Scan(&n); err != nil {
		l.t.Fatal(err)
	}
	return n
}

// waitForState waits until its member sees a booking in a state.
func (l *paymentBundle) waitForState(id int64, want string) BookingBody {
	l.t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var b BookingBody
		l.Do(request{Path: l.club.path("/bookings/%d", id), Token: l.member}).Into(l.t, &b)
		if b.State == want {
			return b
		}
		select {
		case <-deadline:
			l.t.Fatalf("booking %d is %s, want %s", id, b.State, want)
		case <-tick.C:
		}
	}
}

// healthy checks every rule about bookings and money.
func (l *paymentBundle) healthy() {
	l.t.Helper()
	findings, err := booking.Check(l.t.Context(), l.db)
	if err != nil {
		l.t.Fatal(err)
	}
	for _, f := range findings {
		l.t.Error(f)
	}
}

func TestCallback_FromTheHoldOverAClickToTheBooking(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"stripe", "razorpay", "sandbox"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			l := setupPayments(t, nil)
			held := l.hold(l.member, l.club, l.club.slot("18:00", "19:00", l.club.nets[0]))
			if a := l.act(l.member, l.club, held.ID, "confirm", nil); a.Status != http.StatusConflict || a.Problem(t).Type != "/problems/pay-first" {
				t.Errorf("confirmed by word: %d %s", a.Status, a.Body)
			}
			p := l.pay(held, provider)
			if again := l.pay(held, provider); again != p {
				t.Errorf("%+v, asked again %+v", p, again)
			}
			l.click(p.URL, "/pay")
			l.waitForState(held.ID, "confirmed")
			if p = l.pay(held, provider); p.State != "captured" {
				t.Errorf("asked again when paid: %+v", p)
			}
			boss := l.signIn(adminID)
			refund := request{Method: http.MethodPost, Path: l.club.path("/payments/%d/refunds", p.ID), Token: boss, Key: key(), Body: map[string]int{"amount_minor": 100, "seen_minor": 0}}
			if a := l.Do(refund); a.Status != http.StatusCreated {
				t.Errorf("refund: %d %s", a.Status, a.Body)
			}
			refund.Token, refund.Key = l.member, key()
			if a := l.Do(refund); a.Status != http.StatusForbidden {
				t.Errorf("a member gives money back: %d %s", a.Status, a.Body)
			}
			var reviews web.ListOf[ReviewBody]
			l.Do(request{Path: l.club.path("/reviews"), Token: boss}).Into(t, &reviews)
			var list web.ListOf[PaymentBody]
			l.Do(request{Path: l.club.path("/bookings/%d/payments", held.ID), Token: l.member}).Into(t, &list)
			if len(reviews.Items) != 0 || len(list.Items) != 1 || list.Items[0].Refunded.Minor != 100 {
				t.Errorf("%+v %+v", reviews, list)
			}
			if err := l.sandbox.Settled(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, d := range l.sandbox.Delivered() {
				if d.Status != http.StatusNoContent {
					t.Errorf("%s was answered %d", d.Kind, d.Status)
				}
			}
			l.healthy()
		})
	}
}

// click opens the checkout page and presses a button, as a person does.
func (l *paymentBundle) click(page, button string) {
	l.t.Helper()
	res, err := l.Client.Get(page) //nolint:noctx // a page on this machine
	if err != nil {
		l.t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err != nil || res.Body.Close() != nil || !strings.Contains(string(text), `action="`+mustPath(page)+button+`"`) {
		l.t.Fatalf("no such button: %s %v", text, err)
	}
	stay := http.Client{Transport: l.Client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if res, err = stay.Post(page+button, "", nil); err != nil { //nolint:noctx // as above
		l.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "https://club.example/paid" {
		l.t.Errorf("%d to %q", res.StatusCode, res.Header.Get("Location"))
	}
}

func mustPath(page string) string {
	u, err := url.Parse(page)
	if err != nil {
		panic(err)
	}
	return u.Path
}

func TestCallback_WhatIsForgedWritesNothing(t *testing.T) {
	t.Parallel()
	l := setupPayments(t, nil)
	now := time.Now()
	bodies := map[sandbox.Dialect][]byte{
		sandbox.Native: []byte(`{"id":"evt_1","type":"payment.captured","payment":{"id":"co_1","reference":"r","charge":"c","status":"captured","amount":1,"currency":"INR"}}`),
		sandbox.Stripe: []byte(`{"id":"evt_1","type":"charge.refunded","data":{"object":{"id":"ch_1"}}}`), sandbox.Razorpay: []byte(`{"event":"payment.captured","payload":{"payment":{"entity":{"id":"pay_1"}}}}`),
	}
	for d, body := range bodies {
		good := sandbox.Sign(d, newHook, "evt_1", body, now)
		refused := func(name string, want int, header http.Header, body []byte) {
			t.Helper()
			if a := l.call(string(d), header, body); a.Status != want {
				t.Errorf("%s, %s: %d %s, want %d", d, name, a.Status, a.Body, want)
			} else if a.Problem(t).Detail == "" {
				t.Errorf("%s, %s: %s", d, name, a.Body)
			}
		}
		for bit := range 8 {
			bent := bytes.Clone(body)
			bent[len(bent)/2] ^= 1 << bit
			refused("a bit flipped", http.StatusBadRequest, good, bent)
		}
		refused("written anew", http.StatusBadRequest, good, append(bytes.Clone(body), ' '))
		refused("no signature", http.StatusBadRequest, http.Header{}, body)
		refused("a secret that is over", http.StatusBadRequest, sandbox.Sign(d, deadHook, "evt_1", body, now), body)
		refused("ten megabytes", http.StatusRequestEntityTooLarge, good, bytes.Repeat(body, 10<<20/len(body)))
		if d != sandbox.Razorpay { // which does not sign the time
			refused("301 s old", http.StatusBadRequest, sandbox.Sign(d, newHook, "evt_1", body, now.Add(-302*time.Second)), body)
			refused("301 s ahead", http.StatusBadRequest, sandbox.Sign(d, newHook, "evt_1", body, time.Now().Add(330*time.Second)), body)
		}
	}
	if n := l.count(`SELECT (SELECT count(*) FROM payment_event) + (SELECT count(*) FROM river_job WHERE kind = 'booking_payment_event')`); n != 0 {
		t.Errorf("%d rows written", n)
	}
	if a := l.call("paypal", http.Header{}, nil); a.Status != http.StatusNotFound {
		t.Errorf("an unknown provider: %d", a.Status)
	}
	if strings.Contains(l.log.String(), "evt_1") || strings.Contains(l.log.String(), "v1=") {
		t.Error("the log holds what was sent")
	}
}

// incarnation is the name under which Redis remembers the test's database.
func (l *paymentBundle) incarnation() string {
	name, err := storage.NewIncarnation(l.db, time.Now).Name(context.Background())
	if err != nil {
		panic(err)
	}
	return name
}

func TestCallback_OldSecretsRollAndReplaysAreDropped(t *testing.T) {
	t.Parallel()
	l := setupPayments(t, nil)
	held, p := l.checkout(0, "razorpay")
	l.sandbox.Direct(sandbox.Razorpay, "", newHook)
	paid, ok := l.sandbox.Payment(strings.TrimPrefix(mustPath(p.URL), "/checkout/"))
	if !ok {
		t.Fatal("no such page")
	}
	body := fmt.Appendf(nil, `{"event":"payment_link.paid","payload":{"payment_link":{"entity":{"id":%q,"reference_id":%q,"status":"paid","amount":60000,"currency":"INR"}},"payment":{"entity":{"id":"pay_1","amount":60000,"currency":"INR","status":"captured","notes":[]}}}}`, paid.ID, paid.Reference)
	var running sync.WaitGroup
	for i := range 50 { // half of them with the secret that is being replaced
		running.Go(func() {
			hook := newHook
			if i%2 == 0 {
				hook = oldHook
			}
			if a := l.call("razorpay", sandbox.Sign(sandbox.Razorpay, hook, "event-1", body, time.Now()), body); a.Status != http.StatusNoContent {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	running.Wait()
	l.waitForState(held.ID, "confirmed")
	// A day later: Redis has forgotten the callback, and the unsigned id is another.
	if err := l.redis.Client().Del(t.Context(), callbackName(l.incarnation(), booking.Razorpay, booking.Event{ID: "event-1"}, body)).Err(); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"event-1", "event-2"} {
		if a := l.call("razorpay", sandbox.Sign(sandbox.Razorpay, newHook, id, body, time.Now()), body); a.Status != http.StatusNoContent {
			t.Errorf("a replay as %s: %d %s", id, a.Status, a.Body)
		}
	}
	if n := l.count(`SELECT count(*) FROM payment_event`); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
	// The replay under the id of a coming event does not hide that event.
	next := []byte(`{"event":"payment.authorized","payload":{"payment":{"entity":{"id":"pay_1","amount":60000,"currency":"INR","status":"authorized"}}}}`)
	l.call("razorpay", sandbox.Sign(sandbox.Razorpay, newHook, "event-3", body, time.Now()), body)
	l.call("razorpay", sandbox.Sign(sandbox.Razorpay, newHook, "event-3", next, time.Now()), next)
	if n := l.count(`SELECT count(*) FROM payment_event`); n != 2 {
		t.Errorf("%d events, want 2", n)
	}
	l.healthy()
}

func TestCallback_RedisFirstPostgresAlways(t *testing.T) {
	t.Parallel()
	l := setupPayments(t, nil)
	event := fmt.Sprintf("evt_hello_%d", serial.Add(1)) // tests share one Redis
	body := fmt.Appendf(nil, `{"id":%q,"type":"hello"}`, event)
	call := func() int {
		return l.call("sandbox", sandbox.Sign(sandbox.Native, newHook, "", body, time.Now()), body).Status
	}
	rename := func(from, to string) {
		t.Helper()
		if _, err := l.db.Exec(t.Context(), fmt.Sprintf(`ALTER TABLE %s RENAME TO %s`, from, to)); err != nil {
			t.Fatal(err)
		}
	}
	rename("payment_event", "payment_event_hidden")
	if got := call(); got != http.StatusInternalServerError {
		t.Errorf("nothing can be kept: %d, want 5xx so that the gateway calls again", got)
	}
	rename("payment_event_hidden", "payment_event")
	if got := call(); got != http.StatusNoContent {
		t.Errorf("the next try: %d", got)
	}
	if n := l.count(`SELECT count(*) FROM payment_event`); n != 1 {
		t.Fatalf("%d events: a try that failed counted as done", n)
	}
	rename("payment_event", "payment_event_hidden")
	if got := call(); got != http.StatusNoContent {
		t.Errorf("a repeat that Redis knows: %d", got)
	}
	if err := l.redis.Client().Del(t.Context(), callbackName(l.incarnation(), booking.Sandbox, booking.Event{ID: event}, body)).Err(); err != nil {
		t.Fatal(err)
	}
	if got := call(); got != http.StatusInternalServerError {
		t.Errorf("neither knows: %d", got)
	}
	rename("payment_event_hidden", "payment_event")
	if got := call(); got != http.StatusNoContent || l.count(`SELECT count(*) FROM payment_event`) != 1 {
		t.Errorf("a repeat that only Postgres knows: %d", got)
	}
}

// A restored database and its original may share one Redis. A callback that one of them has stored is new to the other.
func TestCallback_AnotherDatabaseDoesNotMakeARepeat(t *testing.T) {
	t.Parallel()
	event := fmt.Sprintf("evt_both_%d", serial.Add(1))
	body := fmt.Appendf(nil, `{"id":%q,"type":"hello"}`, event)
	for i, l := range []*paymentBundle{setupPayments(t, nil), setupPayments(t, nil)} {
		a := l.call("sandbox", sandbox.Sign(sandbox.Native, newHook, "", body, time.Now()), body)
		if n := l.count(`SELECT count(*) FROM payment_event`); a.Status != http.StatusNoContent || n != 1 {
			t.Errorf("database %d: answer %d, %d events, want 1", i, a.Status, n)
		}
	}
}

func TestCallback_OnlyFromWhereGatewaysCall(t *testing.T) {
	t.Parallel()
	l := setupPayments(t, func(w *wiring) {
		w.nets.Callbacks.From = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
		w.opts.Limits.AddressPerSecond = 2
	})
	body := fmt.Appendf(nil, `{"id":"evt_hello_%d","type":"hello"}`, serial.Add(1))
	from := func(address string) int {
		h := sandbox.Sign(sandbox.Native, newHook, "", body, time.Now())
		h.Set("X-Forwarded-For", address)
		return l.call("sandbox", h, body).Status
	}
	if got := from("198.51.100.7"); got != http.StatusForbidden {
		t.Errorf("from elsewhere: %d", got)
	}
	if got := from("203.0.113.9, 198.51.100.8"); got != http.StatusForbidden {
		t.Errorf("with an address that the caller itself claims: %d", got)
	}
	if n := l.count(`SELECT count(*) FROM payment_event`); n != 0 {
		t.Errorf("%d events", n)
	}
	for range 50 { // a burst is no attack
		if got := from("203.0.113.9"); got != http.StatusNoContent {
			t.Fatalf("a gateway: %d", got)
		}
	}
	turned := false
	for range 50 {
		turned = turned || from("198.51.100.9") == http.StatusTooManyRequests
	}
	if !turned {
		t.Error("an address that is no gateway's is never turned away")
	}
	server, err := web.New(web.Deps{Metrics: prometheus.NewRegistry(), Latency: latency.New(time.Now), Texts: texts(t)}, web.Options{Limits: generous(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	err = Add(server, web.NewAPI(server, nil, web.APIOptions{}), Options{Metrics: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler), Callbacks: Callbacks{Providers: []booking.Provider{booking.Stripe}}})
	if err == nil {
		t.Error("a server whose gateways may call from nowhere was built")
	}
}
