package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

// The command says what a database has and lacks, applies it, and stops where a person must look; so does a server that starts.
func TestMigrate_StatusPlanUpAndWhatIsRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, url := emptyDatabase(t)
	settings := []string{
		"PAVILION_BOT_TOKEN=1:secret", "PAVILION_API_ID=1", "PAVILION_API_HASH=hash", "PAVILION_REDIS_URL=redis://localhost:1/0",
		"PAVILION_POSTGRES_URL=" + url, "PAVILION_MONGO_URIS=mongodb://localhost:1/x",
	}
	run := func(code int, args ...string) (out, errs string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := Main(ctx, args, settings, &stdout, &stderr); got != code {
			t.Errorf("%v: exit %d, want %d\n%s%s", args, got, code, stdout.String(), stderr.String())
		}
		return stdout.String(), stderr.String()
	}
	says := func(what, text, want string) {
		t.Helper()
		if !strings.Contains(text, want) {
			t.Errorf("%s: no %q in\n%s", what, want, text)
		}
	}
	list, err := migrations.List(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	out, _ := run(0, "migrate", "plan")
	var tables int
	if err := db.QueryRow(ctx, `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`).Scan(&tables); err != nil || tables > 0 {
		t.Errorf("a look at an empty database made %d tables: %v", tables, err)
	}
	if strings.Count(out, "missing") != len(list) || strings.Contains(out, "applied") {
		t.Errorf("the plan of an empty database:\n%s", out)
	}
	if err := prepareSchema(ctx, db, false, slog.New(slog.DiscardHandler)); !errors.Is(err, migrations.ErrBehind) {
		t.Errorf("a server on an empty database: %v", err)
	}
	run(1, "migrate", "up", "--force")
	run(0, "migrate", "up")
	if out, _ = run(0, "migrate", "plan"); out != "" {
		t.Errorf("a plan where nothing is missing:\n%s", out)
	}
	if out, _ = run(0, "migrate", "status"); strings.Count(out, "applied") != len(list) {
		t.Errorf("status:\n%s", out)
	}
	if out, _ = run(0, "migrate", "up", "--destructive"); out != "0 applied\n" {
		t.Errorf("up again: %s", out)
	}
	if err := prepareSchema(ctx, db, true, slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("on a schema that fits: %v", err)
	}
	for name, c := range map[string]struct {
		spoil, mend string
		file        string
		want        error
	}{
		"an edited file": {
			`ALTER TABLE schema_file ADD kept bytea; UPDATE schema_file SET kept = sha256, sha256 = 'x' WHERE version = 4`,
			`UPDATE schema_file SET sha256 = kept WHERE version = 4; ALTER TABLE schema_file DROP kept`, "0004_booking.sql", migrations.ErrEdited,
		},
		"a newer schema": {`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`, `DELETE FROM goose_db_version WHERE version_id = 9999`, "9999", migrations.ErrUnknown},
		"a newer queue":  {`INSERT INTO river_migration (line, version) VALUES ('main', 99)`, `DELETE FROM river_migration WHERE version = 99`, "river/099", migrations.ErrUnknown},
	} {
		exec(ctx, t, db, c.spoil)
		for _, args := range [][]string{{"migrate", "status"}, {"migrate", "plan"}} {
			out, errs := run(1, args...)
			says(name, out, c.file)
			says(name, errs, c.want.Error())
		}
		for _, apply := range []bool{true, false} {
			if err := prepareSchema(ctx, db, apply, slog.New(slog.DiscardHandler)); !errors.Is(err, c.want) {
				t.Errorf("%s, a server that applies=%v: %v", name, apply, err)
			}
		}
		exec(ctx, t, db, c.mend)
	}
	if err := prepareSchema(ctx, db, false, slog.New(slog.DiscardHandler)); err != nil {
		t.Errorf("mended: %v", err)
	}
}

// A server that starts before its Postgres makes the schema as soon as it can.
func TestServe_MigratesOncePostgresIsThere(t *testing.T) {
	t.Parallel()
	e, err := engines.Start(t.Context(), engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(e.PostgresURL)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db.Close()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	e.StopPostgres()
	lines := make(chan string, 1000)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- Main(ctx, nil, []string{
			"PAVILION_BOT_TOKEN=1:secret", "PAVILION_API_ID=1", "PAVILION_API_HASH=hash", "PAVILION_REDIS_URL=redis://127.0.0.1:1/0", "PAVILION_HTTP_ADDR=127.0.0.1:0",
			"PAVILION_POSTGRES_URL=" + e.PostgresURL, "PAVILION_MONGO_URIS=mongodb://127.0.0.1:1/x", "PAVILION_ROLES=http",
		}, io.Discard, lineWriter(lines))
	}()
	logged := func(text string) {
		t.Helper()
		for deadline := time.After(30 * time.Second); ; {
			select {
			case line := <-lines:
				if strings.Contains(line, text) {
					return
				}
			case <-deadline:
				t.Fatalf("not logged: %s", text)
			}
		}
	}
	logged("going on without Postgres")
	logged("listening")
	if err := e.StartPostgres(t.Context()); err != nil {
		t.Fatal(err)
	}
	logged("schema brought up to date")
	logged("its schema fits")
	if err := migrations.Verify(t.Context(), db); err != nil {
		t.Error(err)
	}
	stop()
	if code := <-ended; code != 0 {
		t.Errorf("exit %d", code)
	}
}

// lineWriter hands on each line of a log.
type lineWriter chan string

// Write sends p, which slog writes as one line.
func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}

func exec(ctx context.Context, t *testing.T, db *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := db.Exec(ctx, sql); err != nil {
		t.Fatal(err)
	}
}
