package booking_test

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/sandbox/plans"
	"pavilion/storage"
)

var (
	shared    *engines.Engines //nolint:gochecknoglobals // one set of servers for the package's tests
	databases atomic.Int32     //nolint:gochecknoglobals // numbers the tests' databases
	// statements records the SQL that the tests cause, for checkPlans.
	statements = plans.NewRecorder() //nolint:gochecknoglobals // as above
)

const template = "pavilion_template"

func TestMain(m *testing.M) {
	ctx := context.Background()
	var err error
	if shared, err = engines.Start(ctx, engines.Options{Postgres: true, Redis: true}); err != nil {
		panic(err)
	}
	if err := makeTemplate(ctx); err != nil {
		panic(err)
	}
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" { // a run of single tests records too few statements
		if err := checkPlans(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if err := shared.Close(); err != nil {
		panic(err)
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// makeTemplate migrates one database that every test's own is copied from.
func makeTemplate(ctx context.Context) error {
	if err := admin(ctx, "CREATE DATABASE "+template); err != nil {
		return err
	}
	pool, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(databaseURL(template))})
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

func databaseURL(name string) string {
	u, err := url.Parse(shared.PostgresURL)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}

// copyOf copies a database to which no connection is open, and opens the copy.
func copyOf(t *testing.T, original string) (string, *pgxpool.Pool) {
	t.Helper()
	name := fmt.Sprintf("pavilion_%s_%d", strings.ToLower(strings.NewReplacer("/", "_", "-", "_").Replace(t.Name()[:min(30, len(t.Name()))])), databases.Add(1))
	if err := admin(t.Context(), fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s`, pgx.Identifier{name}.Sanitize(), pgx.Identifier{original}.Sanitize())); err != nil {
		t.Fatal(err)
	}
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(databaseURL(name)), Tracer: statements})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return name, pool
}
