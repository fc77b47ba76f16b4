package web

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
)

// Two nets in opposite orders, and sometimes all six, from many clients at once: nobody sees a deadlock, nobody holds half of what they asked
// for, nothing overlaps.
func TestBooking_OppositeOrdersEndInNoDeadlock(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	var tokens []string
	for range 32 {
		tokens = append(tokens, b.member())
	}
	end := time.Now().Add(10 * time.Second)
	var mu sync.Mutex
	counts := map[string]int{}
	var wg sync.WaitGroup
	for i, token := range tokens {
		wg.Go(func() {
			nets := slices.Clone(c.nets[:2])
			if i%2 == 1 {
				slices.Reverse(nets)
			}
			if i%8 == 0 {
				nets = c.nets
			}
			for time.Now().Before(end) {
				a, err := b.try(request{method: "POST", path: c.path("/holds"), token: token, key: key(), body: c.slot("10:00", "11:00", nets...)})
				if err != nil {
					t.Error(err)
					return
				}
				name := fmt.Sprint(a.status)
				if a.status == http.StatusCreated {
					var held BookingBody
					a.into(t, &held)
					if len(held.Nets) != len(nets) {
						t.Errorf("asked for %v, got %v", nets, held.Nets)
					}
					a, err = b.try(request{method: "POST", path: c.path("/bookings/%d/cancel", held.ID), token: token, key: key()})
					if err != nil || a.status != 200 {
						t.Errorf("cancel: %d %s %v", a.status, a.body, err)
						return
					}
				} else if p := a.problem(t); p.Type != "/problems/slot-taken" {
					name += " " + p.Type
				}
				mu.Lock()
				counts[name]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if counts["201"] == 0 || counts["409"] == 0 || len(counts) != 2 {
		t.Errorf("%v", counts)
	}
	var overlaps, live int
	err := b.db.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM booking_slot a JOIN booking_slot b ON a.net_id = b.net_id AND a.occupied && b.occupied AND a.booking_id < b.booking_id
			WHERE a.state IN ('held', 'confirmed', 'checked_in') AND b.state IN ('held', 'confirmed', 'checked_in')),
			(SELECT count(*) FROM booking WHERE state = 'held')`).Scan(&overlaps, &live)
	if err != nil || overlaps != 0 || live != 0 {
		t.Errorf("%d overlaps, %d holds left, %v", overlaps, live, err)
	}
}

// All connections in use: the answer is "later", and it comes soon.
func TestBooking_FullPoolSaysSoSoon(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	hurried, err := booking.New(booking.Options{DB: b.db, Redis: b.redis, Logger: b.server.log, ConnWait: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	token := b.member()
	b.server.deps.Booking = hurried
	if b.server.deps.Sessions, err = NewSessions(b.db, SessionOptions{Logger: b.server.log, ConnWait: 300 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	if a := b.do(request{path: c.path("/bookings"), token: token}); a.status != 200 { // the session is known from here on
		t.Fatalf("%d %s", a.status, a.body)
	}
	for range b.db.Config().MaxConns {
		conn, err := b.db.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
	}
	for name, r := range map[string]request{
		"hold":         {method: "POST", path: c.path("/holds"), token: token, key: key(), body: c.slot("10:00", "11:00", c.nets[0])},
		"availability": {path: c.path("/availability?from=%s", c.day)},
		"a new client": {path: c.path("/bookings"), token: "pva_unknown"},
	} {
		start := time.Now()
		a := b.do(r)
		if p := a.problem(t); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %+v", name, a.status, p)
		}
		if took := time.Since(start); took > 2500*time.Millisecond {
			t.Errorf("%s took %s", name, took)
		}
	}
}
