package storage_test

import (
	"log/slog"
	"strconv"
	"testing"
	"time"

	"pavilion/internal/secret"
	"pavilion/storage"
)

// countAll counts n events of a key and returns how many were allowed.
func countAll(t *testing.T, l *storage.RateLimiter, key string, r storage.Rate, n int) (allowed int) {
	t.Helper()
	for range n {
		if l.Count(t.Context(), key, r).Allowed {
			allowed++
		}
	}
	return allowed
}

func TestRateLimiter_InMemoryIsBoundedAndFollowsAChangedRate(t *testing.T) {
	now := time.Unix(0, 0)
	l, err := storage.NewRateLimiter(nil, storage.RateLimiterOptions{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	r := storage.Rate{Quota: 8, Period: time.Minute}
	for i := range 100_000 {
		l.Count(t.Context(), strconv.Itoa(i), r)
	}
	if n := storage.LocalKeys(l); n > 65_536 {
		t.Errorf("%d keys are in memory", n)
	}
	if got := countAll(t, l, "one", r, 20); got != 8 {
		t.Errorf("%d allowed, want 8", got)
	}
	now = now.Add(time.Minute)
	r.Quota = 3 // an admin lowers it
	l.Count(t.Context(), "one", r)
	now = now.Add(time.Minute)
	if got := countAll(t, l, "one", r, 20); got != 3 {
		t.Errorf("%d allowed after the rate was lowered, want 3", got)
	}
	r.Degraded = 4
	if got := countAll(t, l, "other", r, 20); got != 1 {
		t.Errorf("%d allowed without Redis, want at least and at most 1", got)
	}
}

func TestRateLimiter_GivesBackWhatWasCounted(t *testing.T) {
	t.Parallel()
	redis, err := storage.OpenRedis(storage.RedisOptions{URL: secret.New(servers(t).RedisURL), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = redis.Client().Close() })
	for name, r := range map[string]*storage.Redis{"Redis": redis, "memory": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := storage.NewRateLimiter(r, storage.RateLimiterOptions{RedisWait: time.Minute, Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			key, daily := "gives back", storage.Rate{Quota: 2, Period: 24 * time.Hour}
			l.GiveBack(t.Context(), key, daily) // none is counted
			for range 3 {
				if w := l.Peek(t.Context(), key, daily); !w.Allowed || w.Left != 2 {
					t.Errorf("before: %+v", w)
				}
			}
			for round := range 3 { // the last event is given back: the limit is full again
				if n := countAll(t, l, key, daily, 1); n != 1 {
					t.Errorf("round %d: refused", round)
				}
				l.GiveBack(t.Context(), key, daily)
			}
			if n := countAll(t, l, key, daily, 5); n != 2 {
				t.Errorf("%d allowed, want 2", n)
			}
			if w := l.Peek(t.Context(), key, daily); w.Allowed || w.Left != 0 || w.Retry < 11*time.Hour || w.Retry > 12*time.Hour {
				t.Errorf("at the end: %+v", w)
			}
			l.GiveBack(t.Context(), key, daily)
			if n := countAll(t, l, key, daily, 5); n != 1 {
				t.Errorf("%d allowed after one was given back", n)
			}
		})
	}
}
