package nets

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/sandbox/caller"
	"pavilion/web"
)

// Many clients hold two nets in opposite orders, and sometimes all six, at once: there is no deadlock, no partial hold and no overlap.
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
				a, err := b.Try(request{Method: "POST", Path: c.path("/holds"), Token: token, Key: key(), Body: c.slot("10:00", "11:00", nets...)})
				if err != nil {
					t.Error(err)
					return
				}
				name := fmt.Sprint(a.Status)
				if a.Status == http.StatusCreated {
					var held BookingBody
					a.Into(t, &held)
					if len(held.Nets) != len(nets) {
						t.Errorf("asked for %v, got %v", nets, held.Nets)
					}
					a, err = b.Try(request{Method: "POST", Path: c.path("/bookings/%d/cancel", held.ID), Token: token, Key: key(), Headers: map[string]string{"If-Match": web.ETag(held.Version)}})
					if err != nil || a.Status != 200 {
						t.Errorf("cancel: %d %s %v", a.Status, a.Body, err)
						return
					}
				} else if p := a.Problem(t); p.Type != "/problems/slot-taken" {
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

// While all connections are in use, the answer is 503 and comes soon.
func TestBooking_FullPoolSaysSoSoon(t *testing.T) {
	t.Parallel()
	name := cloneDB(t, templateDB)
	patient := setupOn(t, databaseURL(shared, name), shared.RedisURL, nil)
	c, token := patient.club(nil), patient.member()
	b := setupOn(t, databaseURL(shared, name), shared.RedisURL, func(w *wiring) {
		const connWait = 300 * time.Millisecond
		var err error
		if w.nets.Booking, err = booking.New(booking.Options{DB: w.db, Redis: w.redis, Logger: w.opts.Logger, ConnWait: connWait}); err != nil {
			t.Fatal(err)
		}
		if w.sessions, err = web.NewSessions(w.db, web.SessionOptions{Logger: w.opts.Logger, ConnWait: connWait}); err != nil {
			t.Fatal(err)
		}
	})
	// Caches the session. On a busy machine the first connection can take longer than the short wait.
	caller.WaitFor(t, func() bool { return b.Do(request{Path: c.path("/bookings"), Token: token}).Status == http.StatusOK })
	for range b.db.Config().MaxConns {
		conn, err := b.db.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
	}
	for name, r := range map[string]request{
		"hold":         {Method: "POST", Path: c.path("/holds"), Token: token, Key: key(), Body: c.slot("10:00", "11:00", c.nets[0])},
		"availability": {Path: c.path("/availability?from=%s", c.day)},
		"a new client": {Path: c.path("/bookings"), Token: "pva_unknown"},
	} {
		start := time.Now()
		a := b.Do(r)
		if p := a.Problem(t); a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %+v", name, a.Status, p)
		}
		if took := time.Since(start); took > 4500*time.Millisecond { // without the short wait a request ends after 5 s
			t.Errorf("%s took %s", name, took)
		}
	}
}

// A client that hangs up is logged as such, and not as a failure that an operator must look at.
func TestServer_AClientThatLeavesIsNoFailure(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	c := b.club(nil)
	token := b.member()
	lock, err := b.db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Rollback(t.Context()) //nolint:errcheck // it only holds a lock
	if _, err := lock.Exec(t.Context(), `LOCK TABLE booking IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.URL+c.path("/bookings"), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	left := make(chan error, 1)
	go func() {
		res, err := b.Client.Do(req)
		if err == nil {
			err = errors.Join(errors.New("it was answered"), res.Body.Close())
		}
		left <- err
	}()
	until := func(want bool) {
		for waiting := !want; waiting != want; {
			if err := lock.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'booking'::regclass AND NOT granted)`).Scan(&waiting); err != nil {
				t.Fatal(err)
			}
		}
	}
	until(true)
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	until(false)
	if err := lock.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.stop() // waits for the request
	if log := b.log.String(); !strings.Contains(log, `"code":"client_left"`) || strings.Contains(log, `"level":"ERROR"`) {
		t.Error("a client that left was not noted as one, or as a failure")
	}
}
