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

// RedisOptions configure the client.
type RedisOptions struct {
	URL    secret.String
	Logger *slog.Logger
}

// Redis is a client that knows whether its server answers. Everything in it may be forgotten at any time; callers do without it
// when Up is false or a call fails.
type Redis struct {
	client *redis.Client
	up     atomic.Bool
	logger *slog.Logger
}

const (
	redisTimeout = 500 * time.Millisecond // Redis is here to save time; waiting longer for it costs more than it saves
	redisProbe   = time.Second
)

var errRedisURL = errors.New("the Redis URL cannot be read: redis://user:password@host:6379/0")

// OpenRedis makes the client without connecting. It counts as up until a probe or a caller says otherwise.
func OpenRedis(o RedisOptions) (*Redis, error) {
	opts, err := redis.ParseURL(o.URL.Reveal())
	if err != nil {
		return nil, errRedisURL
	}
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = redisTimeout, redisTimeout, redisTimeout
	opts.PoolTimeout, opts.MaxRetries, opts.DialerRetries = redisTimeout, -1, 1
	opts.ContextTimeoutEnabled = true
	redis.SetLogger(silent{}) // it prints every failed dial; a change of state is logged once, by probe
	r := &Redis{client: redis.NewClient(opts), logger: o.Logger.With("component", "redis")}
	r.up.Store(true)
	return r, nil
}

// Client gives the connection; check Up first where a useless wait of up to half a second matters.
func (r *Redis) Client() *redis.Client { return r.client }

// Up tells whether the last probe got an answer.
func (r *Redis) Up() bool { return r.up.Load() }

// Run probes the server until ctx ends, logs each change once, and closes the client.
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

// silent is go-redis's logger, which the library has for the whole process.
type silent struct{}

// Printf drops the line.
func (silent) Printf(context.Context, string, ...any) {}
