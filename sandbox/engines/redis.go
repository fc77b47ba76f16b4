package engines

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"github.com/redis/go-redis/v9"

	"pavilion/sandbox/install"
)

var errNoRedis = errors.New("no Redis found: install it (Debian: apt install redis-server) or set REDIS_URL")

func (e *Engines) startRedis(ctx context.Context) error {
	if named := os.Getenv("REDIS_URL"); named != "" {
		return e.databaseOn(ctx, named)
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
	own := &server{
		name: "redis", dir: dir,
		argv: []string{path, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"},
		ping: func(ctx context.Context) error {
			c := redis.NewClient(&redis.Options{Addr: fmt.Sprintf("127.0.0.1:%d", port)})
			defer c.Close() //nolint:errcheck // a probe
			return c.Ping(ctx).Err()
		},
	}
	e.redis = own
	return own.start(ctx)
}

// ownership is the key that marks a numbered database of a named Redis as used.
const ownership = "pavilion:sandbox"

var errNoFreeRedis = errors.New("REDIS_URL: none of the databases 1 to 15 is empty, and one is needed for the tests' own data")

// databaseOn reserves an empty numbered database of the server that the environment names, and empties it at the end. It never uses number 0.
func (e *Engines) databaseOn(ctx context.Context, named string) error {
	opts, err := redis.ParseURL(named)
	if err != nil {
		return errors.New("REDIS_URL: not a redis:// URL") // the parse error may print the password
	}
	for number := 1; number < 16; number++ {
		opts.DB = number
		client := redis.NewClient(opts)
		took, err := takeDatabase(ctx, client)
		if err != nil || !took {
			if err = errors.Join(err, client.Close()); err != nil {
				return fmt.Errorf("REDIS_URL: %w", err)
			}
			continue
		}
		e.atEnd(func() error {
			return errors.Join(client.FlushDB(context.WithoutCancel(ctx)).Err(), client.Close())
		})
		u, err := url.Parse(named)
		if err != nil {
			return errors.New("REDIS_URL: not a redis:// URL")
		}
		u.Path = "/" + strconv.Itoa(number)
		if u, e.redis, err = standInFront(ctx, u, "6379", "redis"); err != nil {
			return err
		}
		e.RedisURL = u.String()
		return nil
	}
	return errNoFreeRedis
}

// takeDatabase marks a database as used if it is empty.
func takeDatabase(ctx context.Context, client *redis.Client) (bool, error) {
	if size, err := client.DBSize(ctx).Result(); err != nil || size > 0 {
		return false, err
	}
	return client.SetNX(ctx, ownership, "taken", 0).Result()
}
