package bot

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/telegram/updates"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/secret"
	"pavilion/migrations"
	"pavilion/sandbox/engines"
	"pavilion/storage"
)

func postgres(t *testing.T) *pgxpool.Pool {
	t.Helper()
	e, err := engines.Start(t.Context(), engines.Options{Postgres: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	db, err := storage.OpenPostgres(t.Context(), storage.PostgresOptions{URL: secret.New(e.PostgresURL)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := migrations.Up(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	return db
}

// A process that dies right after its first start leaves where the next one goes on.
func TestState_TheFirstIsStoredAtOnce(t *testing.T) {
	t.Parallel()
	s := newState(1, stateStore{postgres(t)}, func(context.Context) error { return nil }, func() bool { return false }, slog.New(slog.DiscardHandler))
	if err := s.SetState(t.Context(), 1, updates.State{Pts: 3}); err != nil {
		t.Fatal(err)
	}
	l, err := s.store.load(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if !l.known || l.user.Pts != 3 {
		t.Errorf("stored: %+v", l)
	}
}

// Whoever kills the bot while the databases of the archive are slow must not take from it whom it talked to: it could not write to them.
func TestState_PeopleAndTheirPtsDoNotWaitForTheIndex(t *testing.T) {
	t.Parallel()
	db := postgres(t)
	asked, release := make(chan struct{}), make(chan struct{})
	once := sync.OnceValue(func() error {
		close(asked)
		<-release // the index does not answer
		return errNoState
	})
	s := newState(1, stateStore{db}, func(context.Context) error { return once() }, func() bool { return false }, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	t.Cleanup(func() {
		close(release)
		stop()
		running.Wait()
	})
	if err := s.SetChannelPts(ctx, 1, 5, 10); err != nil {
		t.Fatal(err)
	}
	<-asked
	if err := s.SetState(ctx, 1, updates.State{Pts: 2}); err != nil {
		t.Fatal(err)
	}
	s.setHash(hashKey{"user", 7}, 99)
	if err := s.SetPts(ctx, 1, 3); err != nil {
		t.Fatal(err)
	}
	deadline, tick := time.After(30*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		l, err := s.store.load(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		if l.hashes[hashKey{"user", 7}] == 99 && l.user.Pts == 3 {
			if len(l.channel) > 0 {
				t.Error("a channel's pts ran ahead of the index")
			}
			return
		}
		select {
		case <-deadline:
			t.Fatalf("stored while the index does not answer: %+v", l)
		case <-tick.C:
		}
	}
}
