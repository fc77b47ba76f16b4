package telegram

import (
	"bytes"
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
	l, err := s.store.selectState(t.Context(), 1)
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
		l, err := s.store.selectState(ctx, 1)
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

// While an answer is owed that only this process knows of, no pts behind it may be stored: Telegram repeats the message after a kill.
func TestState_PtsWaitForAnswersThatOnlyThisProcessOwes(t *testing.T) {
	t.Parallel()
	owed := true
	s := newState(1, stateStore{}, func(context.Context) error { return nil }, func() bool { return owed }, slog.New(slog.DiscardHandler))
	c := changes{user: true, channel: map[int64]int{5: 10}, hashes: map[hashKey]int64{{"user", 7}: 1}}
	s.holdBack(&c)
	if c.user || len(c.channel) > 0 || len(c.hashes) != 1 {
		t.Errorf("written while an answer is owed: %+v", c)
	}
	if !s.dirty.user || s.dirty.channel[5] != 10 {
		t.Errorf("forgotten: %+v", s.dirty)
	}
	owed = false
	c = changes{user: true, channel: map[int64]int{5: 10}}
	if s.holdBack(&c); !c.user || len(c.channel) != 1 {
		t.Errorf("held back though all is answered: %+v", c)
	}
}

func TestChat_KeysDifferWhereIDsDoNot(t *testing.T) {
	t.Parallel()
	seen := map[int64]Chat{}
	for _, chat := range []Chat{{ID: 7}, {ID: 7, Type: Group}, {ID: 7, Type: Supergroup}} {
		key := chat.Key()
		if other, taken := seen[key]; taken {
			t.Errorf("%v and %v have the key %d", chat, other, key)
		}
		seen[key] = chat
	}
}

func TestEntities_RoundTrip(t *testing.T) {
	t.Parallel()
	if got := unpackEntities([]byte("garbage")); got != nil {
		t.Errorf("garbage reads as %v", got)
	}
	if packEntities(nil) != nil {
		t.Error("no entities take room")
	}
	_, entities := Reply{Text: "🏏 x", Bold: 4}.formatted()
	if len(entities) != 1 || entities[0].GetLength() != 2 { // two UTF-16 units
		t.Errorf("the beginning is bold by %v", entities)
	}
	if packed := packEntities(entities); !bytes.Equal(packEntities(unpackEntities(packed)), packed) {
		t.Error("entities change in the index")
	}
}
