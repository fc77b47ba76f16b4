package chat

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

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

func TestInbox_AFailedStatementLosesNoMarkAndAStatementIsBounded(t *testing.T) {
	t.Parallel()
	db := postgres(t)
	in := newInbox(db, 1, slog.New(slog.DiscardHandler))
	const messages = 2*inboxMarks + 500
	if _, err := db.Exec(t.Context(), `INSERT INTO bot_inbox (bot_id, chat_id, message_id, update_data) SELECT 1, $1, n, '{}' FROM generate_series(1, $2::int) n`, private(7).Key(), messages); err != nil {
		t.Fatal(err)
	}
	// The first statement fails. Every later one tells how many messages it marked.
	if _, err := db.Exec(t.Context(), `CREATE SEQUENCE tries;
		CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF nextval('tries') = 1 THEN RAISE EXCEPTION 'the first statement fails'; END IF;
			PERFORM pg_notify('marked', (SELECT count(*) FROM changed)::text);
			RETURN NULL;
		END $$;
		CREATE TRIGGER tell AFTER UPDATE ON bot_inbox REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell()`); err != nil {
		t.Fatal(err)
	}
	marked, err := db.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer marked.Release()
	if _, err := marked.Exec(t.Context(), `LISTEN marked`); err != nil {
		t.Fatal(err)
	}
	for n := range messages {
		in.markAnswered(&telegram.Event{Chat: private(7), MessageID: n + 1})
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { in.run(ctx) })
	defer running.Wait()
	defer stop()
	patience, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, want := range []string{"1000", "1000", "500"} {
		n, err := marked.Conn().WaitForNotification(patience)
		if err != nil {
			t.Fatal(err)
		}
		if n.Payload != want {
			t.Errorf("a statement marked %s messages, want %s", n.Payload, want)
		}
	}
}
