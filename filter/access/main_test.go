package access_test

import (
	"context"
	"log/slog"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"pavilion/filter"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

var (
	shared  *engines.Engines //nolint:gochecknoglobals // one set of servers for the package's tests
	persons atomic.Int64     //nolint:gochecknoglobals // numbers the tests' people
)

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if shared, err = engines.Start(context.Background(), engines.Options{Postgres: true, Redis: true}); err != nil {
		panic(err)
	}
	db, err := storage.OpenPostgres(context.Background(), storage.PostgresOptions{URL: secret.New(shared.PostgresURL)})
	if err == nil {
		_, err = migrations.Up(context.Background(), db)
		db.Close()
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	if err := shared.Close(); err != nil {
		panic(err)
	}
	if err := goleak.Find(); code == 0 && err != nil {
		panic(err)
	}
	return code
}

// someone returns a person whom no other test has.
func someone() filter.UserID { return filter.UserID(1000 + persons.Add(1)) }

func openPostgres(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(url)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// openRedis connects to Redis until the test ends.
func openRedis(t *testing.T, url string) *storage.Redis {
	t.Helper()
	r, err := storage.OpenRedis(storage.RedisOptions{URL: secret.New(url), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return r
}

// clock is a clock that a test sets.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }
