package access_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/storage"
)

// newLimits makes a process's limits.
func newLimits(t *testing.T, r *storage.Redis, s access.Settings, now func() time.Time) *access.Limits {
	t.Helper()
	rates, err := storage.NewRateLimiter(r, storage.RateLimiterOptions{RedisWait: 5 * time.Second, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return access.NewLimits(rates, func(context.Context) access.Settings { return s })
}

// allowedOf counts how many of n events are allowed, and how many refusals are told.
func allowedOf(t *testing.T, l *access.Limits, kind access.Kind, person filter.UserID, n int) (allowed, told int) {
	t.Helper()
	for range n {
		v := l.Count(t.Context(), kind, person)
		switch {
		case v.Allowed:
			allowed++
		case v.Retry <= 0 || v.Retry > kind.Period():
			t.Errorf("%s: try again in %s", kind, v.Retry)
		}
		if v.Tell {
			told++
		}
	}
	return allowed, told
}

func TestLimits_EachKindHasItsOwnBudgetAndARefusalIsToldOnce(t *testing.T) {
	t.Parallel()
	var s access.Settings
	for kind := range access.Kinds {
		s = s.WithBudget(kind, 3+int(kind))
	}
	l, person := newLimits(t, openRedis(t, shared.RedisURL), s, time.Now), someone()
	for kind := range access.Kinds {
		if allowed, told := allowedOf(t, l, kind, person, 12); allowed != s.Budget(kind) || told != 1 {
			t.Errorf("%s: %d allowed, %d told, want %d and 1", kind, allowed, told, s.Budget(kind))
		}
	}
	if v := l.Count(t.Context(), access.Search, someone()); !v.Allowed {
		t.Error("another person pays for them")
	}
}

func TestLimits_AreSharedByProcesses(t *testing.T) {
	t.Parallel()
	s, person := access.Settings{Searches: 6}, someone()
	one, two := newLimits(t, openRedis(t, shared.RedisURL), s, time.Now), newLimits(t, openRedis(t, shared.RedisURL), s, time.Now)
	a, _ := allowedOf(t, one, access.Search, person, 4)
	b, toldByTwo := allowedOf(t, two, access.Search, person, 4)
	_, toldByOne := allowedOf(t, one, access.Search, person, 4)
	if a != 4 || b != 2 || toldByTwo != 1 || toldByOne != 0 {
		t.Errorf("%d and %d allowed, told %d and %d times", a, b, toldByTwo, toldByOne)
	}
}

func TestLimits_ZeroIsNoLimit(t *testing.T) {
	t.Parallel()
	l := newLimits(t, openRedis(t, shared.RedisURL), access.Settings{}, time.Now)
	if allowed, _ := allowedOf(t, l, access.Search, someone(), 200); allowed != 200 {
		t.Errorf("%d of 200 allowed", allowed)
	}
}

func TestLimits_WithoutRedisTheProcessCountsForItself(t *testing.T) {
	t.Parallel()
	c := &clock{}
	l := newLimits(t, nil, access.Settings{Searches: 5}, c.now)
	person := someone()
	if allowed, told := allowedOf(t, l, access.Search, person, 20); allowed != 5 || told != 1 {
		t.Errorf("%d allowed, %d told", allowed, told)
	}
	c.advance(time.Minute)
	if allowed, told := allowedOf(t, l, access.Search, person, 20); allowed != 5 || told != 1 {
		t.Errorf("a minute later %d allowed, %d told", allowed, told)
	}
}

func TestSettings_OutOfBoundsAreRefused(t *testing.T) {
	t.Parallel()
	if err := access.DefaultSettings().Check(); err != nil {
		t.Errorf("the default: %v", err)
	}
	for kind := range access.Kinds {
		for _, n := range []int{-1, 10_001} {
			if err := access.DefaultSettings().WithBudget(kind, n).Check(); !errors.Is(err, access.ErrBounds) {
				t.Errorf("%s %d: %v", kind, n, err)
			}
		}
	}
	for _, n := range []int{-1, 100_001} {
		s := access.DefaultSettings()
		s.FilesPerDay = n
		if err := s.Check(); !errors.Is(err, access.ErrBounds) {
			t.Errorf("files %d: %v", n, err)
		}
	}
}
