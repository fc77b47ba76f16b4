package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/child"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/gateway"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// The size of the storm.
const (
	stormPosts    = 5000
	stormPayments = 192 // an hour each of stormNets nets on three days, all that there are
	stormNets     = 4
	stormMembers  = 16
	stormSenders  = 16
	stormNobodys  = 30 // payments that nobody here asked for
)

// fate is what becomes of a payment in the storm.
type fate int

const (
	onTime    fate = iota // paid exactly, while its hold was alive
	other                 // one smallest unit more came than was asked for
	resold                // paid after its hold was over and somebody else had the slot
	cancelled             // paid after its member gave the booking up
	unpaid                // authorized and no more
	ownRefund             // paid, and a part given back on the gateway's side
	fates
)

// ends is the final state of a booking of each fate, and the messages to its member.
func (f fate) ends() (state string, said []string) {
	switch f {
	case onTime:
		return "confirmed", []string{"✅ Booked:"}
	case ownRefund:
		return "confirmed", []string{"✅ Booked:", "💸 Refund"}
	case resold:
		return "slot_lost", []string{"⚠️ Your payment came after", "💸 Refund"}
	case cancelled:
		return "cancelled", []string{"❌ Cancelled:", "💸 Refund"}
	case other:
		return "held", []string{"🔎 Your payment of"}
	case unpaid, fates:
	}
	return "held", nil
}

// storm is payments of all fates and the callbacks about them.
type storm struct {
	n       *nets
	client  *http.Client
	secret  string
	members []*stormMember
	posts   []callback

	mu      sync.Mutex
	taken   int // callbacks that were believed
	refused int
	again   int            // tries that met a dead server
	strange map[string]int // answers that no gateway should see
}

// stormMember is a person with a chat, a Mini App, and bookings whose ends are known.
type stormMember struct {
	chat     *driver.User
	app      *miniapp.Client
	greeting int // messages before the storm
	bookings map[int64]fate
}

// callback is one to be delivered.
type callback struct {
	body   []byte
	forged bool
	late   bool // signed 301 seconds ago
}

// TestStorm_CallbacksWhileTheServerIsKilledTwice sends 5,000 callbacks about some 220 payments, doubled, out of order, forged, late and about
// wrong amounts, and kills the server twice. The program is the one that people run, without the race detector, as for the burst of posts.
func TestStorm_CallbacksWhileTheServerIsKilledTwice(t *testing.T) {
	t.Parallel()
	plain, err := child.Build(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	s := openStorm(t, plain)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	s.prepare(t)
	s.strangers(t, rand.New(rand.NewPCG(seed, 7)))
	s.rages(t)
	s.calms(t)
	s.agrees(t)
	s.n.settled(t)
}

// openStorm is a club with members whom the bot can write to; the test is the gateway's voice.
func openStorm(t *testing.T, program string) *storm {
	t.Helper()
	n := openNets(t, sandbox.Options{Gateway: true, Binary: program, Env: maps.Clone(lowLimits)}, "Net 1", "Net 2", "Net 3", "Net 4")
	n.ready(t)
	if err := n.club.Set(t.Context(), n.boss, map[string]any{"pays_online": true}); err != nil {
		t.Fatal(err)
	}
	n.Gateway.SetFaults(gateway.Faults{Silent: true})
	s := &storm{
		n: n, secret: n.Env("PAVILION_SANDBOX_GATEWAY_SECRETS"), strange: map[string]int{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: stormSenders}, Timeout: 10 * time.Second},
	}
	t.Cleanup(s.client.CloseIdleConnections)
	for i := range stormMembers {
		who, err := n.DC.World().AddUser(fmt.Sprintf("99966300%02d", i), "Player "+two(i), "", fmt.Sprintf("player_%02d", i), "en")
		if err != nil {
			t.Fatal(err)
		}
		s.members = append(s.members, s.member(t, who))
	}
	return s
}

func (s *storm) member(t *testing.T, who world.User) *stormMember {
	t.Helper()
	m := &stormMember{chat: s.n.greeted(t, who), app: s.n.open(t, who), bookings: map[int64]fate{}}
	m.greeting = len(texts(t, m.chat, ""))
	return m
}

// holds keeps one of the hours and opens a checkout for it.
func (s *storm) holds(t *testing.T, m *stormMember, i int) (miniapp.Booking, string) {
	t.Helper()
	const hours = 16 // from six to ten in the evening
	day, net, hour := 2+i/hours/stormNets, i/hours%stormNets, 6+i%hours
	slot := miniapp.Slot(s.n.club.Day(day), fmt.Sprintf("%02d:00", hour), fmt.Sprintf("%02d:00", hour+1), s.n.club.Nets[net])
	var b miniapp.Booking
	if err := m.app.Do(t.Context(), http.MethodPost, s.n.club.Path("/holds"), slot, http.StatusCreated, &b); err != nil {
		t.Fatal(err)
	}
	var p struct {
		URL string `json:"url"`
	}
	if err := m.app.Do(t.Context(), http.MethodPost, s.n.club.Path("/bookings/%d/payments", b.ID), map[string]string{"provider": "sandbox"}, http.StatusOK, &p); err != nil {
		t.Fatal(err)
	}
	return b, p.URL[strings.LastIndex(p.URL, "/")+1:]
}

// prepare makes the payments and their callbacks. Payments that will come too late are made first, eleven minutes earlier by the club's clock, and
// their slots are sold again.
func (s *storm) prepare(t *testing.T) {
	t.Helper()
	plays := func(i int, who int, f fate) func() {
		m := s.members[who%stormMembers]
		b, checkout := s.holds(t, m, i)
		m.bookings[b.ID] = f
		return func() { s.happens(t, m, f, checkout, b) }
	}
	var all []func()
	for i := int(resold); i < stormPayments; i += int(fates) {
		all = append(all, plays(i, i, resold))
	}
	s.n.later(t, 11*time.Minute)
	for i := range stormPayments {
		f := fate(i) % fates
		if f == resold {
			f = onTime // whoever has the slot now pays in time
		}
		all = append(all, plays(i, i+1, f))
	}
	for _, happens := range all {
		happens()
	}
}

// happens plays a fate at the gateway and notes the callback of every step.
func (s *storm) happens(t *testing.T, m *stormMember, f fate, checkout string, b miniapp.Booking) {
	t.Helper()
	g := s.n.Gateway
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(g.Decline(checkout)) // the first card was refused
	s.says(t, checkout, "failed", 2)
	must(g.Authorise(checkout))
	s.says(t, checkout, "authorized", 3)
	switch f {
	case unpaid:
		return
	case other:
		must(g.PayOther(checkout, b.Price.Minor+1, "INR"))
	case cancelled: // while the bank thinks about it
		var out struct{}
		must(m.app.Do(t.Context(), http.MethodPost, s.n.club.Path("/bookings/%d/cancel", b.ID), nil, http.StatusOK, &out))
		must(g.Pay(checkout))
	case onTime, resold, ownRefund, fates:
		must(g.Pay(checkout))
	}
	s.says(t, checkout, "captured", 5)
	if f == ownRefund {
		must(g.RefundOwn(checkout, 100))
		s.says(t, checkout, "refunded", 3)
	}
}

// says notes callbacks about the present state of a payment: two events, with so many copies of each.
func (s *storm) says(t *testing.T, checkout, kind string, copies int) {
	t.Helper()
	p, ok := s.n.Gateway.Payment(checkout)
	if !ok {
		t.Fatalf("no payment %s", checkout)
	}
	for event := range 2 {
		body := s.body(t, fmt.Sprintf("evt-%s-%s-%d", checkout, kind, event), kind, p)
		for range copies {
			s.posts = append(s.posts, callback{body: body})
		}
	}
}

func (s *storm) body(t *testing.T, event, kind string, p gateway.Payment) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"id": event, "type": "payment." + kind, "payment": p})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// strangers adds callbacks that are forged, late, or about unknown payments, and shuffles all.
func (s *storm) strangers(t *testing.T, random *rand.Rand) {
	t.Helper()
	if len(s.posts) > stormPosts-3*stormNobodys {
		t.Fatalf("%d callbacks leave no room for strangers", len(s.posts))
	}
	for i := 0; len(s.posts) < stormPosts; i++ {
		p := s.posts[random.IntN(len(s.posts))]
		switch i % 3 {
		case 0:
			p.forged = true
		case 1:
			p.late = true
		default:
			who := fmt.Sprint(i / 3 % stormNobodys)
			p = callback{body: s.body(t, "evt-nobody-"+who, "captured", gateway.Payment{
				ID: "co-nobody-" + who, Reference: "NOBODY" + who, Charge: "ch-nobody-" + who, Status: gateway.Captured, Amount: 100, Currency: "INR",
			})}
		}
		s.posts = append(s.posts, p)
	}
	random.Shuffle(len(s.posts), func(i, j int) { s.posts[i], s.posts[j] = s.posts[j], s.posts[i] })
}

// rages delivers everything, and kills the server after a third and after two.
func (s *storm) rages(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	began := time.Now()
	queue := make(chan callback)
	var senders sync.WaitGroup
	for range stormSenders {
		senders.Go(func() {
			for p := range queue {
				s.deliver(ctx, p)
			}
		})
	}
	for i, p := range s.posts {
		if i == stormPosts/3 || i == 2*stormPosts/3 {
			s.n.Bot.Kill()
			met := s.met()
			senders.Go(func() { s.deliver(ctx, p) }) // the gateway calls while nobody is there
			until(t, "a callback met a dead server", func() bool { return s.met() > met })
			s.n.serve(t)
		}
		queue <- p
	}
	close(queue)
	senders.Wait()
	t.Logf("%d callbacks in %s: %d believed, %d refused, %d tries met no server", s.taken+s.refused, time.Since(began).Round(time.Millisecond), s.taken, s.refused, s.again)
	if len(s.strange) > 0 || s.taken+s.refused != stormPosts+2 {
		t.Fatalf("%d answered for good, and what no gateway should see: %v", s.taken+s.refused, s.strange)
	}
}

