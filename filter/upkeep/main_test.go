package upkeep_test

import (
	"context"
	"errors"
	"fmt"
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
	address, err := shared.Database(t.Context(), fmt.Sprintf("test_%d", time.Now().UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(address)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return db
}
