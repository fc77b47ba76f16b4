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

func (e *Engines) startRedis(ctx context.Context, opts Options) error {
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
	dir := filepath.Join(e.dir, "redis")
	if err := privateDir(dir, nil); err != nil {
		return err
	}
	own := &server{name: "redis", dir: dir}
	own.listen = func(port int) {
		e.RedisURL = fmt.Sprintf("redis://127.0.0.1:%d/0", port)
		own.argv = []string{path, "--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"}
	}
	own.ping = func(ctx context.Context) error { return pingRedis(ctx, e.RedisURL, dir) }
	e.redis = own
	return own.startOnPort(ctx, opts.pickPort)
}

// pingRedis checks that the server at an address works in a directory. Another one does if it took the port.
func pingRedis(ctx context.Context, address, dir string) error {
	o, err := redis.ParseURL(address)
	if err != nil {
		return err
	}
	c := redis.NewClient(o)
	defer c.Close() //nolint:errcheck // a probe
	config, err := c.ConfigGet(ctx, "dir").Result()
	if err == nil && config["dir"] != dir {
		err = errOther
	}
	return err
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
