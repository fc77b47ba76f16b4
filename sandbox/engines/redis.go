package engines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/redis/go-redis/v9"

	"pavilion/sandbox/install"
)

var errNoRedis = errors.New("no Redis found: install it (Debian: apt install redis-server) or set REDIS_URL")

func (e *Engines) startRedis(ctx context.Context) error {
	if named := os.Getenv("REDIS_URL"); named != "" {
		e.RedisURL = named
		return nil
	}
	path, ok := install.Binary("redis-server", "/usr/bin", "/opt/homebrew/bin")
	if !ok {
		if path, ok = install.Binary("valkey-server"); !ok {
			if err := install.Apt(ctx, "redis-server"); err != nil {
				return fmt.Errorf("%w: %w", errNoRedis, err)
			}
			if path, ok = install.Binary("redis-server"); !ok {
				return errNoRedis
			}
		}
	}
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(e.dir, "redis")
	if err := privateDir(dir, nil); err != nil {
		return err
	}
	e.RedisURL = fmt.Sprintf("redis://127.0.0.1:%d/0", port)
	e.redis = &server{
		name: "redis", dir: dir,
		argv: []string{path, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"},
		ping: func(ctx context.Context) error {
			c := redis.NewClient(&redis.Options{Addr: fmt.Sprintf("127.0.0.1:%d", port)})
			defer c.Close() //nolint:errcheck // a probe
			return c.Ping(ctx).Err()
		},
	}
	return e.redis.start(ctx)
}
