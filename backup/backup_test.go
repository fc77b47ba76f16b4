package backup_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.uber.org/goleak"

	"pavilion/backup"
	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

var (
	shared    *engines.Engines //nolint:gochecknoglobals // one set of servers for the package's tests
	databases atomic.Int32     //nolint:gochecknoglobals // numbers the tests' databases
)

func TestMain(m *testing.M) {
	var err error
	if shared, err = engines.Start(context.Background(), engines.Options{Postgres: true, MongoPools: 2}); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := errors.Join(shared.Close(), goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// open makes empty databases with an optional schema. The pools have the names, or "pool 1" and "pool 2".
func open(t *testing.T, migrate bool, names ...string) backup.Options {
	t.Helper()
	name := fmt.Sprintf("backup_%d", databases.Add(1))
	address, err := shared.Database(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(address)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if migrate {
		if _, err := migrations.Up(t.Context(), db); err != nil {
			t.Fatal(err)
		}
	}
	var list []storage.PoolOptions
	if len(names) == 0 {
		names = []string{"pool 1", "pool 2"}
	}
	for i, uri := range shared.MongoURIs {
		list = append(list, storage.PoolOptions{Name: names[i], URI: secret.New(uri), Database: fmt.Sprintf("%s_%d", name, i)})
	}
	o := storage.PoolModesOptions()
	o.Now = time.Now
	pools, err := storage.OpenPools(storage.PoolsOptions{Pools: list, Timeout: time.Minute, Logger: slog.New(slog.DiscardHandler), Modes: storage.NewSetting(db, o)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ended, end := context.WithCancel(context.Background())
		end()
		if err := pools.Run(ended); err != nil {
			t.Error(err)
		}
	})
	return backup.Options{DB: db, Address: secret.New(address), Pools: pools, Version: "v1.2.3", Now: time.Now, Progress: func(string) {}}
}

// fill puts a row and documents into the databases.
func fill(t *testing.T, o backup.Options) {
	t.Helper()
	exec(t, o.DB, `INSERT INTO club (name, time_zone, currency) VALUES ('Riverside', 'Asia/Kolkata', 'INR')`)
	for _, r := range o.Pools.Each(t.Context(), "fill", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		var people []any
		for i := range 2500 { // more than one batch
			people = append(people, bson.D{{Key: "_id", Value: int64(i)}, {Key: "a", Value: int32(20000)}})
		}
		_, err := db.Collection("users").InsertMany(ctx, people)
		return err
	}) {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
}

func exec(t *testing.T, db *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := db.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func makeBackup(t *testing.T, o backup.Options) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "made")
	if _, err := backup.Make(t.Context(), o, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestBackup_ComesBackWholeAndNotesItsAge(t *testing.T) {
	t.Parallel()
	old := open(t, true)
	fill(t, old)
	dir := makeBackup(t, old)
	if _, err := backup.Make(t.Context(), old, dir); err == nil {
		t.Error("a backup into a folder that exists")
	}
	var noted int
	if err := old.DB.QueryRow(t.Context(), `SELECT count(*) FROM backup WHERE made_at > now() - interval '1 minute' AND bytes > 0`).Scan(&noted); err != nil || noted != 1 {
		t.Errorf("%d backups are noted: %v", noted, err)
	}
	fresh := open(t, false)
	r, err := backup.Restore(t.Context(), fresh, dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.Program != "v1.2.3" || r.Postgres.Tables["club"] != 1 || len(r.Pools) != 2 || r.Pools[1].Documents() != 2500 {
		t.Errorf("%+v", r.Manifest)
	}
	if err := migrations.Verify(t.Context(), fresh.DB); err != nil {
		t.Errorf("the restored schema: %v", err)
	}
	for _, r := range fresh.Pools.Each(t.Context(), "count", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		n, err := db.Collection("users").CountDocuments(ctx, bson.D{})
		if n != 2500 {
			t.Errorf("%d people", n)
		}
		return err
	}) {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	if err := errors.Join(storage.Distinct(t.Context(), old.Pools.All()[0], fresh.Pools.All()[0])); err != nil {
		t.Errorf("the restored pool has the identity of its original: %v", err)
	}
	if err := backup.NewInstallation(old.DB).Check(t.Context()); err != nil {
		t.Errorf("the original: %v", err)
	}
	if err := backup.NewInstallation(fresh.DB).Check(t.Context()); !errors.Is(err, backup.ErrUnconfirmed) {
		t.Errorf("the restored copy: %v", err)
	}
	if _, err := backup.Restore(t.Context(), fresh, dir); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("into databases in use: %v", err)
	}
}

func TestVerify_ADamagedBackupIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	old := open(t, true)
	fill(t, old)
	fresh := open(t, false)
	for name, spoil := range map[string]func(dir string) error{
		"a flipped byte": func(dir string) error { return flip(filepath.Join(dir, "pools", "2", "users.bson.gz"), 100) },
		"a cut dump":     func(dir string) error { return os.Truncate(filepath.Join(dir, "postgres.dump"), 1000) },
		"a lost file":    func(dir string) error { return os.Remove(filepath.Join(dir, "pools", "1", "users.bson.gz")) },
		"no manifest":    func(dir string) error { return os.Remove(filepath.Join(dir, "manifest.json")) },
		"another folder": func(dir string) error {
			path := filepath.Join(dir, "manifest.json")
			text, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path, []byte(strings.Replace(string(text), `"path": "postgres.dump"`, `"path": "../postgres.dump"`, 1)), 0o600))
		},
	} {
		dir := makeBackup(t, old)
		if err := spoil(dir); err != nil {
			t.Fatal(err)
		}
		_, err := backup.Verify(t.Context(), dir)
		if !errors.Is(err, backup.ErrDamaged) && !errors.Is(err, backup.ErrIncomplete) {
			t.Errorf("%s: verified with %v", name, err)
		}
		if _, err := backup.Restore(t.Context(), fresh, dir); err == nil {
			t.Errorf("%s is restored", name)
		}
	}
	var tables int
	if err := fresh.DB.QueryRow(t.Context(), `SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`).Scan(&tables); err != nil || tables > 0 {
		t.Errorf("%d tables: %v", tables, err)
	}
}

func flip(path string, at int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		return err
	}
	b[0] ^= 1
	_, err = f.WriteAt(b, at)
	return errors.Join(err, f.Close())
}

