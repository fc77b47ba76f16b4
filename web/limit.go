package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/go-redis/redis_rate/v10"

	"pavilion/storage"
)

// Limits are the three layers' figures. The table in docs/http.md says what each does without Redis.
type Limits struct {
	AddressPerSecond float64 // an address above it is turned away before any work
	GlobalPerSecond  float64 // what this process takes on in all
	Reads            int     // a minute for each member; ten times that for each address
	Writes           int
	SignIns          int
}

// policy is a route's own limit.
type policy struct {
	name     string
	quota    int // a minute for each member
	degraded int // divides the quota while Redis does not answer: how much a process may let through by itself
}

const (
	policyPeriod = time.Minute
	// addressFactor: Telegram's users share few addresses, so an address may do what ten members may.
	addressFactor = 10
	// redisPatience is what counting may cost a request. Redis that is slower is left alone until its probe succeeds.
	redisPatience = 100 * time.Millisecond
)

func (l Limits) reads() policy   { return policy{"read", l.Reads, 1} }
func (l Limits) writes() policy  { return policy{"write", l.Writes, 2} }
func (l Limits) signIns() policy { return policy{"sign-in", l.SignIns, 4} }

// window is a limit's state after a request was counted.
type window struct {
	policy  string
	allowed bool
	quota   int
	period  time.Duration
	left    int
	reset   time.Duration
	retry   time.Duration
}

// limiter counts in Redis, so that all processes share a limit, and in memory while Redis does not answer.
type limiter struct {
	redis *storage.Redis
	gcra  *redis_rate.Limiter
	local *local
	now   func() time.Time
	wait  time.Duration // for Redis
	count func(policy, outcome string)
}

func newLimiter(r *storage.Redis, now func() time.Time, count func(policy, outcome string)) (*limiter, error) {
	l, err := newLocal()
	if err != nil {
		return nil, err
	}
	return &limiter{redis: r, gcra: redis_rate.NewLimiter(r.Client()), local: l, now: now, wait: redisPatience, count: count}, nil
}

// take counts a request of a member, or of an address where nobody is signed in, against a policy. The error is a problem with
// Retry-After.
func (l *limiter) take(ctx context.Context, p policy, x *exchange) error {
	key, quota := fmt.Sprintf("http:%s:address:%s", p.name, neighbourhood(x.address)), p.quota*addressFactor
	if x.user != (User{}) {
		key, quota = fmt.Sprintf("http:%s:member:%d", p.name, x.user.ID), p.quota
	}
	w := l.window(ctx, key, quota, p.degraded)
	w.policy = p.name
	if x.window == nil || w.left < x.window.left || !w.allowed {
		x.window = &w
	}
	if w.allowed {
		l.count(p.name, "allowed")
		return nil
	}
	l.count(p.name, "refused")
	refused := problemOf(errRateLimited)
	refused.retryAfter = w.retry
	return refused
}

func (l *limiter) window(ctx context.Context, key string, quota, degraded int) window {
	if l.redis.Up() {
		rctx, cancel := context.WithTimeout(ctx, l.wait)
		defer cancel()
		r, err := l.gcra.Allow(rctx, key, redis_rate.Limit{Rate: quota, Burst: quota, Period: policyPeriod})
		if err == nil {
			return window{allowed: r.Allowed > 0, quota: quota, period: policyPeriod, left: r.Remaining, reset: r.ResetAfter, retry: max(0, r.RetryAfter)}
		}
	}
	l.count("redis", "fallback")
	return l.local.take(key, max(1, quota/degraded), policyPeriod, l.now())
}

// headers are the draft's RateLimit fields: how many are left now, and in how many seconds all are again.
func (w window) headers(h http.Header) {
	h.Set("RateLimit-Policy", fmt.Sprintf("%q;q=%d;w=%d", w.policy, w.quota, int(w.period.Seconds())))
	h.Set("RateLimit", fmt.Sprintf("%q;r=%d;t=%d", w.policy, w.left, seconds(w.reset)))
}

// seconds rounds up: a client that comes back a moment early is refused again.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

// away answers an address above its threshold with as little work as possible.
func away(w http.ResponseWriter, wait time.Duration) {
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(seconds(wait)))
	h.Set("Content-Type", problemType)
	h.Set("Connection", "close")
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(awayBody)) // the client may be gone
}

const awayBody = `{"type":"/problems/rate-limited","title":"Too Many Requests","status":429,"detail":"Too many requests. Try again after the time in Retry-After."}` + "\n"
