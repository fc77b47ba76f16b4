package upkeep_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// startShared starts the package's Postgres for the first test that needs it.
var startShared = sync.OnceValues(func() (*engines.Engines, error) { //nolint:gochecknoglobals // one server for the package's tests
	return engines.Start(context.Background(), engines.Options{Postgres: true})
})

func TestMain(m *testing.M) {
	code := m.Run()
	var errs []error
	if shared, err := startShared(); err == nil {
		errs = append(errs, shared.Close())
	}
	if err := errors.Join(append(errs, goleak.Find())...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// openPostgres opens a database of the test's own.
func openPostgres(t *testing.T) *pgxpool.Pool {
	t.Helper()
	shared, err := startShared()
	if err != nil {
		t.Fatal(err)
	}
	open := func(url string) *pgxpool.Pool {
		db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(url)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		return db
	}
	admin := open(shared.PostgresURL)
	name := fmt.Sprintf("test_%d", time.Now().UnixNano())
	if _, err := admin.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(shared.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/" + name
	db := open(at.String())
	if _, err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return db
}
