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
	if l.redis != nil && l.redis.Up() {
		rctx, cancel := context.WithTimeout(ctx, l.opts.RedisWait)
		defer cancel()
		got, err := l.gcra.Allow(rctx, key, redis_rate.Limit{Rate: r.Quota, Burst: r.Quota, Period: r.Period})
		if err == nil {
			return RateWindow{Allowed: got.Allowed > 0, Left: got.Remaining, Reset: got.ResetAfter, Retry: max(0, got.RetryAfter)}
		}
	}
	r.Quota = max(1, r.Quota/max(1, r.Degraded))
	return l.countLocally(key, r)
}

func (l *RateLimiter) countLocally(key string, r Rate) RateWindow {
	now, each := l.opts.Now(), r.Period/time.Duration(r.Quota)
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
	allowed := limiter.AllowN(now, 1)
	tokens := limiter.TokensAt(now)
	w := RateWindow{Allowed: allowed, Left: max(0, int(tokens)), Reset: time.Duration((float64(r.Quota) - tokens) * float64(each)), Local: true}
	if !allowed {
		w.Retry = max(time.Millisecond, time.Duration((1-tokens)*float64(each)))
	}
	return w
}
