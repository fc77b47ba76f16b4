package storage_test

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// startServers starts the package's servers for the first test that needs them: examples need none.
var startServers = sync.OnceValues(func() (*engines.Engines, error) { //nolint:gochecknoglobals // one set of servers for the package's tests
	started.Store(true)
	return engines.Start(context.Background(), engines.Options{Postgres: true, Redis: true, MongoPools: 2})
})

var started atomic.Bool //nolint:gochecknoglobals // startServers was called

func TestMain(m *testing.M) {
	code := m.Run()
	if started.Load() {
		if shared, err := startServers(); err == nil {
			if err := shared.Close(); err != nil {
				panic(err)
			}
		}
	}
	os.Exit(code)
}

func servers(t *testing.T) *engines.Engines {
	t.Helper()
	shared, err := startServers()
	if err != nil {
		t.Fatal(err)
	}
	return shared
}

func openPostgres(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(servers(t).PostgresURL)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if _, err := migrations.Up(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	return pool
}

// throughDetour opens Postgres by way of a detour. It returns the host of Postgres, too.
func throughDetour(t *testing.T) (way *engines.Detour, host string, pool *pgxpool.Pool) {
	t.Helper()
	u, err := url.Parse(servers(t).PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	host = u.Host
	if way, err = engines.OpenDetour(t.Context(), host); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(way.Cut)
	u.Host = way.Addr()
	if pool, err = storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(u.String())}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return way, host, pool
}

// eventually waits for a condition that another process causes.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	const patience = time.Minute
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatalf("not within %s: %s", patience, what)
		case <-tick.C:
		}
	}
}

