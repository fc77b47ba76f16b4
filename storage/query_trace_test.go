package storage_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/latency"
	"pavilion/internal/secret"
	"pavilion/storage"
)

func TestQueryTracer_SeesBatches(t *testing.T) {
	tracer := storage.NewQueryTracer(latency.New(time.Now), time.Now)
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(servers(t).PostgresURL), Tracer: tracer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	for _, last := range []string{`SELECT 1`, `SELECT 1 / 0`} {
		batch := new(pgx.Batch)
		batch.Queue("SELECT\n\t\tpg_sleep(0.05)")
		batch.Queue(last)
		if err := pool.SendBatch(t.Context(), batch).Close(); (err != nil) != (last == `SELECT 1 / 0`) {
			t.Errorf("%s: %v", last, err)
		}
	}
	kinds := map[string]storage.QueryKind{}
	for _, k := range tracer.Slowest(10) {
		kinds[k.SQL] = k
	}
	well, wrong := kinds["SELECT pg_sleep(0.05); SELECT 1"], kinds["SELECT pg_sleep(0.05); SELECT 1 / 0"]
	if well.Count != 1 || well.Max < 50*time.Millisecond || well.Errors != 0 || wrong.Count != 1 || wrong.Errors != 1 {
		t.Errorf("%+v", kinds)
	}
}
