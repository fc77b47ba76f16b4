package storage

import (
	"context"
	"fmt"
	"strings"
	"time"

	"pavilion/internal/fault"
)

// ErrRedisDown means that Redis does not answer.
var ErrRedisDown = fault.New(fault.Unavailable, "redis_down")

// Cache is a kind of entries in Redis that may be deleted at any time. Their keys begin with Prefix.
type Cache struct {
	Name    string
	Prefix  string
	Lookups func() (hits, misses int64) // of this process
}

const (
	cacheScan    = 1000 // keys in one step of a scan
	cacheCounted = 50_000
	cacheTimeout = 10 * time.Second
)

// CountEntries counts the entries of a cache. More than cacheCounted keys are not scanned: complete is false.
func (r *Redis) CountEntries(ctx context.Context, c Cache) (entries int, complete bool, err error) {
	complete, err = r.scan(ctx, c, func(_ context.Context, keys []string) error {
		entries += len(keys)
		return nil
	}, cacheCounted)
	return entries, complete, err
}

// ClearEntries deletes the entries of a cache.
func (r *Redis) ClearEntries(ctx context.Context, c Cache) error {
	_, err := r.scan(ctx, c, func(ctx context.Context, keys []string) error { return r.client.Unlink(ctx, keys...).Err() }, 0)
	return err
}

// scan calls fn with the keys of a cache until all keys of the server, or most of them if most is not 0, were looked at. A step of the scan blocks the
// server for less than a millisecond.
func (r *Redis) scan(ctx context.Context, c Cache, fn func(ctx context.Context, keys []string) error, most int) (complete bool, err error) {
	if !r.Up() {
		return false, ErrRedisDown
	}
	ctx, cancel := context.WithTimeout(ctx, cacheTimeout)
	defer cancel()
	pattern := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(c.Prefix) + "*"
	var cursor uint64
	for looked := 0; most == 0 || looked < most; looked += cacheScan {
		keys, next, err := r.client.Scan(ctx, cursor, pattern, cacheScan).Result()
		if err == nil && len(keys) > 0 {
			err = fn(ctx, keys)
		}
		if err != nil {
			return false, fmt.Errorf("cache %s: %w: %w", c.Name, ErrRedisDown, err)
		}
		if cursor = next; cursor == 0 {
			return true, nil
		}
	}
	return false, nil
}
