package chat

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/bot/telegram"
)

// A Postgres that takes connections and never answers.
func silentPostgres(t *testing.T) *pgxpool.Pool {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	db, err := pgxpool.New(t.Context(), "postgres://nobody@"+listener.Addr().String()+"/none?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func TestInbox_PostgresThatHangsHoldsUpOneMessageOnly(t *testing.T) {
	t.Parallel()
	in := newInbox(silentPostgres(t), 1, slog.New(slog.DiscardHandler))
	start := time.Now()
	for n := range 20 {
		e := &telegram.Event{Chat: private(7), MessageID: n}
		if !in.store(t.Context(), e) {
			t.Errorf("message %d is not handled", n)
		}
		if in.store(t.Context(), e) {
			t.Errorf("message %d is handled twice", n)
		}
	}
	if took := time.Since(start); took > 2*inboxCall {
		t.Errorf("20 messages took %s; only the first may wait, for %s", took, inboxCall)
	}
}

func TestRouter_AHandlerThatOutlastsTheProcessIsCutShortAndItsMessageStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		finished := false
		r := newRouter(func(ctx context.Context, _ *telegram.Event) error {
			<-ctx.Done() // as a call that Telegram makes wait
			return ctx.Err()
		}, func(context.Context, *telegram.Event, error) error { finished = true; return nil }, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		r.submit(&telegram.Event{Chat: private(7), MessageID: 1})
		start := time.Now()
		time.AfterFunc(time.Second, stop)
		r.Run(ctx)
		if took := time.Since(start); took != time.Second+stopPatience {
			t.Errorf("ended after %s", took)
		}
		if finished {
			t.Error("the message was taken for answered; the next process will not find it")
		}
	})
}

// A message without a copy is owed until it is answered, which holds the update state back.
func TestInbox_OwesAMessageWithoutACopyUntilItIsAnswered(t *testing.T) {
	t.Parallel()
	in := newInbox(silentPostgres(t), 1, slog.New(slog.DiscardHandler))
	e := &telegram.Event{Chat: private(7), MessageID: 1}
	if in.hasUnstored() {
		t.Error("it hasUnstored an answer before any question")
	}
	in.store(t.Context(), e)
	if !in.hasUnstored() {
		t.Error("a message without a copy is not owed")
	}
	in.markAnswered(e)
	if in.hasUnstored() {
		t.Error("it hasUnstored an answer that was given")
	}
}

func TestInbox_PausesBetweenFailedStatementsAndEndsAtOnce(t *testing.T) {
	t.Parallel()
	db := silentPostgres(t)
	db.Close() // each statement fails at once
	synctest.Test(t, func(t *testing.T) {
		in := newInbox(db, 1, slog.New(slog.DiscardHandler))
		in.markAnswered(&telegram.Event{Chat: private(7), MessageID: 1})
		ctx, stop := context.WithCancel(t.Context())
		start, end := time.Now(), inboxPause*5/2
		time.AfterFunc(end, stop)
		in.run(ctx) // without a pause the clock of the test would stand still
		if took := time.Since(start); took != end {
			t.Errorf("ended after %s, want %s", took, end)
		}
		if len(in.answered) != 1 {
			t.Errorf("%d messages are to be marked, want 1", len(in.answered))
		}
	})
}
