package chat

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/bot/telegram"
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

func TestInbox_AnsweredMessagesAreMarkedUntilTheEnd(t *testing.T) {
	t.Parallel()
	in := newInbox(postgres(t), 1, slog.New(slog.DiscardHandler))
	var events []*telegram.Event
	for n := range 40 {
		e := &telegram.Event{Chat: private(int64(n % 3)), MessageID: n}
		if !in.store(t.Context(), e) {
			t.Fatalf("message %d is not new", n)
		}
		events = append(events, e)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { in.run(ctx) })
	for _, e := range events[:39] {
		in.markAnswered(e)
	}
	stop()
	running.Wait()
	left, err := in.unanswered(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 || left[0].MessageID != 39 {
		t.Errorf("%d messages are unanswered, want the last one", len(left))
	}
	if newInbox(in.rows.db, 1, slog.New(slog.DiscardHandler)).store(t.Context(), events[0]) {
		t.Error("the key of an answered message was not kept")
	}
}
