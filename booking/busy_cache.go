package booking

import (
	"context"
	"encoding/json"
	"strconv"
	"sync/atomic"
	"time"

	"pavilion/storage"
)

// busySpan is a live slot in the cache. A hold carries its expiry, because it frees the slot without a commit.
type busySpan struct {
	Start   time.Time  `json:"s"`
	End     time.Time  `json:"e"` // with the buffer
	Kind    Kind       `json:"k"`
	Expires *time.Time `json:"x,omitempty"`
}

// busyKey names one net on one day in one state of the database. Because it contains the tokens, its content never changes: an entry is never
// wrong and needs no invalidation.
type busyKey struct {
	club   ClubID
	net    NetID
	day    Day
	tokens string
}

func (k busyKey) String() string {
	return busyPrefix + strconv.FormatInt(int64(k.club), 10) + ":" + strconv.FormatInt(int64(k.net), 10) + ":" + k.day.String() + ":" + k.tokens
}

// busyCache caches busy spans in Redis. Without Redis every read is a miss.
type busyCache struct {
	redis        *storage.Redis
	hits, misses atomic.Int64
}

const (
	busyTTL      = 10 * time.Minute
	redisTimeout = 100 * time.Millisecond // a read from Postgres is faster than a longer wait
)

func newBusyCache(r *storage.Redis) *busyCache { return &busyCache{redis: r} }

// busyPrefix begins the keys of the cache.
const busyPrefix = "pavilion:busy:"

// Cache describes the cached availability.
func (s *Service) Cache() storage.Cache {
	return storage.Cache{Name: "availability", Prefix: busyPrefix, Lookups: s.CacheLookups}
}

// CacheLookups counts the net-days that availability found in its cache and those that it read from Postgres.
func (s *Service) CacheLookups() (hits, misses int64) {
	return s.cache.hits.Load(), s.cache.misses.Load()
}

func (c *busyCache) available() bool { return c.redis != nil && c.redis.Up() }

// readSpans returns the cached spans; keys that are not cached are missing from the result.
func (c *busyCache) readSpans(ctx context.Context, keys []busyKey) map[busyKey][]busySpan {
	found := map[busyKey][]busySpan{}
	defer func() {
		c.hits.Add(int64(len(found)))
		c.misses.Add(int64(len(keys) - len(found)))
	}()
	if !c.available() || len(keys) == 0 {
		return found
	}
	ctx, cancel := context.WithTimeout(ctx, redisTimeout)
	defer cancel()
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.String()
	}
	values, err := c.redis.Client().MGet(ctx, names...).Result()
	if err != nil {
		return found
	}
	for i, v := range values {
		var spans []busySpan
		if text, ok := v.(string); ok && json.Unmarshal([]byte(text), &spans) == nil {
			found[keys[i]] = spans
		}
	}
	return found
}

// writeSpans caches spans. It ignores errors of Redis.
func (c *busyCache) writeSpans(ctx context.Context, read map[busyKey][]busySpan) {
	if !c.available() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, redisTimeout)
	defer cancel()
	pipe := c.redis.Client().Pipeline()
	for k, spans := range read {
		data, err := json.Marshal(spans)
		if err != nil {
			return
		}
		pipe.Set(ctx, k.String(), data, busyTTL)
	}
	_, _ = pipe.Exec(ctx) // a failed write only means that the next reader queries Postgres
}
