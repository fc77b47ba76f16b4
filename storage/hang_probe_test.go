package storage_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/secret"
	"pavilion/storage"
)

// answersWithin is the wait of a pool. Half of it is long enough for a new connection on a busy machine.
const answersWithin = 8 * time.Second

// dials counts connections, and signals each that has answered.
type dials struct {
	*trips

	answered chan struct{}
}

func (d dials) TraceConnectStart(ctx context.Context, _ pgx.TraceConnectStartData) context.Context {
	return ctx
}

func (d dials) TraceConnectEnd(context.Context, pgx.TraceConnectEndData) { d.answered <- struct{}{} }

func openDialed(t *testing.T) (*pgxpool.Pool, dials) {
	t.Helper()
	d := dials{new(trips), make(chan struct{}, 1000)}
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(servers(t).PostgresURL), MaxConns: 2, Tracer: d})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool, d
}

// A hundred holds that wait for one lock are a hundred slow statements. Each asks whether Postgres hangs.
func TestBoundedPool_ACrowdOfSlowStatementsSharesAProbe(t *testing.T) {
	t.Parallel()
	pool, d := openDialed(t)
	bounded := storage.NewBoundedPool(pool, 40*time.Second)
	var crowd sync.WaitGroup
	for range 100 {
		crowd.Go(func() {
			if bounded.Hangs(t.Context()) {
				t.Error("Postgres seems to hang")
			}
		})
	}
	crowd.Wait()
	if n := len(d.answered); n > 5 { // one, and another each second on a slow machine
		t.Errorf("%d connections were made", n)
	}
}

// An answer from just before the hang does not hide the hang.
func TestBoundedPool_AnAnswerFromBeforeTheHangDoesNotCount(t *testing.T) {
	t.Parallel()
	way, _, pool := throughDetour(t)
	bounded := storage.NewBoundedPool(pool, answersWithin)
	if bounded.Hangs(t.Context()) {
		t.Fatal("Postgres seems to hang")
	}
	if err := way.Hang(); err != nil {
		t.Fatal(err)
	}
	if !bounded.Hangs(t.Context()) {
		t.Error("a hanging Postgres is not noticed")
	}
}

// The statement ends after the probe has its answer, so a probe that cancelled it would be seen.
func TestLazyTx_ASlowFirstStatementIsNotAHangingServer(t *testing.T) {
	t.Parallel()
	pool, d := openDialed(t)
	holder, err := pgx.Connect(t.Context(), servers(t).PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = holder.Close(context.Background()) })
	if _, err := holder.Exec(t.Context(), `SELECT pg_advisory_lock(7331)`); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- storage.InTx(t.Context(), storage.NewBoundedPool(pool, answersWithin), func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(7331)`)
			return err
		})
	}()
	<-d.answered // the pool's own connection
	<-d.answered // the probe
	if _, err := holder.Exec(t.Context(), `SELECT pg_advisory_unlock(7331)`); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("a statement that waited for a lock: %v", err)
	}
}

// A result may arrive between the decision to cancel the statement and the cancel.
func TestBoundedPool_AResultThatComesWhileTheStatementIsCancelledIsNone(t *testing.T) {
	t.Parallel()
	pool, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New("postgres://nobody@127.0.0.1:1/none?sslmode=disable")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	decided, late := make(chan struct{}), make(chan struct{})
	answered := storage.NewBoundedPool(pool, 20*time.Millisecond).CancelIfHung(t.Context(), func(error) { close(decided); <-late })
	<-decided
	if err := answered(); !errors.Is(err, storage.ErrNoConn) {
		t.Errorf("the result counts: %v", err)
	}
	close(late)
}
