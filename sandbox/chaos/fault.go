package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// fault is a failure that begins and is repaired after a time.
type fault struct {
	name  string
	begin func(ctx context.Context) error
	lasts time.Duration
	end   func(ctx context.Context) error
	felt  bool // clients must notice it: some tries fail while it lasts
}

const (
	outage     = 20 * time.Second // how long Postgres is stopped
	shortFault = 8 * time.Second
	cuts       = 3
	kills      = 6
)

func nothing(context.Context) error { return nil }

// faults lists the faults in their order.
func (s *scene) faults() []fault {
	var list []fault
	for i := range cuts {
		list = append(list, fault{fmt.Sprintf("Postgres connections cut, %d of %d", i+1, cuts), s.cutPostgres, 0, nothing, false})
	}
	list = append(list,
		fault{"Postgres stopped for 20 s", func(context.Context) error { s.Engines.StopPostgres(); return nil }, outage, s.Engines.StartPostgres, true},
		fault{"Postgres read-only", s.setReadOnly("on"), shortFault, s.setReadOnly("off"), true},
		s.fullDisk(),
		fault{"Redis stopped", func(context.Context) error { s.Engines.StopRedis(); return nil }, shortFault, s.Engines.StartRedis, false},
		fault{"Redis full (noeviction)", s.setRedisMemory("1"), shortFault, s.setRedisMemory("0"), false},
		fault{"Redis flushed", s.flushRedis, 0, nothing, false},
	)
	for i := range kills {
		list = append(list, fault{fmt.Sprintf("kill -9 of the server, %d of %d", i+1, kills), s.kill, 0, nothing, true})
	}
	return list
}

// cutPostgres ends every connection, as a failover does.
func (s *scene) cutPostgres(ctx context.Context) error {
	return s.sql(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`)
}

// setReadOnly returns a function that makes every transaction of the server read-only ("on") or read-write ("off").
func (s *scene) setReadOnly(on string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return s.sql(ctx, `ALTER SYSTEM SET default_transaction_read_only = `+on, `SELECT pg_reload_conf()`)
	}
}

// fullDisk fills the small disk, or raises Postgres's error for a full disk where there is none.
func (s *scene) fullDisk() fault {
	if s.disk == "" {
		const tables = `ARRAY['booking', 'booking_slot', 'payment', 'payment_event', 'refund', 'idempotency_key']`
		return fault{
			"Postgres disk full (raised by triggers)", func(ctx context.Context) error {
				return s.sql(ctx, `CREATE OR REPLACE FUNCTION chaos_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$`,
					`DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY `+tables+` LOOP
						IF to_regclass(t) IS NOT NULL THEN EXECUTE format('CREATE TRIGGER chaos_full BEFORE INSERT ON %I FOR EACH STATEMENT EXECUTE FUNCTION chaos_full()', t); END IF;
					END LOOP; END $$`)
			}, shortFault, func(ctx context.Context) error { return s.sql(ctx, `DROP FUNCTION chaos_full CASCADE`) }, true,
		}
	}
	filler := filepath.Join(s.disk, "filler")
	return fault{"Postgres disk full (a real one of " + diskSize + ")", func(context.Context) error { return fill(filler) }, shortFault, func(context.Context) error { return os.Remove(filler) }, true}
}

// fill writes a file until the disk is full.
func fill(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // an error of a full disk is expected
	for chunk := make([]byte, 1<<20); len(chunk) >= 1<<10; {
		if _, err = f.Write(chunk); err == nil {
			continue
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return err
		}
		chunk = chunk[:len(chunk)/2]
	}
	return nil
}

func (s *scene) redis(do func(c *redis.Client) error) error {
	o, err := redis.ParseURL(s.Engines.RedisURL)
	if err != nil {
		return err
	}
	c := redis.NewClient(o)
	return errors.Join(do(c), c.Close())
}

// setRedisMemory returns a function that sets the memory limit of Redis. Above it Redis refuses writes. "0" is no limit.
func (s *scene) setRedisMemory(bytes string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		return s.redis(func(c *redis.Client) error {
			return errors.Join(c.ConfigSet(ctx, "maxmemory-policy", "noeviction").Err(), c.ConfigSet(ctx, "maxmemory", bytes).Err())
		})
	}
}

func (s *scene) flushRedis(ctx context.Context) error {
	return s.redis(func(c *redis.Client) error { return c.FlushAll(ctx).Err() })
}

// kill ends the server with SIGKILL and starts the next one at once.
func (s *scene) kill(context.Context) error {
	s.Bot.Kill()
	return s.startServer()
}
