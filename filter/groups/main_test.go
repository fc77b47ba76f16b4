package groups_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"pavilion/filter/groups"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

var (
	shared    *engines.Engines //nolint:gochecknoglobals // one server for the package's tests
	databases atomic.Int32     //nolint:gochecknoglobals // numbers the tests' databases
)

const template = "groups_template"

func TestMain(m *testing.M) {
	ctx := context.Background()
	var err error
	if shared, err = engines.Start(ctx, engines.Options{Postgres: true}); err != nil {
		panic(err)
	}
	if err = makeTemplate(ctx); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := shared.Close(); err != nil {
		panic(err)
	}
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func makeTemplate(ctx context.Context) error {
	if err := admin(ctx, "CREATE DATABASE "+template); err != nil {
		return err
	}
	pool, err := open(ctx, template)
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = migrations.Up(ctx, pool)
	return err
}

func admin(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, shared.PostgresURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // the statement's own error counts
	_, err = conn.Exec(ctx, sql)
	return err
}

func open(ctx context.Context, name string) (*pgxpool.Pool, error) {
	u, err := url.Parse(shared.PostgresURL)
	if err != nil {
		return nil, err
	}
	u.Path = "/" + name
	return storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(u.String())})
}

// newDatabase makes a database of a test's own.
func newDatabase(t *testing.T) *pgxpool.Pool {
	t.Helper()
	name := fmt.Sprintf("groups_%d", databases.Add(1))
	if err := admin(t.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	pool, err := open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// newGroups makes a process's view of a database.
func newGroups(t *testing.T, db *pgxpool.Pool, now func() time.Time) *groups.Groups {
	t.Helper()
	g, err := groups.New(groups.Options{DB: db, Logger: slog.New(slog.DiscardHandler), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return g
}
