package migrations

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/pressly/goose/v3"

	"pavilion/internal/secret"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

var (
	shared    *engines.Engines //nolint:gochecknoglobals // one server for the package's tests
	databases atomic.Int32     //nolint:gochecknoglobals // numbers the tests' databases
)

func TestMain(m *testing.M) {
	var err error
	if shared, err = engines.Start(context.Background(), engines.Options{Postgres: true}); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := shared.Close(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// emptyDatabase creates a database for one test.
func emptyDatabase(t *testing.T) *pgxpool.Pool {
	t.Helper()
	address, err := shared.Database(t.Context(), fmt.Sprintf("migrations_%d", databases.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(address)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func exec(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func queryValue[T any](t *testing.T, pool *pgxpool.Pool, sql string) (v T) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestMigrations_UpDownUp(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool := emptyDatabase(t)
	first, err := Up(ctx, pool)
	if err != nil || first == 0 {
		t.Fatalf("first up: %d applied, %v", first, err)
	}
	if err := Verify(ctx, pool); err != nil {
		t.Error(err)
	}
	if err := Down(ctx, pool); err != nil {
		t.Fatal(err)
	}
	if left := queryValue[int](t, pool, `SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version'`); left != 0 {
		t.Errorf("%d tables left after down", left)
	}
	if left := queryValue[int](t, pool, `SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
		WHERE n.nspname = 'public' AND d.objid IS NULL`); left != 0 {
		t.Errorf("%d functions left after down", left)
	}
	if err := Verify(ctx, pool); !errors.Is(err, ErrBehind) {
		t.Errorf("verify after down: %v, want ErrBehind", err)
	}
	again, err := Up(ctx, pool)
	if err != nil || again != first {
		t.Errorf("second up: %d applied, want %d, %v", again, first, err)
	}
	if nothing, err := Up(ctx, pool); err != nil || nothing != 0 {
		t.Errorf("third up: %d applied, want 0, %v", nothing, err)
	}
}

// schemaText describes all columns, constraints, indexes, triggers and functions.
func schemaText(t *testing.T, pool *pgxpool.Pool) string {
	t.Helper()
	return queryValue[string](t, pool, `
		SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
			SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, data_type, is_nullable, column_default) AS line
				FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'goose_db_version'
			UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> coalesce(to_regclass('goose_db_version'), 0)
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'goose_db_version'
			UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
			UNION ALL SELECT pg_get_functiondef(p.oid) FROM pg_proc p LEFT JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e'
				WHERE p.pronamespace = 'public'::regnamespace AND d.objid IS NULL
		) x`)
}

// TestMigrations_EachStepUpDownUp checks that the down part of each file restores the schema, and that the file can then be applied again.
func TestMigrations_EachStepUpDownUp(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool := emptyDatabase(t)
	list, err := List(ctx, pool)
	if err != nil {
		t.Fatal(err)
	}
	exec(t, pool, `CREATE EXTENSION btree_gist`) // down keeps it
	step := func(version int64, up bool) {
		t.Helper()
		if err := (migrationSet{files}).goose(pool, func(p *goose.Provider) error {
			_, err := p.ApplyVersion(ctx, version, up)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, one := range list {
		if one.isQueue() {
			continue
		}
		before := schemaText(t, pool)
		step(one.Version, true)
		made := schemaText(t, pool)
		if made == before {
			t.Errorf("%s makes nothing that the test sees", one.File)
		}
		step(one.Version, false)
		if after := schemaText(t, pool); after != before {
			t.Errorf("%s, taken back, leaves another schema:\n%s\nwas\n%s", one.File, after, before)
		}
		step(one.Version, true)
		if again := schemaText(t, pool); strings.Count(again, "\n") != strings.Count(made, "\n") {
			t.Errorf("%s makes something else the second time", one.File)
		}
	}
	if _, err := Up(ctx, pool); err != nil {
		t.Fatal(err)
	}
	if err := Verify(ctx, pool); err != nil {
		t.Error(err)
	}
}

func TestMigrations_ThePreviousReleaseKeepsItsData(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool := emptyDatabase(t)
	// The release before booking had these two files and stored no checksums.
	if err := (migrationSet{files}).goose(pool, func(p *goose.Provider) error {
		_, err := p.UpTo(ctx, 2)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	exec(t, pool, `INSERT INTO bot_session (id, data) VALUES (7, '\x01')`)
	exec(t, pool, `INSERT INTO bot_inbox (bot_id, chat_id, message_id, update_data) VALUES (7, 8, 9, '\x02')`)
	exec(t, pool, `INSERT INTO lease VALUES ('bot', 'old', now())`)
	if n, err := Up(ctx, pool); err != nil || n == 0 {
		t.Fatalf("%d applied, %v", n, err)
	}
	if err := Verify(ctx, pool); err != nil {
		t.Error(err)
	}
	if got := queryValue[string](t, pool, `SELECT (SELECT count(*) FROM bot_session) || ' ' || (SELECT count(*) FROM bot_inbox) || ' ' || (SELECT count(*) FROM lease)`); got != "1 1 1" {
		t.Errorf("rows of the previous release: %s", got)
	}
}

func TestMigrations_AnOverlapIsNamedAndStopsTheConstraint(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool := emptyDatabase(t)
	if _, err := UpTo(ctx, pool, 4); err != nil {
		t.Fatal(err)
	}
	exec(t, pool, `INSERT INTO club (name, time_zone, currency) VALUES ('c', 'UTC', 'INR')`)
	exec(t, pool, `INSERT INTO net (club_id, name) VALUES (1, 'n')`)
	for i := range 3 {
		exec(t, pool, `INSERT INTO booking (club_id, member_id, kind, state, day, rate, currency, price_minor, created_at, changed_at)
			VALUES (1, 1, 'play', 'confirmed', '2026-06-01', 'member', 'INR', 0, now(), now())`)
		exec(t, pool, `INSERT INTO booking_slot SELECT $1::int, 'confirmed', 1, r, r FROM tstzrange(timestamptz '2026-06-01 10:00Z' + $1::int * interval '40 minutes',
			timestamptz '2026-06-01 11:00Z' + $1::int * interval '40 minutes') r`, i+1)
	}
	_, err := Up(ctx, pool)
	if err == nil || !strings.Contains(err.Error(), "bookings 1 and 2; net 1: bookings 2 and 3") || strings.Contains(err.Error(), "bookings 1 and 3") {
		t.Fatalf("the offenders are not named: %v", err)
	}
	if got := queryValue[int](t, pool, `SELECT count(*) FROM pg_constraint WHERE conname = 'booking_slot_no_overlap'`); got != 0 {
		t.Error("the constraint is there in spite of the overlap")
	}
	exec(t, pool, `UPDATE booking SET state = 'cancelled', cancel_fee_minor = 0 WHERE id = 2`)
	if _, err := Up(ctx, pool); err != nil {
		t.Fatal(err)
	}
	if err := Verify(ctx, pool); err != nil {
		t.Error(err)
	}
}

func TestMigrations_AnEditedAnUnknownAndADirtyFileAreRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	first := &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE a (n int);\n")}
	second := &fstest.MapFile{Data: []byte("-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE b (n int);\nSELECT 1/0;\n")}
	pool := emptyDatabase(t)
	up := func(files fstest.MapFS, consent bool) error {
		_, err := migrationSet{files}.up(ctx, pool, goose.MaxVersion-1, consent)
		return err
	}
	if err := up(fstest.MapFS{"0001_a.sql": first}, false); err != nil {
		t.Fatal(err)
	}
	edited := &fstest.MapFile{Data: []byte("-- +goose Up\nCREATE TABLE a (n bigint);\n")}
	if err := up(fstest.MapFS{"0001_a.sql": edited}, false); !errors.Is(err, ErrEdited) {
		t.Errorf("edited: %v", err)
	}
	losing := fstest.MapFS{"0001_a.sql": first, "0002_b.sql": {Data: []byte("-- +goose Up\nALTER TABLE a DROP COLUMN n;\n")}}
	if err := up(losing, false); !errors.Is(err, ErrDestructive) {
		t.Errorf("destructive: %v", err)
	}
	if got := queryValue[int](t, pool, `SELECT count(*) FROM information_schema.columns WHERE table_name = 'a'`); got != 1 {
		t.Error("the column went without consent")
	}
	broken := fstest.MapFS{"0001_a.sql": first, "0002_b.sql": second}
	if err := up(broken, false); err == nil {
		t.Fatal("the broken file passed")
	}
	if err := up(broken, false); !errors.Is(err, ErrDirty) {
		t.Errorf("dirty: %v", err)
	}
	exec(t, pool, `DROP TABLE b`)
	exec(t, pool, `DELETE FROM schema_file WHERE version = 2`)
	if err := up(losing, true); err != nil {
		t.Errorf("with consent: %v", err)
	}
	if err := up(fstest.MapFS{"0001_a.sql": first}, false); !errors.Is(err, ErrUnknown) {
		t.Errorf("unknown: %v", err)
	}
}

// Processes of this release accept additive migrations of a newer one, both while they run and at a start.
func TestMigrations_AdditiveOnesOfANewerReleaseAreTolerated(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool := emptyDatabase(t)
	ours := migrationSet{fstest.MapFS{"0001_a.sql": {Data: []byte("-- +goose Up\nCREATE TABLE a (n int);\n")}}}
	theirs := func(name, text string) {
		t.Helper()
		files := fstest.MapFS{name: {Data: []byte(text)}}
		maps.Copy(files, ours.fsys.(fstest.MapFS)) //nolint:forcetypeassert // made above
		if _, err := (migrationSet{files}).up(ctx, pool, goose.MaxVersion-1, true); err != nil && !errors.Is(err, ErrUnknown) {
			t.Fatal(err)
		}
	}
	check := func(what string, want error) {
		t.Helper()
		if _, err := ours.up(ctx, pool, goose.MaxVersion-1, false); !errors.Is(err, want) {
			t.Errorf("%s: up: %v", what, err)
		}
		list, err := ours.list(ctx, pool)
		if err != nil {
			t.Fatal(err)
		}
		if err := joinProblems(list); !errors.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	check("our own", nil)
	theirs("0002_b.sql", "-- More about a.\n-- Additive: the column has a default.\n\n-- +goose Up\nALTER TABLE a ADD COLUMN m int NOT NULL DEFAULT 0;\n")
	check("an additive one", nil)
	for name, text := range map[string]string{
		"one that says nothing": "-- +goose Up\nALTER TABLE a RENAME COLUMN n TO k;\n",
		"one that destroys":     "-- Additive, it claims.\n\n-- +goose Up\nALTER TABLE a DROP COLUMN n;\n-- +goose Down\nALTER TABLE a ADD COLUMN n int;\n",
	} {
		if _, additive := effects(text); additive {
			t.Errorf("%s counts as additive", name)
		}
	}
	exec(t, pool, `DELETE FROM goose_db_version WHERE version_id = 2`)
	theirs("0003_c.sql", "-- Renames.\n\n-- +goose Up\nALTER TABLE a RENAME COLUMN n TO k;\n")
	check("a breaking one", ErrUnknown)
}

func TestMigrations_ManyProcessesAtOnceApplyEachOnce(t *testing.T) {
	t.Parallel()
	pool := emptyDatabase(t)
	results := make(chan error, 4)
	total := make(chan int, 4)
	for range 4 {
		go func() {
			n, err := Up(t.Context(), pool)
			results <- err
			total <- n
		}()
	}
	sum := 0
	for range 4 {
		if err := <-results; err != nil {
			t.Error(err)
		}
		sum += <-total
	}
	list, err := List(t.Context(), pool)
	if err != nil || sum != len(list) {
		t.Errorf("%d applied in all, want %d, %v", sum, len(list), err)
	}
}

func TestDestructive(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"CREATE TABLE a ();":                                false,
		"-- DROP TABLE a;\nSELECT 1;":                       false,
		"REVOKE UPDATE, DELETE, TRUNCATE ON a FROM PUBLIC;": false,
		"SELECT 1;\n-- +goose Down\nDROP TABLE a;":          false,
		"DROP TABLE a;":                                     true,
		"ALTER TABLE a DROP COLUMN b;":                      true,
		"ALTER TABLE a ALTER COLUMN b TYPE int;":            true,
		"  delete from a;":                                  true,
		"TRUNCATE a;":                                       true,
	} {
		if got, _ := effects(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
