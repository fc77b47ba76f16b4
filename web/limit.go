package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"pavilion/internal/fault"
	"pavilion/storage"
)

// Limits are the figures of the three layers of limits. The table in docs/http.md has their behaviour without Redis.
type Limits struct {
	AddressPerSecond float64 // threshold of an address
	GlobalPerSecond  float64 // requests to the API that this process takes
	Reads            int     // a minute for each person; ten times that for each address
	Writes           int
	SignIns          int
	RedisWait        time.Duration // for counting one request; 100 ms where 0
}

// Limit is the limit that a route counts against.
type Limit int

// The limits of routes.
const (
	Reads Limit = iota
	Writes
	SignIns
)

// policy is a route's own limit.
type policy struct {
	name     string
	quota    int // a minute for each person
	degraded int // divides the quota while Redis is down, when every process counts for itself
}

const (
	policyPeriod = time.Minute
	// addressFactor: Telegram's users share few addresses, so an address has the quota of ten people.
	addressFactor = 10
)

func (l Limits) policy(of Limit) policy {
	switch of {
	case Writes:
		return policy{"write", l.Writes, 2}
	case SignIns:
		return policy{"sign-in", l.SignIns, 4}
	case Reads:
	}
	return policy{"read", l.Reads, 1}
}

// window is a limit's state after a request was counted.
type window struct {
	storage.RateWindow

	policy string
	quota  int
	period time.Duration
}

// limiter counts requests against the limits of persons and addresses.
type limiter struct {
	limits Limits
	rates  *storage.RateLimiter
	count  func(policy, outcome string)
}

func newLimiter(r *storage.Redis, limits Limits, now func() time.Time, count func(policy, outcome string)) (*limiter, error) {
	rates, err := storage.NewRateLimiter(r, storage.RateLimiterOptions{RedisWait: limits.RedisWait, Now: now})
	if err != nil {
		return nil, err
	}
	return &limiter{limits: limits, rates: rates, count: count}, nil
}

// countRequest counts a request against a limit, for its person, or for its address where nobody is signed in. The error is a problem
// with Retry-After.
func (l *limiter) countRequest(ctx context.Context, of Limit, x *exchange) error {
	p := l.limits.policy(of)
	key, quota := fmt.Sprintf("http:%s:address:%s", p.name, addressBlock(x.address)), p.quota*addressFactor
	if x.user != (User{}) {
		key, quota = fmt.Sprintf("http:%s:member:%d", p.name, x.user.ID), p.quota
	}
	w := l.countKey(ctx, key, quota, p.degraded)
	w.policy = p.name
	if x.window == nil || w.Left < x.window.Left || !w.Allowed {
		x.window = &w
	}
	if w.Allowed {
		l.count(p.name, "allowed")
		return nil
	}
	l.count(p.name, "refused")
	return fault.WithRetry(errRateLimited, w.Retry)
}

func (l *limiter) countKey(ctx context.Context, key string, quota, degraded int) window {
	w := l.rates.Count(ctx, key, storage.Rate{Quota: quota, Period: policyPeriod, Degraded: degraded})
	if w.Local {
		l.count("redis", "fallback")
		quota = max(1, quota/degraded)
	}
	return window{RateWindow: w, quota: quota, period: policyPeriod}
}

// setHeaders sets the draft's RateLimit fields: how many requests are left, and in how many seconds the whole quota is back.
func (w window) setHeaders(h http.Header) {
	h.Set("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", w.policy, w.quota, int(w.period.Seconds())))
	h.Set("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", w.policy, w.Left, ceilSeconds(w.Reset)))
}

// ceilSeconds rounds up: a client that comes back a moment early is refused again.
func ceilSeconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// refuseFlood answers an address above its threshold with as little work as possible.
func refuseFlood(w http.ResponseWriter, wait time.Duration) {
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(ceilSeconds(wait)))
	h.Set("Content-Type", problemType)
	h.Set("Connection", "close")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(floodBody)) // the client may be gone
}

const floodBody = `{"type":"/problems/rate-limited","title":"Too Many Requests","status":429,"detail":"Too many requests. Try again after the time in Retry-After."}` + "\n"
