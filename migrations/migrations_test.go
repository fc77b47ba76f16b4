package migrations_test

import (
	"testing"

	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

func TestMigrations_UpDownUp(t *testing.T) {
	ctx := t.Context()
	e, err := engines.Start(ctx, engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	pool, err := storage.OpenPostgres(ctx, storage.PostgresOptions{URL: secret.New(e.PostgresURL)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)

	first, err := migrations.Up(ctx, pool)
	if err != nil || first == 0 {
		t.Fatalf("first up: %d applied, %v", first, err)
	}
	if err := migrations.Down(ctx, pool); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'goose_db_version'`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d tables left after down, %v", left, err)
	}
	again, err := migrations.Up(ctx, pool)
	if err != nil || again != first {
		t.Errorf("second up: %d applied, want %d, %v", again, first, err)
	}
	list, err := migrations.List(ctx, pool)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if !s.Applied {
			t.Errorf("%s is not applied", s.File)
		}
	}
	if nothing, err := migrations.Up(ctx, pool); err != nil || nothing != 0 {
		t.Errorf("third up: %d applied, want 0, %v", nothing, err)
	}
}
