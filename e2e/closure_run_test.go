package e2e_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/miniapp"
)

const (
	rainNets   = 10
	rainPeople = 60
	rainEach   = 5 // bookings of each
	rainKills  = 20
)

// rain is a club with paid bookings on two days.
type rain struct {
	*nets

	chats [2]*driver.User // of the first two people
}

// openRain makes the bookings: each person takes some hours and pays for them at the gateway.
func openRain(t *testing.T) *rain {
	t.Helper()
	var names []string
	for i := range rainNets {
		names = append(names, fmt.Sprintf("Net %d", i+1))
	}
	r := &rain{nets: openNets(t, sandbox.Options{Gateway: true, Env: maps.Clone(lowLimits)}, names...)}
	r.ready(t)
	if err := r.club.Set(t.Context(), r.boss, map[string]any{"pays_online": true}); err != nil {
		t.Fatal(err)
	}
	for i := range r.chats {
		r.chats[i] = r.greeted(t, r.Members[i])
	}
	queue := make(chan int, rainPeople)
	for i := range rainPeople {
		queue <- i
	}
	close(queue)
	var booking sync.WaitGroup
	for range 6 {
		booking.Go(func() {
			for i := range queue {
				who := person(i)
				if i < len(r.chats) {
					who = r.Members[i]
				}
				app, err := miniapp.Open(t.Context(), r.base, sandbox.BotToken, who)
				if err != nil {
					t.Error(err)
					return
				}
				for k := range rainEach {
					if err := r.pays(t, app, i*rainEach+k); err != nil {
						t.Error(err)
					}
				}
				app.Close()
			}
		})
	}
	booking.Wait()
	until(t, "all is paid", func() bool {
		return r.count(t, `SELECT count(*) FROM booking WHERE state = 'confirmed'`) == rainPeople*rainEach
	})
	return r
}

// pays takes one of the hours and pays for it.
func (r *rain) pays(t *testing.T, app *miniapp.Client, i int) error {
	t.Helper()
	const hours = 16 // from six to ten in the evening
	day, net, hour := 7+i/hours/rainNets, i/hours%rainNets, 6+i%hours
	slot := miniapp.Slot(r.club.Day(day), fmt.Sprintf("%02d:00", hour), fmt.Sprintf("%02d:00", hour+1), r.club.Nets[net])
	payment, err := r.bill(t, app, slot)
	if err != nil {
		return err
	}
	return r.Gateway.Pay(payment)
}

// bill holds a time and returns the name of its payment at the gateway.
func (n *nets) bill(t *testing.T, app *miniapp.Client, slot map[string]any) (payment string, err error) {
	t.Helper()
	var b miniapp.Booking
	if err := app.Do(t.Context(), http.MethodPost, n.club.Path("/holds"), slot, http.StatusCreated, &b); err != nil {
		return "", err
	}
	var p struct {
		URL string `json:"url"`
	}
	if err := app.Do(t.Context(), http.MethodPost, n.club.Path("/bookings/%d/payments", b.ID), map[string]string{"provider": "sandbox"}, http.StatusOK, &p); err != nil {
		return "", err
	}
	return p.URL[strings.LastIndex(p.URL, "/")+1:], nil
}

// closes closes both days over the API, with the version of the preview, and returns the number of the run.
func (r *rain) closes(t *testing.T) int64 {
	t.Helper()
	start, end := r.club.Day(7)+"T06:00", r.club.Day(8)+"T22:00"
	var seen struct {
		Version          int64
		Bookings, People int
		Back             []struct {
			Provider string
			Payments int
			Amount   miniapp.Money
		}
	}
	query := url.Values{"start": {start}, "end": {end}}
	if err := r.boss.Get(t.Context(), r.club.Path("/closure-preview?")+query.Encode(), &seen); err != nil {
		t.Fatal(err)
	}
	charged := int64(r.count(t, `SELECT sum(received_minor) FROM payment`))
	if seen.Bookings != rainPeople*rainEach || seen.People != rainPeople || len(seen.Back) != 1 || seen.Back[0].Provider != "sandbox" || seen.Back[0].Amount.Minor != charged {
		t.Fatalf("the preview: %+v; %d were paid", seen, charged)
	}
	var run struct{ ID int64 }
	body := map[string]any{"start": start, "end": end, "reason": "Rain", "version": seen.Version}
	if err := r.boss.Do(t.Context(), http.MethodPost, r.club.Path("/closure-runs"), body, http.StatusCreated, &run); err != nil {
		t.Fatal(err)
	}
	return run.ID
}

