package booking

import (
	"context"
	"encoding/json"
	"strconv"
	"sync/atomic"
	"time"

	"pavilion/storage"
)

// busySpan is a live slot as availability sees it. A hold carries its expiry: it frees the slot without any commit.
type busySpan struct {
	Start   time.Time  `json:"s"`
	End     time.Time  `json:"e"` // with the buffer
	Kind    Kind       `json:"k"`
	Expires *time.Time `json:"x,omitempty"`
}

// busyKey is one net on one day in one state of the database. The tokens make the key name exactly one content for ever, so an entry is
// never wrong and never invalidated; it is only no longer asked for.
type busyKey struct {
	club   ClubID
	net    NetID
	day    Day
	tokens string
}

func (k busyKey) String() string {
	return "pavilion:busy:" + strconv.FormatInt(int64(k.club), 10) + ":" + strconv.FormatInt(int64(k.net), 10) + ":" + k.day.String() + ":" + k.tokens
}

// busyCache keeps busy spans in Redis. Without Redis every read is a miss.
type busyCache struct {
	redis        *storage.Redis
	hits, misses atomic.Int64
}

const (
	busyTTL      = 10 * time.Minute
	redisTimeout = 100 * time.Millisecond // reading Postgres takes less than waiting longer
)

func newBusyCache(r *storage.Redis) *busyCache { return &busyCache{redis: r} }

// CacheLookups tells how many net-days availability found in its cache, and how many it had to read.
func (s *Service) CacheLookups() (hits, misses int64) {
	return s.cache.hits.Load(), s.cache.misses.Load()
}

func (c *busyCache) available() bool { return c.redis != nil && c.redis.Up() }

// readSpans returns what it has.
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

// writeSpans keeps what was read, as far as Redis takes it.
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
	_, _ = pipe.Exec(ctx) // a lost write costs the next reader a query
}
