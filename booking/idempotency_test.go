package booking_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/internal/fault"
)

// request is one request with a key; its answer names the booking it made.
type request struct {
	who  int
	key  string
	body string
	want booking.HoldRequest
}

func (b *bundle) once(ctx context.Context, s *booking.Service, r request) (booking.Response, bool, error) {
	sum, err := booking.Fingerprint("POST", "/holds", []byte(r.body))
	if err != nil {
		return booking.Response{}, false, err
	}
	k := booking.IdempotencyKey{Principal: fmt.Sprint(r.who), Method: "POST", Route: "/holds", Key: r.key, Fingerprint: sum}
	return s.Once(ctx, k, func(ctx context.Context, s *booking.Service) (booking.Response, error) {
		h, err := s.Hold(ctx, player(r.who), r.want)
		return booking.Response{Status: 201, MediaType: "application/json", Body: fmt.Appendf(nil, `{"id":%d}`, h.ID)}, err
	}, func(err error) (booking.Response, bool) {
		return booking.Response{Status: 409, Body: []byte(fault.CodeOf(err))}, fault.KindOf(err) == fault.Conflict
	})
}

func TestOnce_TwentyAtOnceHaveOneEffect(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	other := b.service(nil)
	r := request{1, "k1", `{"net":1,"start":"10:00"}`, b.want("2026-06-01T10:00:00Z", time.Hour, 1)}
	results := make(chan string, 20)
	start := make(chan struct{})
	for i := range 20 {
		go func() {
			<-start
			s := []*booking.Service{b.Service, other}[i%2]
			got, replayed, err := b.once(t.Context(), s, r)
			switch {
			case errors.Is(err, booking.ErrKeyInProgress):
				results <- "in progress"
			case err != nil:
				results <- err.Error()
			default:
				results <- fmt.Sprintf("%d %s replayed=%v", got.Status, got.Body, replayed)
			}
		}()
	}
	close(start)
	counts := map[string]int{}
	for range 20 {
		counts[<-results]++
	}
	if counts[`201 {"id":1} replayed=false`] != 1 || counts[`201 {"id":1} replayed=true`]+counts["in progress"] != 19 {
		t.Errorf("%v", counts)
	}
	if n := one[int](b, `SELECT count(*) FROM booking`); n != 1 {
		t.Errorf("%d bookings", n)
	}
}

func TestOnce_Semantics(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:00:00Z")
	ctx := t.Context()
	check := func(what string, r request, body string, replayed bool, want error) {
		t.Helper()
		got, again, err := b.once(ctx, b.Service, r)
		if !errors.Is(err, want) || want == nil && (err != nil || string(got.Body) != body || again != replayed) {
			t.Errorf("%s: %d %s replayed=%v, %v", what, got.Status, got.Body, again, err)
		}
	}
	first := request{1, "k", `{"net": 1, "n": [1, 2]}`, b.want("2026-06-01T10:00:00Z", time.Hour, 1)}
	check("first", first, `{"id":1}`, false, nil)
	reordered := first
	reordered.body = `{"n":[1,2],"net":1}`
	check("fields in another order", reordered, `{"id":1}`, true, nil)
	_, err := b.Cancel(ctx, player(1), 1, false)
	b.must(err)
	check("after it was cancelled", first, `{"id":1}`, true, nil)
	changed := first
	changed.body = `{"n":[2,1],"net":1}`
	check("another body", changed, "", false, booking.ErrKeyMismatch)
	other := request{2, "k", first.body, b.want("2026-06-01T11:00:00Z", time.Hour, 1)}
	check("another member", other, `{"id":2}`, false, nil)
	loser := request{3, "lost", `{}`, b.want("2026-06-01T11:00:00Z", time.Hour, 1)}
	check("a lost race", loser, "slot_taken", false, nil)
	_, err = b.Cancel(ctx, player(2), 2, false)
	b.must(err)
	check("its replay, though the slot is free now", loser, "slot_taken", true, nil)
	if _, err := booking.Fingerprint("POST", "/", []byte(`{"a":1} x`)); !errors.Is(err, booking.ErrBody) {
		t.Errorf("half JSON: %v", err)
	}
	for _, key := range []string{"", string(make([]byte, 256))} {
		bad := first
		bad.key = key
		check("a key of the wrong length", bad, "", false, booking.ErrKeyForm)
	}
	// An error that may go away frees the key and leaves nothing.
	invalid := request{4, "v", `{}`, b.want("2026-06-01T10:30:00Z", time.Hour, 1)}
	check("refused by a rule", invalid, "", false, booking.ErrOffGrid)
	invalid.want = b.want("2026-06-01T12:00:00Z", time.Hour, 1)
	check("the same key again", invalid, `{"id":3}`, false, nil)
	// Answers are kept for longer than a day, and not for ever.
	b.stop(now.Add(25 * time.Hour))
	b.must(b.Sweep(ctx, "old"))
	check("a day later", first, `{"id":1}`, true, nil)
	b.stop(now.Add(booking.KeyRetention + time.Minute))
	b.must(b.Sweep(ctx, "old"))
	if n := one[int](b, `SELECT count(*) FROM idempotency_key`); n != 0 {
		t.Errorf("%d keys after their retention", n)
	}
}