// passTime lets two minutes pass for the queue and for the calls of the gateway that died.
func (r *rain) passTime(t *testing.T) {
	t.Helper()
	for _, sql := range []string{
		`UPDATE river_job SET state = 'available' WHERE state = 'running'`,
		`UPDATE refund SET tried_until = NULL`,
	} {
		if _, err := r.db.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// A closing of two days gives three hundred payments back. The server is killed twenty times while it writes, first cancellations, then refunds. Each
// booking is cancelled once, each payment is refunded once and in full, and each person is told once.
func TestClosureRun_ThreeHundredRefundsThroughTwentyKills(t *testing.T) {
	t.Parallel()
	r := openRain(t)
	r.SetEnv("PAVILION_ROLES", "http,worker")
	if err := r.Bot.Stop(); err != nil {
		t.Error(err)
	}
	r.serve(t)
	first := r.count(t, `SELECT min(id) FROM booking`)
	run := int64(0)
	for kill := range rainKills {
		const step = rainPeople * rainEach / (rainKills/2 + 1) // the last part remains for the time after the kills
		gate := "outcome"
		table, held := "closure_run_booking", fmt.Sprintf(`NEW.outcome IS NOT NULL AND NEW.booking_id > %d`, first+step*(kill+1))
		if kill >= rainKills/2 {
			gate = "refund"
			table, held = "refund", fmt.Sprintf(`NEW.state = 'done' AND NEW.id > %d`, step*(kill-rainKills/2+1))
		}
		turnstile := r.turnstile(t, table, held)
		if kill == 0 {
			run = r.closes(t)
			r.SetEnv("PAVILION_ROLES", "worker") // the next ones
		} else {
			r.passTime(t)
			p, err := r.Standby()
			if err != nil {
				t.Fatal(err)
			}
			r.Bot = p
		}
		until(t, fmt.Sprintf("a %s is held up, kill %d", gate, kill+1), func() bool { return turnstile.waiting() > 0 })
		r.Bot.Kill()
		turnstile.open()
	}
	done := r.count(t, `SELECT count(*) FROM refund WHERE state = 'done'`)
	t.Logf("%d refunds were done before the last kill", done)
	if done == 0 || done == rainPeople*rainEach {
		t.Errorf("the kills were not in the middle: %d refunds were done", done)
	}
	r.SetEnv("PAVILION_ROLES", "bot,http,worker")
	r.passTime(t)
	r.serve(t)
	r.ready(t)
	r.finished(t, run)
	r.settled(t)
}

// finished waits for the end of a run and checks that everything happened once.
func (r *rain) finished(t *testing.T, run int64) {
	t.Helper()
	const all = rainPeople * rainEach
	var got struct {
		State                             string
		Bookings, People, Cancelled, Left int
		Refunds                           []struct {
			Payments int
			Amount   miniapp.Money
			Done     miniapp.Money
		}
	}
	until(t, "the run is done", func() bool {
		if err := r.boss.Get(t.Context(), r.club.Path("/closure-runs/%d", run), &got); err != nil {
			t.Fatal(err)
		}
		return got.State == "done"
	})
	if got.Bookings != all || got.People != rainPeople || got.Cancelled != all || got.Left != 0 || len(got.Refunds) != 1 || got.Refunds[0].Payments != all || got.Refunds[0].Done != got.Refunds[0].Amount {
		t.Errorf("the run: %+v", got)
	}
	for what, sql := range map[string]string{
		"cancelled for free":  `SELECT count(*) FROM booking WHERE state = 'cancelled' AND cancel_fee_minor = 0`,
		"lines in the audit":  `SELECT count(*) FROM audit WHERE action = 'cancel'`,
		"refunds":             `SELECT count(*) FROM refund`,
		"refunds in full":     `SELECT count(*) FROM refund r JOIN payment p ON p.id = r.payment_id WHERE r.state = 'done' AND r.amount_minor = p.received_minor`,
		"lines in the ledger": `SELECT count(DISTINCT cause) FROM ledger WHERE cause LIKE 'refund:%'`,
	} {
		if n := r.count(t, sql); n != all {
			t.Errorf("%s: %d, want %d", what, n, all)
		}
	}
	for _, p := range r.Gateway.Payments() {
		if refunds := r.Gateway.Refunds(p.Charge); len(refunds) != 1 || refunds[0].Amount != p.Amount || p.Refunded != p.Amount {
			t.Errorf("the gateway's refunds of %s (%d): %+v", p.ID, p.Amount, refunds)
		}
	}
	if left := r.count(t, `SELECT coalesce(sum(minor), 0) FROM ledger WHERE account = 'gateway:sandbox'`); left != 0 {
		t.Errorf("the ledger still has %d at the gateway", left)
	}
	if told := r.count(t, `SELECT count(DISTINCT member_id) * 1000 + count(*) FROM notification WHERE kind = 'closed'`); told != rainPeople*1001 {
		t.Errorf("people and notices: %d", told)
	}
	for _, chat := range r.chats {
		until(t, "the person is told", func() bool { return len(texts(t, chat, "🌧 The club had to close")) > 0 })
		if told := texts(t, chat, "goes back"); len(told) != 1 || !strings.Contains(told[0], "so 5 of your bookings are cancelled") {
			t.Errorf("told %q", told)
		}
	}
}