func TestInTx_SerializationFailureRunsAgain(t *testing.T) {
	pool := openPostgres(t)
	ctx := t.Context()
	if _, err := pool.Exec(ctx, `DROP TABLE IF EXISTS tally; CREATE TABLE tally (id int PRIMARY KEY, n int); INSERT INTO tally VALUES (1, 0)`); err != nil {
		t.Fatal(err)
	}
	runs := 0
	err := storage.InTx(ctx, pool, func(ctx context.Context, tx pgx.Tx) error {
		runs++
		if _, err := tx.Exec(ctx, `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, `SELECT n FROM tally WHERE id = 1`).Scan(&n); err != nil {
			return err
		}
		if runs == 1 { // another transaction commits between the read and the write
			if _, err := pool.Exec(ctx, `UPDATE tally SET n = n + 10 WHERE id = 1`); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `UPDATE tally SET n = $1 WHERE id = 1`, n+1)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := pool.QueryRow(ctx, `SELECT n FROM tally WHERE id = 1`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	if runs != 2 || n != 11 {
		t.Errorf("runs = %d, n = %d; want 2 runs and 11", runs, n)
	}
}

func TestInTx_RollsBackWhenTheCallerIsCancelled(t *testing.T) {
	pool := openPostgres(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := storage.InTx(ctx, pool, func(context.Context, pgx.Tx) error {
		cancel()
		return errors.New("stopped half-way")
	})
	if err == nil || pool.Stat().AcquiredConns() != 0 {
		t.Errorf("err = %v, connections still out: %d", err, pool.Stat().AcquiredConns())
	}
	if pool.Stat().TotalConns() == 0 {
		t.Error("the connection was thrown away instead of being rolled back")
	}
}

func TestLease_StandbyTakesOverAndNeverTwoAtOnce(t *testing.T) {
	db := openPostgres(t)
	const ttl = 6 * time.Second // a busy machine delays a renewal by seconds
	logger := slog.New(slog.DiscardHandler)
	var acting, most atomic.Int32
	act := func(started chan<- struct{}) func(context.Context) error {
		return func(ctx context.Context) error {
			if now := acting.Add(1); now > most.Load() {
				most.Store(now)
			}
			defer acting.Add(-1)
			started <- struct{}{}
			<-ctx.Done()
			return nil
		}
	}
	run := func(holder string) (context.CancelFunc, chan struct{}, chan error) {
		ctx, cancel := context.WithCancel(t.Context())
		started, done := make(chan struct{}, 1), make(chan error, 1)
		lease := storage.NewLease(db, storage.LeaseOptions{Name: "test", Holder: holder, TTL: ttl, Logger: logger})
		go func() { done <- lease.Run(ctx, act(started)) }()
		return cancel, started, done
	}
	stopA, startedA, doneA := run("a")
	<-startedA
	stopB, startedB, doneB := run("b")
	eventually(t, "a renews the lease after b has tried to take it", func() bool {
		var renewed bool
		err := db.QueryRow(t.Context(), `SELECT standby_at < expires_at - $1::interval FROM lease WHERE name = 'test' AND holder = 'a'`, ttl).Scan(&renewed)
		return err == nil && renewed
	})
	select {
	case <-startedB:
		t.Fatal("two holders")
	default:
	}
	stopA()
	<-startedB
	if err := <-doneA; err != nil {
		t.Error(err)
	}
	// c takes the row, as it could if b had not renewed in time.
	if _, err := db.Exec(t.Context(), `UPDATE lease SET holder = 'c', expires_at = clock_timestamp() + interval '1 hour' WHERE name = 'test'`); err != nil {
		t.Fatal(err)
	}
	if err := <-doneB; !errors.Is(err, storage.ErrLeaseLost) {
		t.Errorf("b ended with %v, want ErrLeaseLost", err)
	}
	if _, err := db.Exec(t.Context(), `DELETE FROM lease WHERE name = 'test'`); err != nil { // else the test runs only once
		t.Fatal(err)
	}
	stopB()
	if most.Load() != 1 {
		t.Errorf("%d holders at once", most.Load())
	}
}

func TestLease_ADeadHoldersLeaseExpires(t *testing.T) {
	db := openPostgres(t)
	if _, err := db.Exec(t.Context(), `INSERT INTO lease VALUES ('dead', 'killed', clock_timestamp() + interval '300 milliseconds')`); err != nil {
		t.Fatal(err)
	}
	lease := storage.NewLease(db, storage.LeaseOptions{Name: "dead", Holder: "next", TTL: 300 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	ran := false
	if err := lease.Run(t.Context(), func(context.Context) error { ran = true; return nil }); err != nil || !ran {
		t.Errorf("ran = %v, %v", ran, err)
	}
}

func openPools(t *testing.T, limit int64) *storage.Pools {
	t.Helper()
	var opts []storage.PoolOptions
	for i, uri := range servers(t).MongoURIs {
		opts = append(opts, storage.PoolOptions{Name: string(rune('a' + i)), URI: secret.New(uri), Database: "pavilion", LimitBytes: limit})
	}
	ps, err := storage.OpenPools(storage.PoolsOptions{Pools: opts, Timeout: 5 * time.Second, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

func insertThing(ctx context.Context, db *mongo.Database) error {
	_, err := db.Collection("things").InsertOne(ctx, bson.M{})
	return err
}

func TestPools_BreakerOpensAndClosesByItself(t *testing.T) {
	ps := openPools(t, 0)
	recovered := make(chan string, 4)
	ps.OnRecover(func(_ context.Context, p *storage.Pool) { recovered <- p.Name() })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- ps.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	b := ps.All()[1]
	eventually(t, "the server is reached", func() bool { return b.Do(ctx, "insert", insertThing) == nil })
	servers(t).StopMongo(1)
	eventually(t, "the breaker opens", func() bool {
		err := b.Do(ctx, "insert", insertThing)
		if err != nil && fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("an outage must be Unavailable: %v", err)
		}
		return b.Down()
	})
	if got := ps.Writable(t.Context()); len(got) != 1 || got[0].Name() != "a" {
		t.Errorf("writable while b is down: %d pools", len(got))
	}
	results := ps.Each(ctx, "ping", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		return db.RunCommand(ctx, bson.M{"ping": 1}).Err()
	})
	if results[0].Err != nil || !errors.Is(results[1].Err, storage.ErrPoolDown) {
		t.Errorf("each: a %v, b %v", results[0].Err, results[1].Err)
	}
	if err := servers(t).StartMongo(ctx, 1); err != nil {
		t.Fatal(err)
	}
	select {
	case name := <-recovered:
		if name != "b" {
			t.Errorf("recovered %s", name)
		}
	case <-time.After(time.Minute):
		t.Fatal("b did not come back by itself")
	}
	if err := b.Do(ctx, "insert", insertThing); err != nil {
		t.Error(err)
	}
}

func TestPool_CallersWithDeadlinesOpenTheBreakerAndOnlyMeasureProbes(t *testing.T) {
	b := openPools(t, 0).All()[1] // Run is not called, so only this test measures it
	servers(t).StopMongo(1)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		err := b.Do(ctx, "insert", insertThing)
		cancel()
		if !errors.Is(err, storage.ErrPoolDown) {
			t.Fatalf("a stopped server: %v", err)
		}
	}
	if !b.Down() {
		t.Fatal("three callers met a stopped server, and the breaker is closed")
	}
	if err := servers(t).StartMongo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the breaker is half-open", func() bool { return b.State().Breaker == "half-open" })
	if err := b.Do(t.Context(), "insert", insertThing); !errors.Is(err, storage.ErrPoolDown) {
		t.Errorf("a caller was the probe: %v", err)
	}
	if err := b.Measure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.Do(t.Context(), "insert", insertThing); err != nil {
		t.Error(err)
	}
}

func TestPool_AnAnswerIsNoOutage(t *testing.T) {
	ps := openPools(t, 0)
	p := ps.All()[0]
	insertSame := func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection("things").InsertOne(ctx, bson.M{"_id": "same"})
		return err
	}
	for range 10 {
		_ = p.Do(t.Context(), "insert", insertSame)
	}
	if err := p.Do(t.Context(), "insert", insertSame); !mongo.IsDuplicateKeyError(err) {
		t.Errorf("err = %v, want the duplicate key", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 10 {
		_ = p.Do(gone, "insert", insertThing)
	}
	if p.Down() {
		t.Error("duplicate keys and callers that left opened the breaker")
	}
}

func TestPools_AFullPoolIsNotWritable(t *testing.T) {
	ps := openPools(t, 64<<20)
	for _, p := range ps.All() {
		if err := p.Measure(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ps.All()[0].Wrote(1 << 20)
	if got := ps.Writable(t.Context()); len(got) != 2 || got[0].Name() != "b" {
		t.Fatalf("the pool with more room must come first")
	}
	ps.All()[1].Wrote(61 << 20)
	if got := ps.Writable(t.Context()); len(got) != 1 || got[0].Name() != "a" {
		t.Error("a full pool is still offered for writing")
	}
}

func TestRedis_DegradesAndComesBackLoggedOnce(t *testing.T) {
	var changes atomic.Int32
	r, err := storage.OpenRedis(storage.RedisOptions{URL: secret.New(servers(t).RedisURL), Logger: slog.New(countingHandler{slog.DiscardHandler, &changes})})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	servers(t).StopRedis()
	eventually(t, "redis counts as down", func() bool { return !r.Up() })
	if err := servers(t).StartRedis(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, "redis counts as up", r.Up)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if changes.Load() != 2 {
		t.Errorf("%d log lines for two changes", changes.Load())
	}
}

type countingHandler struct {
	slog.Handler
	n *atomic.Int32
}

func (h countingHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h countingHandler) Handle(context.Context, slog.Record) error {
	h.n.Add(1)
	return nil
}

func (h countingHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
