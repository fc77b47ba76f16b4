package delivery_test

import (
	"context"
	"os"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"pavilion/filter"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

var (
	shared  *engines.Engines //nolint:gochecknoglobals // one server for the package's tests
	persons atomic.Int64     //nolint:gochecknoglobals // numbers the tests' people, who share one database
)

func TestMain(m *testing.M) {
	ctx := context.Background()
	var err error
	if shared, err = engines.Start(ctx, engines.Options{Postgres: true}); err != nil {
		panic(err)
	}
	pool, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(shared.PostgresURL)})
	if err != nil {
		panic(err)
	}
	if _, err := migrations.Up(ctx, pool); err != nil {
		panic(err)
	}
	pool.Close()
	code := m.Run()
	if err := shared.Close(); err != nil {
		panic(err)
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			panic(err)
		}
	}
	os.Exit(code)
}

func database(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(shared.PostgresURL)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// person returns a person that no other test has.
func person() filter.UserID { return filter.UserID(persons.Add(1)) }