// met counts the tries that met a dead server.
func (s *storm) met() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.again
}

// deliver sends a callback until it is answered for good, as a gateway does.
func (s *storm) deliver(ctx context.Context, p callback) {
	want, done := http.StatusNoContent, &s.taken
	if p.late || p.forged {
		want, done = http.StatusBadRequest, &s.refused
	}
	pause := time.NewTicker(50 * time.Millisecond)
	defer pause.Stop()
	for {
		body, at := p.body, time.Now()
		if p.late {
			at = at.Add(-301 * time.Second)
		}
		header := gateway.Sign(gateway.Native, s.secret, "", body, at)
		if p.forged {
			body = bytes.Replace(body, []byte(`"amount":`), []byte(`"amount":1`), 1)
		}
		status := s.post(ctx, header, body)
		s.mu.Lock()
		switch status {
		case want:
			*done++
		case 0, http.StatusServiceUnavailable:
			s.again++
		default:
			s.strange[fmt.Sprintf("%d, want %d", status, want)]++
		}
		s.mu.Unlock()
		if status != 0 && status != http.StatusServiceUnavailable {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

// post tells the status; 0 is no answer.
func (s *storm) post(ctx context.Context, header http.Header, body []byte) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.n.base+"/callbacks/sandbox", bytes.NewReader(body))
	if err != nil {
		return 0
	}
	req.Header = header
	res, err := s.client.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close() //nolint:errcheck // the status says it all
	return res.StatusCode
}

// calms waits until every event about a payment of ours is applied, every refund is made and every notification is sent.
func (s *storm) calms(t *testing.T) {
	t.Helper()
	// The queue has a clock of its own: for it, two minutes have passed since a process died at its jobs.
	if _, err := s.n.db.Exec(t.Context(), `UPDATE river_job SET attempted_at = attempted_at - interval '2 minutes' WHERE state = 'running'`); err != nil {
		t.Fatal(err)
	}
	until(t, "every event about a payment of ours is applied and every refund made", func() bool {
		return s.n.count(t, `SELECT (SELECT count(*) FROM payment_event WHERE applied_at IS NULL AND reference NOT LIKE 'NOBODY%') + (SELECT count(*) FROM refund WHERE state = 'pending' AND NOT by_hand)`) == 0
	})
	s.n.delivered(t)
}

// agrees compares bookings, payments, ledger and chats with what happened at the gateway.
func (s *storm) agrees(t *testing.T) {
	t.Helper()
	n, count := s.n, map[fate]int{}
	for _, m := range s.members {
		due, all := map[string]int{}, m.greeting
		for id, f := range m.bookings {
			count[f]++
			state, said := f.ends()
			if n.count(t, `SELECT count(*) FROM booking WHERE id = $1 AND state = $2`, id, state) != 1 {
				t.Errorf("booking %d of fate %d is not %s", id, f, state)
			}
			for _, words := range said {
				due[words]++
				all++
			}
		}
		for words, want := range due {
			if got := len(texts(t, m.chat, words)); got != want {
				t.Errorf("somebody was told %q %d times, %d were due", words, got, want)
			}
		}
		if got := len(texts(t, m.chat, "")); got != all {
			t.Errorf("somebody has %d messages, %d are due", got, all)
		}
	}
	left := int64(0)
	for _, p := range n.Gateway.Payments() {
		kept := int64(0)
		if p.Status == gateway.Captured {
			kept = p.Amount - p.Refunded
		}
		left += kept
		if got := n.count(t, `SELECT coalesce(sum(l.minor), 0) FROM ledger l JOIN payment p ON p.id = l.payment_id WHERE p.checkout = $1 AND l.account = 'gateway:sandbox'`, p.ID); int64(got) != kept {
			t.Errorf("payment %s: the gateway has %d, the ledger %d", p.ID, kept, got)
		}
	}
	if got := n.count(t, `SELECT coalesce(sum(minor), 0) FROM ledger WHERE account = 'gateway:sandbox'`); int64(got) != left || left == 0 {
		t.Errorf("the ledger has %d, the gateway %d", got, left)
	}
	until(t, "money that nobody asked for is parked", func() bool {
		n.later(t, 25*time.Minute)
		if _, err := n.db.Exec(t.Context(), `UPDATE river_job SET scheduled_at = now() WHERE state = 'scheduled' AND kind = 'booking_payment_event'`); err != nil {
			t.Fatal(err)
		}
		return n.count(t, `SELECT count(*) FROM payment_review WHERE reason = 'unknown'`) == stormNobodys
	})
	for reason, want := range map[string]int{"amount": count[other], "refunded": count[ownRefund], "unknown": stormNobodys} {
		if got := n.count(t, `SELECT count(*) FROM payment_review WHERE reason = $1`, reason); got != want {
			t.Errorf("%d reviews %q, want %d", got, reason, want)
		}
	}
}