// A taker who comes first after an offer or a hold ran out passes the time on to whoever waits, and loses; what was passed on stays so.
func TestOnce_WhatALostRaceLeavesStays(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:00:00Z")
	b.held(player(1), b.want("2026-06-02T10:00:00Z", time.Hour, 1))
	ten := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	_, err := b.JoinWaitlist(t.Context(), player(2), booking.WaitRequest{Club: b.club, Net: b.nets[0], Start: ten, End: ten.Add(time.Hour)})
	b.must(err)
	b.stop(now.Add(10 * time.Minute))
	late := request{3, "k", `{}`, b.want("2026-06-02T10:00:00Z", time.Hour, 1)}
	for _, again := range []bool{false, true} {
		got, replayed, err := b.once(t.Context(), b.Service, late)
		if err != nil || got.Status != 409 || string(got.Body) != "slot_taken" || replayed != again {
			t.Errorf("%d %s replayed=%v, %v", got.Status, got.Body, replayed, err)
		}
	}
	if got := b.offeredTo(); got != player(2).ID {
		t.Errorf("offered to %d", got)
	}
	if got := one[string](b, `SELECT string_agg(state || ' ' || kind, ', ' ORDER BY id) FROM booking`); got != "expired play, held offer" {
		t.Error(got)
	}
	b.healthy()
}

// stuck starts a request with r's key that waits inside its transaction. Closing goOn lets it continue. ended then has its error.
func (b *bundle) stuck(r request) (goOn chan<- struct{}, ended <-chan error) {
	b.t.Helper()
	sum, err := booking.Fingerprint("POST", "/holds", []byte(r.body))
	b.must(err)
	k := booking.IdempotencyKey{Principal: fmt.Sprint(r.who), Method: "POST", Route: "/holds", Key: r.key, Fingerprint: sum}
	inside, open, result := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		_, _, err := b.Once(b.t.Context(), k, func(ctx context.Context, s *booking.Service) (booking.Response, error) {
			h, err := s.Hold(ctx, player(r.who), b.want("2026-06-01T11:00:00Z", time.Hour, 2))
			close(inside)
			<-open
			return booking.Response{Status: 201, Body: fmt.Appendf(nil, "%d", h.ID)}, err
		}, func(error) (booking.Response, bool) { return booking.Response{}, false })
		result <- err
	}()
	<-inside
	if _, _, err := b.once(b.t.Context(), b.Service, r); !errors.Is(err, booking.ErrKeyInProgress) {
		b.t.Errorf("while the first runs: %v", err)
	}
	return open, result
}

