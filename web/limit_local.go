package web

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// thresholds refuse an address that floods the server. The table is bounded: an attacker with more addresses than it holds meets the
// global limiter.
type thresholds struct {
	perSecond rate.Limit
	burst     int
	penalty   time.Duration
	table     *lru.Cache[netip.Addr, *threshold]
}

type threshold struct {
	limiter *rate.Limiter
	mu      sync.Mutex
	until   time.Time // the end of the penalty
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

// wait counts a request of an address and returns how long the address is refused; zero allows the request.
func (t *thresholds) wait(a netip.Addr, now time.Time) time.Duration {
	a = addressBlock(a)
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

// globalLimiter bounds the requests that this process takes. Its shards are chosen by address, so one client can use up no more than its
// shard. One more limiter counts all requests, because the shards together would allow several times the figure.
type globalLimiter struct {
	seed   maphash.Seed
	shards []*rate.Limiter
	all    *rate.Limiter
}

const (
	globalShards = 16
	// shardShare is how many times its even part a shard may take: addresses are not spread evenly.
	shardShare = 4
)

func newGlobalLimiter(perSecond float64) *globalLimiter {
	g := &globalLimiter{seed: maphash.MakeSeed(), all: rate.NewLimiter(rate.Limit(perSecond), max(1, int(perSecond)))}
	for range globalShards {
		per := perSecond * shardShare / globalShards
		g.shards = append(g.shards, rate.NewLimiter(rate.Limit(per), max(1, int(per))))
	}
	return g
}

func (g *globalLimiter) allow(key string, now time.Time) bool {
	return g.shards[maphash.String(g.seed, key)%globalShards].AllowN(now, 1) && g.all.AllowN(now, 1)
}
