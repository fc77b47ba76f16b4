package bot

import (
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
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
		e := &Event{Chat: private(7), MessageID: n}
		if !in.take(t.Context(), e) {
			t.Errorf("message %d is not handled", n)
		}
		if in.take(t.Context(), e) {
			t.Errorf("message %d is handled twice", n)
		}
	}
	if took := time.Since(start); took > 2*inboxCall {
		t.Errorf("20 messages took %s; only the first may wait, for %s", took, inboxCall)
	}
}

func TestChat_KeysDifferWhereIDsDoNot(t *testing.T) {
	t.Parallel()
	seen := map[int64]Chat{}
	for _, chat := range []Chat{{ID: 7}, {ID: 7, Type: Group}, {ID: 7, Type: Supergroup}} {
		key := int64(chat.Key())
		if other, taken := seen[key]; taken {
			t.Errorf("%v and %v have the key %d", chat, other, key)
		}
		seen[key] = chat
	}
}
