package app

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"pavilion/config"
	"pavilion/internal/latency"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
	"pavilion/web/ops"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// emptyDatabase is a Postgres of the test's own.
func emptyDatabase(t *testing.T) (db *pgxpool.Pool, url string) {
	t.Helper()
	e, err := engines.Start(t.Context(), engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	db, err = storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(e.PostgresURL)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db, e.PostgresURL
}

// The critical parts depend on the roles of the process.
func TestProbes_WhatIsCriticalDependsOnTheRole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		roles    []string
		critical string
		missing  string
	}{
		{[]string{config.RoleBot}, "[installation archive telegram]", "jobs"},
		{[]string{config.RoleHTTP}, "[postgres schema installation]", "telegram"},
		{[]string{config.RoleWorker}, "[postgres schema installation]", "telegram"},
		{[]string{config.RoleBot, config.RoleHTTP, config.RoleWorker}, "[postgres schema installation]", ""},
	} {
		var critical []string
		for _, p := range probes(config.Config{Roles: c.roles}, &parts{}) {
			if p.Critical {
				critical = append(critical, p.Name)
			}
			if p.Name == c.missing {
				t.Errorf("%v asks about %s", c.roles, p.Name)
			}
		}
		if got := fmt.Sprint(critical); got != c.critical {
			t.Errorf("%v: %s are critical, want %s", c.roles, got, c.critical)
		}
	}
}

// A server that takes no writes is no server for bookings, however well it answers reads.
func TestProbes_PostgresThatTakesNoWritesIsDown(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, url := emptyDatabase(t)
	now := time.Now()
	open := func(url string) *parts {
		t.Helper()
		p := &parts{now: time.Now, queries: storage.NewQueryTracer(latency.New(time.Now), func() time.Time { return now })}
		var err error
		if p.db, err = storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(url), Tracer: p.queries}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.db.Close)
		return p
	}
	separator := "?"
	if strings.Contains(url, "?") {
		separator = "&"
	}
	p := open(url + separator + "default_transaction_read_only=on")
	if c := p.postgresCondition(ctx); c.State != ops.Down || c.Facts["read_only"] != true {
		t.Errorf("read-only: %+v", c)
	}
	if _, err := p.db.Exec(ctx, `CREATE TABLE refused ()`); !storage.Unreachable(err) {
		t.Errorf("a write: %v", err)
	}
	if n := p.queries.Refusals()[storage.RefusedReadOnly]; n != 1 {
		t.Errorf("%d refusals are counted", n)
	}
	p = open(url)
	if c := p.postgresCondition(ctx); c.State != ops.OK {
		t.Errorf("before: %+v", c)
	}
	// After one "disk full" error Postgres still counts as up, because tables can grow.
	for code, want := range map[string]ops.State{"53200": ops.Degraded, "53100": ops.OK} {
		if _, err := p.db.Exec(ctx, `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '`+code+`'; END $$`); !storage.Unreachable(err) {
			t.Errorf("%s: %v", code, err)
		}
		if c := p.postgresCondition(ctx); c.State != want {
			t.Errorf("after %s: %+v", code, c)
		}
		now = now.Add(time.Minute)
	}
	// A role without the right to create temporary tables simulates a full disk.
	if _, err := p.db.Exec(ctx, `DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$; CREATE ROLE cramped LOGIN; GRANT cramped TO CURRENT_USER`); err != nil {
		t.Fatal(err)
	}
	cramped := open(url + separator + "options=-c%20role%3Dcramped")
	cramped.queries.TraceConnectEnd(ctx, pgx.TraceConnectEndData{Err: &pgconn.PgError{Code: "53100"}})
	if c := cramped.postgresCondition(ctx); c.State != ops.Down || c.Facts["disk_full"] != true {
		t.Errorf("while nothing can grow: %+v", c)
	}
	now = now.Add(time.Minute)
	if c := cramped.postgresCondition(ctx); c.State != ops.OK {
		t.Errorf("a minute after the disk was full: %+v", c)
	}
	if got := p.queries.Refusals(); got[storage.RefusedDiskFull] != 1 || got[storage.RefusedResources] != 1 {
		t.Errorf("refusals: %v", got)
	}
}

func TestProbes_PostgresTellsOfWrongClocksAndLateJobs(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, _ := emptyDatabase(t)
	if _, err := migrations.Up(ctx, db); err != nil {
		t.Fatal(err)
	}
	for skew, want := range map[time.Duration]ops.State{0: ops.OK, 90 * time.Second: ops.Degraded, -90 * time.Second: ops.Degraded} {
		p := &parts{db: db, queries: storage.NewQueryTracer(latency.New(time.Now), time.Now), now: func() time.Time { return time.Now().Add(skew) }}
		if c := p.postgresCondition(ctx); c.State != want {
			t.Errorf("a clock that is %s off: %+v", skew, c)
		}
	}
	p := &parts{db: db}
	jobs := func() map[string]float64 {
		t.Helper()
		found := map[string]float64{}
		err := newFigures(p).database(ctx, func(name string, v float64, labels ...string) {
			if name == "pavilion_outbox_jobs" {
				found[labels[0]] = v
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if dead, exported := jobs()["discarded"]; !exported || dead != 0 {
		t.Errorf("dead jobs of an empty queue: %v, exported %v", dead, exported)
	}
	if _, err := db.Exec(ctx, `INSERT INTO river_job (kind, queue, max_attempts, args, state, finalized_at) VALUES ('booking_deliver', 'booking', 3, '{}', 'discarded', now())`); err != nil {
		t.Fatal(err)
	}
	if dead := jobs()["discarded"]; dead != 1 {
		t.Errorf("%v dead jobs, want 1", dead)
	}
	for _, c := range []struct {
		age   string
		state ops.State
		due   int64
		least int64
	}{{"-1 hour", ops.OK, 0, 0}, {"1 minute", ops.OK, 1, 60}, {"10 minutes", ops.Degraded, 2, 600}} {
		_, err := db.Exec(ctx, `INSERT INTO river_job (kind, queue, max_attempts, args, scheduled_at) VALUES ('booking_deliver', 'booking', 3, '{}', clock_timestamp() - $1::interval)`, c.age)
		if err != nil {
			t.Fatal(err)
		}
		got := p.jobsCondition(ctx)
		if oldest, ok := got.Facts["oldest_due_s"].(int64); got.State != c.state || got.Facts["due"] != c.due || !ok || oldest < c.least || oldest > c.least+50 {
			t.Errorf("a job due since %s: %+v", c.age, got)
		}
	}
}
