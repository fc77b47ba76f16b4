package storage

import (
	"cmp"
	"context"
	"time"

	"github.com/go-redis/redis_rate/v10"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Rate is a limit of a RateLimiter.
type Rate struct {
	Quota    int // events in each Period; all of them may come at once
	Period   time.Duration
	Degraded int // divides Quota while Redis is down, when every process counts for itself; 0 means 1
}

// RateWindow is the state of a limit after an event was counted.
type RateWindow struct {
	Allowed bool
	Left    int           // events that are allowed now
	Reset   time.Duration // until the whole quota is back
	Retry   time.Duration // until the next event is allowed; 0 if this one was
	Local   bool          // counted by this process alone
}

// RateLimiter counts events by key in Redis, for all processes together. While Redis does not answer, it counts in memory, for a bounded number of keys.
type RateLimiter struct {
	redis *Redis
	gcra  *redis_rate.Limiter
	local *lru.Cache[string, *rate.Limiter]
	opts  RateLimiterOptions
}

// RateLimiterOptions configure a RateLimiter.
type RateLimiterOptions struct {
	RedisWait time.Duration // for counting one event; 100 ms where 0
	Now       func() time.Time
}

const (
	// rateWait bounds the delay of an event by counting. A slower Redis is left alone until its probe succeeds.
	rateWait  = 100 * time.Millisecond
	localKeys = 65_536
)

// NewRateLimiter makes a RateLimiter. It counts in memory only if r is nil.
func NewRateLimiter(r *Redis, o RateLimiterOptions) (*RateLimiter, error) {
	local, err := lru.New[string, *rate.Limiter](localKeys)
	if err != nil {
		return nil, err
	}
	o.RedisWait = cmp.Or(o.RedisWait, rateWait)
	l := &RateLimiter{redis: r, local: local, opts: o}
	if r != nil {
		l.gcra = redis_rate.NewLimiter(r.Client())
	}
	return l, nil
}

// Count counts an event of a key.
func (l *RateLimiter) Count(ctx context.Context, key string, r Rate) RateWindow {
	return l.add(ctx, key, r, 1)
}

// Peek returns the state of a limit before an event. It counts none.
func (l *RateLimiter) Peek(ctx context.Context, key string, r Rate) RateWindow {
	return l.add(ctx, key, r, 0)
}

// GiveBack takes back one counted event of a key. Nothing happens if none is counted.
func (l *RateLimiter) GiveBack(ctx context.Context, key string, r Rate) {
	l.add(ctx, key, r, -1)
}

// add counts n events of a key: 1, 0 or -1.
func (l *RateLimiter) add(ctx context.Context, key string, r Rate, n int) RateWindow {
	if l.redis != nil && l.redis.Up() {
		rctx, cancel := context.WithTimeout(ctx, l.opts.RedisWait)
		defer cancel()
		got, err := l.gcra.AllowN(rctx, key, redis_rate.Limit{Rate: r.Quota, Burst: r.Quota, Period: r.Period}, n)
		if err == nil && n < 0 && got.ResetAfter <= 0 { // the library's script keeps the key as it was
			err = l.gcra.Reset(rctx, key)
		}
		if err == nil {
			return r.window(got.Allowed > 0 || n == 0 && got.Remaining > 0, got.Remaining, got.ResetAfter)
		}
	}
	r.Quota = max(1, r.Quota/max(1, r.Degraded))
	return l.addLocally(key, r, n)
}

func (l *RateLimiter) addLocally(key string, r Rate, n int) RateWindow {
	now, each := l.opts.Now(), r.each()
	limiter, ok := l.local.Get(key)
	if !ok {
		limiter = rate.NewLimiter(rate.Every(each), r.Quota)
		if had, found, _ := l.local.PeekOrAdd(key, limiter); found {
			limiter = had
		}
	}
	if limiter.Burst() != r.Quota { // an admin changed the limit
		limiter.SetBurstAt(now, r.Quota)
		limiter.SetLimitAt(now, rate.Every(each))
	}
	allowed := limiter.AllowN(now, n)
	tokens := limiter.TokensAt(now)
	w := r.window(allowed && (n > 0 || tokens >= 1), max(0, int(tokens)), time.Duration((float64(r.Quota)-tokens)*float64(each)))
	w.Local = true
	return w
}

// each is the time after which one more event is allowed.
func (r Rate) each() time.Duration { return r.Period / time.Duration(r.Quota) }

func (r Rate) window(allowed bool, left int, reset time.Duration) RateWindow {
	w := RateWindow{Allowed: allowed, Left: left, Reset: reset}
	if !allowed {
		w.Retry = max(time.Millisecond, reset-time.Duration(r.Quota-1)*r.each())
	}
	return w
}