// answeredOnce checks that r, sent again, runs and is answered, and that the interrupted request had no effect.
func (b *bundle) answeredOnce(r request, goOn chan<- struct{}, cut <-chan error) {
	b.t.Helper()
	got, replayed, err := b.once(b.t.Context(), b.Service, r)
	if err != nil || got.Status != 201 || replayed {
		b.t.Errorf("sent again: %+v %v %v", got, replayed, err)
	}
	close(goOn)
	if err := <-cut; err == nil {
		b.t.Error("the request that was cut succeeded")
	}
	if n := one[int](b, `SELECT count(*) FROM booking`); n != 1 {
		b.t.Errorf("%d bookings for one key", n)
	}
	if _, replayed, err := b.once(b.t.Context(), b.Service, r); err != nil || !replayed {
		b.t.Errorf("replay: %v %v", replayed, err)
	}
}

func TestOnce_ACutConnectionFreesTheKeyAtOnce(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	r := request{1, "k", `{}`, b.want("2026-06-01T10:00:00Z", time.Hour, 1)}
	goOn, cut := b.stuck(r)
	b.must(admin(t.Context(), fmt.Sprintf(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '%s'`, b.db.Config().ConnConfig.Database)))
	b.answeredOnce(r, goOn, cut)
}

// A process that is cut off from Postgres cannot close its connections. Postgres ends them after silentTransaction.
func TestOnce_ASilentOwnerFreesTheKeyInSeconds(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	r := request{1, "k", `{}`, b.want("2026-06-01T10:00:00Z", time.Hour, 1)}
	began := time.Now()
	goOn, cut := b.stuck(r)
	for one[int](b, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`) > 0 {
		if time.Since(began) > 20*time.Second {
			t.Fatal("the silent transaction goes on")
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.answeredOnce(r, goOn, cut)
}

// A refusal is stored after its transaction. A request that runs at that moment under the same key is rolled back and gets the stored refusal.
func TestOnce_ARefusalThatIsStoredMeanwhileIsTheAnswer(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	r := request{1, "k", `{}`, b.want("2026-06-01T11:00:00Z", time.Hour, 2)}
	goOn, ended := b.stuck(r)
	sum, err := booking.Fingerprint("POST", "/holds", []byte(r.body))
	b.must(err)
	k := booking.IdempotencyKey{Principal: "1", Method: "POST", Route: "/holds", Key: "k", Fingerprint: sum}
	_, _, err = b.StoreRefusal(t.Context(), k, booking.Response{Status: 409, MediaType: "text/plain", Body: []byte("slot_taken")})
	b.must(err)
	close(goOn)
	b.must(<-ended)
	if n := one[int](b, `SELECT count(*) FROM booking`); n != 0 {
		t.Errorf("%d bookings of a refused request", n)
	}
	if got, replayed, err := b.once(t.Context(), b.Service, r); err != nil || !replayed || string(got.Body) != "slot_taken" {
		t.Errorf("replay: %+v %v %v", got, replayed, err)
	}
}

// The previous release stored a row with a lease of a minute before it ran the request.
func TestOnce_AClaimOfTheReleaseBeforeCountsUntilItsLeaseEnds(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:00:00Z")
	r := request{1, "k", `{}`, b.want("2026-06-01T10:00:00Z", time.Hour, 1)}
	sum, err := booking.Fingerprint("POST", "/holds", []byte(r.body))
	b.must(err)
	exec(t, b.db, `INSERT INTO idempotency_key (principal, method, route, key, fingerprint, owner, lease_until) VALUES ('1', 'POST', '/holds', 'k', $1, gen_random_uuid(), booking_clock() + interval '1 minute')`, sum[:])
	if _, _, err := b.once(t.Context(), b.Service, r); !errors.Is(err, booking.ErrKeyInProgress) {
		t.Errorf("while it is leased: %v", err)
	}
	b.stop(now.Add(61 * time.Second))
	for _, again := range []bool{false, true} {
		if got, replayed, err := b.once(t.Context(), b.Service, r); err != nil || got.Status != 201 || replayed != again {
			t.Errorf("after the lease: %+v %v %v", got, replayed, err)
		}
	}
}
