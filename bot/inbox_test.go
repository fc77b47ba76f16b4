package bot

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"testing/synctest"
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

// A message without a copy is Telegram's to tell again until it is answered: no pts behind it may be stored.
func TestState_PtsWaitForAnswersThatOnlyThisProcessOwes(t *testing.T) {
	t.Parallel()
	in := newInbox(silentPostgres(t), 1, slog.New(slog.DiscardHandler))
	s := newState(1, stateStore{}, func(context.Context) error { return nil }, in.owes, slog.New(slog.DiscardHandler))
	e := &Event{Chat: private(7), MessageID: 1}
	in.take(t.Context(), e)
	c := changes{user: true, channel: map[int64]int{5: 10}, hashes: map[hashKey]int64{{"user", 7}: 1}}
	s.holdBack(&c)
	if c.user || len(c.channel) > 0 || len(c.hashes) != 1 {
		t.Errorf("written while an answer is owed: %+v", c)
	}
	if !s.dirty.user || s.dirty.channel[5] != 10 {
		t.Errorf("forgotten: %+v", s.dirty)
	}
	in.done(t.Context(), e)
	c = changes{user: true, channel: map[int64]int{5: 10}}
	if s.holdBack(&c); !c.user || len(c.channel) != 1 {
		t.Errorf("held back though all is answered: %+v", c)
	}
}

func TestRouter_AHandlerThatOutlastsTheProcessIsCutShortAndItsMessageStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		finished := false
		r := newRouter(func(ctx context.Context, _ *Event) error {
			<-ctx.Done() // as a call that Telegram makes wait
			return ctx.Err()
		}, func(context.Context, *Event, error) error { finished = true; return nil }, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(t.Context())
		r.submit(&Event{Chat: private(7), MessageID: 1})
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
