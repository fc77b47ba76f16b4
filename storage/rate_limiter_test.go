package storage_test

import (
	"strconv"
	"testing"
	"time"

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
