package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"pavilion/internal/secret"
)

// RedisOptions configure OpenRedis.
type RedisOptions struct {
	URL    secret.String
	Logger *slog.Logger
}

// Redis is a client that records whether its server answers. Redis may lose its data at any time; callers work without it when Up is false or
// a call fails.
type Redis struct {
	client *redis.Client
	up     atomic.Bool
	logger *slog.Logger
}

const (
	redisTimeout = 500 * time.Millisecond // a cache that is slower than this saves no time
	redisProbe   = time.Second
)

var errRedisURL = errors.New("the Redis URL cannot be read: redis://user:password@host:6379/0")

// OpenRedis makes the client without connecting. Up is true until the first probe fails.
func OpenRedis(o RedisOptions) (*Redis, error) {
	opts, err := redis.ParseURL(o.URL.Reveal())
	if err != nil {
		return nil, errRedisURL
	}
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = redisTimeout, redisTimeout, redisTimeout
	opts.PoolTimeout, opts.MaxRetries, opts.DialerRetries = redisTimeout, -1, 1
	opts.ContextTimeoutEnabled = true
	opts.Protocol = 2                // the third only adds push messages, which are looked for before each command
	redis.SetLogger(discardLogger{}) // it prints every failed dial; probe logs each change of state once
	r := &Redis{client: redis.NewClient(opts), logger: o.Logger.With("component", "redis")}
	r.up.Store(true)
	return r, nil
}

// Client returns the go-redis client. A call can wait half a second for a dead server; check Up first where that matters.
func (r *Redis) Client() *redis.Client { return r.client }

// Up reports whether the last probe got an answer.
func (r *Redis) Up() bool { return r.up.Load() }

// Run probes the server and logs its changes until ctx ends. Then it closes the client.
func (r *Redis) Run(ctx context.Context) error {
	ticker := time.NewTicker(redisProbe)
	defer ticker.Stop()
	for {
		r.probe(ctx)
		select {
		case <-ctx.Done():
			if err := r.client.Close(); err != nil {
				return fmt.Errorf("close Redis: %w", err)
			}
			return nil
		case <-ticker.C:
		}
	}
}

func (r *Redis) probe(ctx context.Context) {
	err := r.client.Ping(ctx).Err()
	if ctx.Err() != nil {
		return
	}
	if was := r.up.Swap(err == nil); was == (err == nil) {
		return
	}
	if err == nil {
		r.logger.LogAttrs(ctx, slog.LevelInfo, "redis is back")
		return
	}
	r.logger.LogAttrs(ctx, slog.LevelWarn, "redis does not answer; going on without it", slog.Any("error", err))
}

// discardLogger replaces go-redis's logger, which is one for the whole process.
type discardLogger struct{}

// Printf drops the line.
func (discardLogger) Printf(context.Context, string, ...any) {}
