package web

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// thresholds stop an address that floods the server, before any work is done for it. The table is bounded: an attacker with more addresses
// than it holds meets the global limiter.
type thresholds struct {
	perSecond rate.Limit
	burst     int
	penalty   time.Duration
	table     *lru.Cache[netip.Addr, *threshold]
}

type threshold struct {
	limiter *rate.Limiter
	mu      sync.Mutex
	until   time.Time
}

const (
	addressTable   = 65_536
	addressPenalty = 10 * time.Second
	addressBurst   = 10 // seconds' worth
)

func newThresholds(perSecond float64) (*thresholds, error) {
	table, err := lru.New[netip.Addr, *threshold](addressTable)
	if err != nil {
		return nil, err
	}
	return &thresholds{perSecond: rate.Limit(perSecond), burst: max(1, int(perSecond*addressBurst)), penalty: addressPenalty, table: table}, nil
}

// wait tells how long an address has to stay away; zero lets it in.
func (t *thresholds) wait(a netip.Addr, now time.Time) time.Duration {
	a = neighbourhood(a)
	e, ok := t.table.Get(a)
	if !ok {
		e = &threshold{limiter: rate.NewLimiter(t.perSecond, t.burst)}
		if had, found, _ := t.table.PeekOrAdd(a, e); found {
			e = had
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if left := e.until.Sub(now); left > 0 {
		return left
	}
	if e.limiter.AllowN(now, 1) {
		return 0
	}
	e.until = now.Add(t.penalty)
	return t.penalty
}

// global bounds what this process takes on in all. It is sharded over addresses, so that one client can use up its shard's part and no more;
// behind the shards one limiter counts them all, or they would together let through several times the figure.
type global struct {
	seed   maphash.Seed
	shards []*rate.Limiter
	all    *rate.Limiter
}

const (
	globalShards = 16
	// shardShare is how many times its even part a shard may take: keys are not spread evenly.
	shardShare = 4
)

func newGlobal(perSecond float64) *global {
	g := &global{seed: maphash.MakeSeed(), all: rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))}
	for range globalShards {
		per := perSecond * shardShare / globalShards
		g.shards = append(g.shards, rate.NewLimiter(rate.Limit(per), max(1, int(per))))
	}
	return g
}

func (g *global) allow(key string, now time.Time) bool {
	return g.shards[maphash.String(g.seed, key)%globalShards].AllowN(now, 1) && g.all.AllowN(now, 1)
}

// local stands in for Redis: the same limits, for this process only and for a bounded number of keys.
type local struct {
	table *lru.Cache[string, *rate.Limiter]
}

const localTable = 65_536

func newLocal() (*local, error) {
	table, err := lru.New[string, *rate.Limiter](localTable)
	return &local{table}, err
}

// take uses one of quota for each period and tells what is left.
func (l *local) take(key string, quota int, period time.Duration, now time.Time) window {
	limiter, ok := l.table.Get(key)
	if !ok {
		limiter = rate.NewLimiter(rate.Every(period/time.Duration(quota)), quota)
		if had, found, _ := l.table.PeekOrAdd(key, limiter); found {
			limiter = had
		}
	}
	allowed := limiter.AllowN(now, 1)
	tokens := limiter.TokensAt(now)
	w := window{allowed: allowed, quota: quota, period: period, left: max(0, int(tokens))}
	perToken := period / time.Duration(quota)
	w.reset = time.Duration((float64(quota) - tokens) * float64(perToken))
	if !allowed {
		w.retry = max(time.Millisecond, time.Duration((1-tokens)*float64(perToken)))
	}
	return w
}
