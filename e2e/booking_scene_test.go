package e2e_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"pavilion/sandbox"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// nets is a scene whose club books nets over HTTP: the real binary at one address, over and over.
type nets struct {
	*sandbox.Scene

	base string
	db   *pgxpool.Pool // the test's own way in
	club miniapp.Club
	boss *miniapp.Client
}

// netsScene opens a scene, starts the server with some roles and sets the club up over the API.
func netsScene(t *testing.T, roles string, names ...string) *nets {
	t.Helper()
	return openNets(t, sandbox.Options{Env: map[string]string{"PAVILION_ROLES": roles}}, names...)
}

// freeAddr returns an address for a server that may start again.
func freeAddr(t *testing.T) string {
	t.Helper()
	addr, err := engines.FreeAddr()
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

// openNets is netsScene with all options of a scene.
func openNets(t *testing.T, o sandbox.Options, names ...string) *nets {
	t.Helper()
	n := prepareNets(t, o)
	n.setUp(t, names...)
	return n
}

// prepareNets opens a scene whose server is not started.
func prepareNets(t *testing.T, o sandbox.Options) *nets {
	t.Helper()
	o.Binary = cmp.Or(o.Binary, binary)
	if !o.Gateway { // which knows the server's address
		o.Env["PAVILION_HTTP_ADDR"] = freeAddr(t)
	}
	for _, limit := range []string{"ADDRESS_PER_SECOND", "PER_SECOND", "READS_PER_MINUTE", "WRITES_PER_MINUTE", "SIGN_INS_PER_MINUTE"} {
		o.Env["PAVILION_HTTP_"+limit] = "100000"
	}
	s, err := sandbox.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	n := &nets{Scene: s, base: "http://" + s.Env("PAVILION_HTTP_ADDR")}
	t.Cleanup(func() {
		if t.Failed() && s.Bot != nil {
			t.Logf("the server's log:\n%s", tail(s.Bot.Log()))
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if n.db, err = pgxpool.New(t.Context(), s.Engines.PostgresURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.db.Close)
	return n
}

// setUp starts the server and makes the club over its API.
func (n *nets) setUp(t *testing.T, names ...string) {
	t.Helper()
	n.serve(t)
	n.boss = n.open(t, n.Admin)
	var err error
	if n.club, err = miniapp.SetUp(t.Context(), n.boss, "Riverside", names...); err != nil {
		t.Fatal(err)
	}
}

// serve starts the server and waits until it can do its job.
func (n *nets) serve(t *testing.T) {
	t.Helper()
	p, err := n.Standby()
	if err != nil {
		t.Fatal(err)
	}
	n.Bot = p
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := sandbox.AwaitReady(ctx, n.base); err != nil {
		t.Fatal(err)
	}
}

// open signs a person in.
func (n *nets) open(t *testing.T, who world.User) *miniapp.Client {
	t.Helper()
	c, err := miniapp.Open(t.Context(), n.base, sandbox.BotToken, who)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// person is a Telegram user who is new to the club.
func person(i int) world.User {
	return world.User{ID: 4_300_000_000 + int64(i), First: fmt.Sprintf("Guest %d", i)}
}

// act sends an action. The test fails if there is no answer.
func act(t *testing.T, c *miniapp.Client, path, key string, body any) miniapp.Answer {
	t.Helper()
	a, err := c.Ask(t.Context(), http.MethodPost, path, key, body)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// later moves the clock that bookings, keys and jobs are judged by: the database's.
func (n *nets) later(t *testing.T, by time.Duration) {
	t.Helper()
	_, err := n.db.Exec(t.Context(), fmt.Sprintf(`CREATE OR REPLACE FUNCTION booking_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp() + interval ''%d seconds'''`, int(by.Seconds())))
	if err != nil {
		t.Fatal(err)
	}
}

// flushRedis empties Redis, as an eviction of everything would.
func (n *nets) flushRedis(t *testing.T) {
	t.Helper()
	o, err := redis.ParseURL(n.Engines.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	defer c.Close() //nolint:errcheck // the command's own error counts
	if err := c.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

// count asks the database for a number.
func (n *nets) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var found int
	if err := n.db.QueryRow(t.Context(), sql, args...).Scan(&found); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return found
}

// settled waits until the jobs drain and no hold is past its end. Then the doctor must find nothing.
func (n *nets) settled(t *testing.T) {
	t.Helper()
	// The queue has a clock of its own: for it, two minutes have passed since a process died at its jobs.
	if _, err := n.db.Exec(t.Context(), `UPDATE river_job SET attempted_at = attempted_at - interval '2 minutes' WHERE state = 'running'`); err != nil {
		t.Fatal(err)
	}
	until(t, "the jobs drain", func() bool {
		return n.count(t, `SELECT count(*) FROM river_job WHERE queue = 'booking' AND kind <> 'booking_sweep' AND state <> 'completed'`) == 0
	})
	until(t, "holds that ran out expire", func() bool {
		return n.count(t, `SELECT count(*) FROM booking WHERE state = 'held' AND expires_at <= booking_clock()`) == 0
	})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if out, err := n.Run(ctx, "doctor", "booking"); err != nil || !strings.Contains(out, "ok    every booking keeps the rules") {
		t.Errorf("doctor booking: %v\n%s", err, out)
	}
}