func TestRestore_OfANewerReleaseIsRefused(t *testing.T) {
	t.Parallel()
	old := open(t, true)
	exec(t, old.DB, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	exec(t, old.DB, `INSERT INTO schema_file (version, file, sha256, additive, finished_at) VALUES (9999, '9999_next.sql', '\x00', true, now())`)
	dir := makeBackup(t, old)
	if _, err := backup.Restore(t.Context(), open(t, false), dir); err == nil || !strings.Contains(err.Error(), "9999") || !strings.Contains(err.Error(), "newer release") {
		t.Errorf("%v", err)
	}
}

// An upgrade begins with a backup, which may be made by the new program.
func TestMake_TakesTheSchemaOfTheReleaseBefore(t *testing.T) {
	t.Parallel()
	old := open(t, true)
	fill(t, old)
	exec(t, old.DB, `DELETE FROM schema_file WHERE version = (SELECT max(version_id) FROM goose_db_version);
		DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
	fresh := open(t, false)
	if _, err := backup.Restore(t.Context(), fresh, makeBackup(t, old)); err != nil {
		t.Fatal(err)
	}
	for name, db := range map[string]*pgxpool.Pool{"original": old.DB, "copy": fresh.DB} {
		if err := migrations.Verify(t.Context(), db); !errors.Is(err, migrations.ErrBehind) {
			t.Errorf("the schema of the %s: %v", name, err)
		}
	}
	exec(t, old.DB, `DROP TABLE installation CASCADE`) // of a release without backups
	if _, err := backup.Make(t.Context(), old, filepath.Join(t.TempDir(), "older")); err == nil || !strings.Contains(err.Error(), "use the release that runs") {
		t.Errorf("an older schema: %v", err)
	}
}

// A refusal leaves no folder behind.
func TestMake_RefusesWhatWouldBeIncomplete(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "made")
	refused := func(what string, o backup.Options, want string) {
		t.Helper()
		if _, err := backup.Make(t.Context(), o, dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the folder is there", what)
		}
	}
	refused("no schema", open(t, false), "pavilion migrate up")
	draining := open(t, true)
	exec(t, draining.DB, `INSERT INTO setting (name, value, changed_by) VALUES ('pool_modes', '{"modes": {"pool 2": "draining"}}', 0)`)
	refused("a draining pool", draining, "pool 2")
	away := open(t, true)
	dead, err := storage.OpenPools(storage.PoolsOptions{Logger: slog.New(slog.DiscardHandler), Pools: []storage.PoolOptions{
		{Name: "gone", URI: secret.New("mongodb://127.0.0.1:1/x?directConnection=true"), Database: "x"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ended, end := context.WithCancel(context.Background())
		end()
		_ = dead.Run(ended)
	})
	away.Pools = dead
	refused("a pool that is down", away, "gone")
}

// TestMake_SaysWhatToInstall runs without PostgreSQL's programs in the PATH.
func TestMake_SaysWhatToInstall(t *testing.T) {
	o := open(t, true)
	t.Setenv("PATH", t.TempDir())
	if _, err := backup.Make(t.Context(), o, filepath.Join(t.TempDir(), "made")); !errors.Is(err, backup.ErrTools) || !strings.Contains(err.Error(), "postgresql-client") {
		t.Errorf("%v", err)
	}
}

// TestConfirm_EveryWayOutWaits fills each table from which the bot or a worker sends something.
func TestConfirm_EveryWayOutWaits(t *testing.T) {
	t.Parallel()
	old := open(t, true)
	fill(t, old)
	exec(t, old.DB, `
		INSERT INTO river_job (kind, queue, state, max_attempts, scheduled_at, args) VALUES
			('booking_deliver', 'telegram', 'available', 5, now(), '{"notification": 1, "channel": "telegram"}'), ('booking_refund', 'booking', 'retryable', 5, now(), '{}'),
			('booking_deliver_closed', 'telegram', 'available', 5, now(), '{"notification": 2, "channel": "telegram"}'),
			('booking_alert', 'telegram', 'scheduled', 5, now() + interval '1 day', '{}'), ('booking_sweep', 'booking', 'available', 1, now(), '{"what": "old"}');
		INSERT INTO broadcast (state, author, language, content, plan, scheduled_at) VALUES ('scheduled', 1, 'en', '{}', '{}', now()), ('running', 1, 'en', '{}', '{}', now()), ('done', 1, 'en', '{}', '{}', now());
		INSERT INTO broadcast (state, author, language, content, plan, scheduled_at, revision) VALUES ('done', 1, 'en', '{}', '{}', now(), '{"Kind": "unsend", "Finished": false}'), ('done', 1, 'en', '{}', '{}', now(), '{"Kind": "edit", "Finished": true}');
		INSERT INTO delivery_job (origin, person, chat, quiet, documents, channels, messages, total, protect) VALUES ('tap', 1, 1, true, '{1}', '{1}', '{1}', 1, false);
		INSERT INTO delivery_job (origin, person, chat, quiet, state, documents, channels, messages, total, protect, notice, ended_at, closed)
			VALUES ('ended', 2, 1, false, 'done', '{1}', '{1}', '{1}', 1, false, 'none', now(), false), ('closed', 3, 1, false, 'done', '{1}', '{1}', '{1}', 1, false, 'due', now(), true);
		INSERT INTO quota_reservation (person, day, resume, resume_at, expires_at) VALUES (1, now(), '\x01', now(), now() + interval '10 minutes');
		INSERT INTO join_request (channel_id, person, invite, asked_at, approve) VALUES (1, 1, '', now(), true), (1, 2, '', now(), false);
		INSERT INTO premium_payment (charge_id, payer, stars, paid_at) VALUES ('charge', 1, 5, now());
		INSERT INTO bot_inbox (bot_id, chat_id, message_id, update_data) VALUES (1, 1, 1, '\x01');
		INSERT INTO bot_session (id, data) VALUES (1, '\x01');
		INSERT INTO session (member_id, client_hash, incarnation, expires_at) VALUES (1, sha256(''), 'old', now() + interval '1 day');
		INSERT INTO lease (name, holder, expires_at) VALUES ('bot', 'old', now() + interval '1 day')`)
	fresh := open(t, false)
	if _, err := backup.Restore(t.Context(), fresh, makeBackup(t, old)); err != nil {
		t.Fatal(err)
	}
	i := backup.NewInstallation(fresh.DB)
	if _, err := i.Release(t.Context()); !errors.Is(err, backup.ErrUnconfirmed) {
		t.Errorf("released before the confirmation: %v", err)
	}
	held, err := i.Confirm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(held) != "{map[booking_alert:1 booking_deliver:1 booking_deliver_closed:1 booking_refund:1] 2 1 1 1 1 1 1}" {
		t.Errorf("held: %+v", held)
	}
	for what, sql := range map[string]string{
		"jobs run":              `SELECT count(*) FROM river_job WHERE state <> 'pending'`,
		"broadcasts go on":      `SELECT count(*) FROM broadcast WHERE state IN ('scheduled', 'running')`,
		"broadcasts have begun": `SELECT count(*) FROM broadcast WHERE started_at IS NOT NULL`,
		"deliveries go on":      `SELECT count(*) FROM delivery_job WHERE NOT closed`,
		"sent ones are changed": `SELECT count(*) FROM broadcast WHERE NOT (revision ->> 'Finished')::boolean`,
		"deletions are told":    `SELECT count(*) FROM delivery_job WHERE notice = 'due'`,
		"taps are repeated":     `SELECT count(*) FROM quota_reservation WHERE resume IS NOT NULL OR resume_at IS NOT NULL OR expires_at > now()`,
		"requests are approved": `SELECT count(*) FROM join_request WHERE approve AND approved_at IS NULL`,
		"payments are told":     `SELECT count(*) FROM premium_payment WHERE told_at IS NULL`,
		"messages are answered": `SELECT count(*) FROM bot_inbox WHERE handled_at IS NULL`,
		"sessions go on":        `SELECT (SELECT count(*) FROM bot_session) + (SELECT count(*) FROM session) + (SELECT count(*) FROM lease)`,
	} {
		var n int
		if err := fresh.DB.QueryRow(t.Context(), sql).Scan(&n); err != nil || n > 0 {
			t.Errorf("%s: %d, %v", what, n, err)
		}
	}
	if _, err := i.Confirm(t.Context()); !errors.Is(err, backup.ErrConfirmed) {
		t.Errorf("confirmed twice: %v", err)
	}
	if _, err := backup.NewInstallation(old.DB).Confirm(t.Context()); !errors.Is(err, backup.ErrConfirmed) {
		t.Errorf("the original: %v", err)
	}
	dropped, err := i.Drop(t.Context())
	if err != nil || fmt.Sprint(dropped) != "map[booking_alert:1 booking_deliver:1 booking_deliver_closed:1]" {
		t.Errorf("dropped: %v %v", dropped, err)
	}
	var state string
	if err := fresh.DB.QueryRow(t.Context(), `SELECT string_agg(kind || ' ' || state, ', ') FROM river_job`).Scan(&state); err != nil || state != "booking_refund available" {
		t.Errorf("after drop: %q %v", state, err)
	}
}

// TestMake_AMergeMeanwhileLosesNothing merges two copies of a file as soon as the files of one pool are copied.
func TestMake_AMergeMeanwhileLosesNothing(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	pools := o.Pools.All()
	in := func(pool *storage.Pool, fn func(ctx context.Context, files *mongo.Collection) error) {
		t.Helper()
		if err := pool.Do(t.Context(), "test", func(ctx context.Context, db *mongo.Database) error { return fn(ctx, db.Collection("files")) }); err != nil {
			t.Error(err)
		}
	}
	for i, place := range []string{"a", "b"} {
		in(pools[i], func(ctx context.Context, files *mongo.Collection) error {
			_, err := files.InsertOne(ctx, bson.D{{Key: "_id", Value: int64(1)}, {Key: "places", Value: bson.A{place}}})
			return err
		})
	}
	merged := false
	o.Progress = func(line string) {
		if merged || !strings.Contains(line, "step 2 of") {
			return
		}
		merged = true
		in(pools[0], func(ctx context.Context, files *mongo.Collection) error {
			_, err := files.UpdateByID(ctx, int64(1), bson.D{{Key: "$set", Value: bson.D{{Key: "places", Value: bson.A{"a", "b"}}}}})
			return err
		})
		in(pools[1], func(ctx context.Context, files *mongo.Collection) error {
			_, err := files.DeleteOne(ctx, bson.D{{Key: "_id", Value: int64(1)}})
			return err
		})
	}
	dir := makeBackup(t, o)
	copied, err := backup.Texts(dir, "files")
	if err != nil || !merged || !strings.Contains(copied, `"b"`) {
		t.Errorf("the backup has %s: %v", copied, err)
	}
}

// A file and its thumb are stored after the other collections were copied.
func TestMake_AFileStoredMeanwhileHasItsThumb(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	o.Progress = func(line string) {
		if line != "pool 1: step 1 of 3 is done" {
			return
		}
		err := o.Pools.All()[0].Do(t.Context(), "test", func(ctx context.Context, db *mongo.Database) error {
			_, err := db.Collection("thumbs").InsertOne(ctx, bson.D{{Key: "_id", Value: int64(7)}, {Key: "b", Value: "the picture"}})
			if err == nil {
				_, err = db.Collection("files").InsertOne(ctx, bson.D{{Key: "_id", Value: int64(7)}, {Key: "n", Value: "the name"}})
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	dir := makeBackup(t, o)
	for collection, want := range map[string]string{"files": "the name", "thumbs": "the picture"} {
		if copied, err := backup.Texts(dir, collection); err != nil || !strings.Contains(copied, want) {
			t.Errorf("%s has %s: %v", collection, copied, err)
		}
	}
}

// TestMake_ADrainThatBeginsMeanwhileIsNoBackup changes a mode while the pools are copied.
func TestMake_ADrainThatBeginsMeanwhileIsNoBackup(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	o.Progress = func(line string) {
		if line == "pool 2: step 1 of 3 is done" {
			exec(t, o.DB, `INSERT INTO setting (name, value, changed_by) VALUES ('pool_modes', '{"modes": {"pool 2": "draining"}}', 0)`)
		}
	}
	dir := filepath.Join(t.TempDir(), "made")
	if _, err := backup.Make(t.Context(), o, dir); err == nil || !strings.Contains(err.Error(), "during the backup") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("the folder is there")
	}
}

// TestMake_WaitsForABotThatDoesNotKnowYetThatADrainWasEnded: it reads the modes every few seconds, and moves documents until then.
func TestMake_WaitsForABotThatDoesNotKnowYetThatADrainWasEnded(t *testing.T) {
	t.Parallel()
	o := open(t, true)
	o.Settle = 2 * time.Second
	exec(t, o.DB, `INSERT INTO setting (name, value, changed_by) VALUES ('pool_modes', '{"modes": {"pool 2": "normal"}}', 0)`)
	began := time.Duration(0)
	o.Progress = func(line string) {
		if !strings.HasPrefix(line, "postgres: ") {
			return
		}
		if err := o.DB.QueryRow(t.Context(), `SELECT clock_timestamp() - changed_at FROM setting WHERE name = 'pool_modes'`).Scan(&began); err != nil {
			t.Error(err)
		}
	}
	makeBackup(t, o)
	if began < o.Settle {
		t.Errorf("Postgres was copied %s after the change, want %s at least", began, o.Settle)
	}
}

// TestRestore_ChecksEverythingBeforeItFillsAnything lacks a pool, and then the right to create tables.
func TestRestore_ChecksEverythingBeforeItFillsAnything(t *testing.T) {
	t.Parallel()
	old := open(t, true)
	fill(t, old)
	dir := makeBackup(t, old)
	refused := func(o backup.Options, want string) {
		t.Helper()
		if _, err := backup.Restore(t.Context(), o, dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		for _, r := range o.Pools.Each(t.Context(), "count", func(ctx context.Context, p *storage.Pool, db *mongo.Database) error {
			if n, err := db.Collection("users").CountDocuments(ctx, bson.D{}); err != nil || n > 0 {
				t.Errorf("%s has %d documents: %v", p.Name(), n, err)
			}
			return nil
		}) {
			if r.Err != nil {
				t.Error(r.Err)
			}
		}
	}
	refused(open(t, false, "pool 1", "another"), "pool 2: the backup has a pool of this name")

	guest := open(t, false)
	exec(t, guest.DB, `CREATE ROLE guest LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
	config := guest.DB.Config()
	config.ConnConfig.User = "guest"
	db, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	guest.DB = db
	refused(guest, "may not create tables")
}
