package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pavilion/sandbox/miniapp"
)

// rally is members who book and change their minds without a pause, while servers come and go. Each sends a request again under its key until it
// is answered.
type rally struct {
	n    *nets
	stop chan struct{}
	sent atomic.Int64 // requests, answered or not: what outages are timed by

	mu      sync.Mutex
	settled []*keyed       // with their final answers
	strange map[string]int // unexpected answers
	outage  int            // requests that met one
}

// final sends a request until it gets a final answer. It returns false for a refusal, or if the rally has ended.
func (r *rally) final(ctx context.Context, k *keyed) bool {
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for {
		a, err := k.send(ctx)
		r.sent.Add(1)
		passing := err != nil || a.Status == http.StatusServiceUnavailable || a.Problem() == "idempotency-in-progress"
		r.mu.Lock()
		switch {
		case passing:
			r.outage++
		case a.Status == k.status, a.Status == http.StatusConflict && a.Problem() == "slot-taken":
			k.answer = a
			r.settled = append(r.settled, k)
		default:
			r.strange[fmt.Sprintf("%s: %d %s", k.action, a.Status, a.Body)]++
		}
		r.mu.Unlock()
		if !passing {
			return k.answer.Status == k.status
		}
		select {
		case <-ctx.Done():
			return false
		case <-pause.C:
		}
	}
}

// play is one member's part: hold, confirm, sometimes move, mostly cancel, all over again.
func (r *rally) play(ctx context.Context, who int, c *miniapp.Client) {
	random := rand.New(rand.NewPCG(uint64(who), 4))
	slot := func(day string) map[string]any {
		hour := 7 + random.IntN(12)
		return miniapp.Slot(day, fmt.Sprintf("%02d:00", hour), fmt.Sprintf("%02d:00", hour+1), r.n.club.Nets[random.IntN(len(r.n.club.Nets))])
	}
	for turn := 0; ; turn++ {
		select {
		case <-r.stop:
			return
		case <-ctx.Done():
			return
		default:
		}
		do := func(action, path string, status int, body any) *keyed {
			return &keyed{action: action, about: action, client: c, path: path, key: fmt.Sprintf("%d %d %s", who, turn, action), body: body, status: status}
		}
		hold := do("hold", r.n.club.Path("/holds"), http.StatusCreated, slot(r.n.club.Day(7)))
		if !r.final(ctx, hold) {
			continue
		}
		var b miniapp.Booking
		if err := hold.answer.Into(http.StatusCreated, &b); err != nil {
			panic(err) // the server answered 201 with something else
		}
		steps := []string{"confirm", "reschedule", "cancel"}
		if random.IntN(8) == 0 {
			steps = steps[:1+random.IntN(2)] // this one stays
		}
		for _, action := range steps {
			k := do(action, r.n.club.Path("/bookings/%d/%s", b.ID, action), http.StatusOK, nil)
			if action == "reschedule" {
				k.body = slot(r.n.club.Day(8))
			}
			if r.final(ctx, k); k.answer.Status == 0 {
				break // the rally has ended
			}
		}
	}
}

// after waits for some more requests, so that the next outage begins at a random moment.
func (r *rally) after(t *testing.T, requests int64) {
	t.Helper()
	target := r.sent.Load() + requests
	until(t, "the members go on", func() bool { return r.sent.Load() >= target })
}

// Members go on under kills, without Redis, with a Redis that hangs or forgets, and while Postgres starts again. The final answer to each request is
// true, and the request took effect once.
func TestNets_OutagesWhileMembersBook(t *testing.T) {
	t.Parallel()
	n := netsScene(t, "http,worker", "Net 1", "Net 2", "Net 3")
	r := &rally{n: n, stop: make(chan struct{}), strange: map[string]int{}}
	ctx, cancel := context.WithCancel(t.Context()) // each step of the outages has a limit of its own
	var members sync.WaitGroup
	defer members.Wait()
	defer cancel()
	for i := range 8 {
		c := n.open(t, person(i))
		members.Go(func() { r.play(ctx, i, c) })
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 4))
	n.outages(t, r, func() { r.after(t, 40+random.Int64N(80)) })
	close(r.stop)
	defer time.AfterFunc(patience, cancel).Stop()
	members.Wait()

	if len(r.strange) > 0 {
		t.Errorf("answers that nobody should see: %v", r.strange)
	}
	done := map[string]int{}
	for _, k := range r.settled {
		if k.answer.Status == k.status {
			done[k.action]++
		}
		again := act(t, k.client, k.path, k.key, k.body)
		if again.Status != k.answer.Status || !bytes.Equal(bytes.TrimSpace(again.Body), bytes.TrimSpace(k.answer.Body)) || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("%s %q was answered %d %s, and then %d %s", k.action, k.key, k.answer.Status, k.answer.Body, again.Status, again.Body)
		}
	}
	t.Logf("%d requests, %d met an outage; %d keys answered; done: %v", r.sent.Load(), r.outage, len(r.settled), done)
	for _, action := range []string{"hold", "confirm", "reschedule", "cancel"} {
		happened := n.count(t, `SELECT count(*) FROM audit WHERE action = $1 AND origin = 'http'`, action)
		if done[action] == 0 || happened != done[action] {
			t.Errorf("%s: %d were told that it is done, it happened %d times", action, done[action], happened)
		}
	}
	if open := n.count(t, `SELECT count(*) FROM idempotency_key WHERE owner IS NOT NULL`); open != 0 {
		t.Errorf("%d keys without an answer", open)
	}
	n.later(t, time.Hour)
	n.settled(t)
}

// outages kills and stops one thing after the other; next waits for a moment in between.
func (n *nets) outages(t *testing.T, r *rally, next func()) {
	t.Helper()
	start := func(what string, err error) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	kill := func() {
		n.Bot.Kill()
		n.serve(t)
	}
	for range 2 {
		next()
		kill()
	}
	next()
	start("pause Redis", n.Engines.PauseRedis())
	next()
	kill() // one that begins while Redis hangs
	next()
	start("resume Redis", n.Engines.ResumeRedis())
	next()
	n.flushRedis(t)
	next()
	n.Engines.StopRedis()
	next()
	kill() // one that begins without Redis
	start("start Redis", n.Engines.StartRedis(t.Context()))
	for range 2 {
		next()
		n.Engines.StopPostgres()
		r.after(t, 20)
		start("start Postgres", n.Engines.StartPostgres(t.Context()))
	}
	next()
	n.Engines.StopPostgres()
	n.Bot.Kill()
	start("start Postgres", n.Engines.StartPostgres(t.Context()))
	n.serve(t)
	next()
}
