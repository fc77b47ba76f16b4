package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/sony/gobreaker/v2"
)

// inbox holds messages from the moment they arrive until they are answered. A kill in between leaves them for the next start; a message that
// Telegram delivers twice is taken once. While Postgres is down a bounded memory does the latter; while it hangs only one message in
// inboxRest waits for it, so that the others are answered as fast as ever. While one without a copy is not answered, pts is not stored either:
// after a kill Telegram tells of it again.
type inbox struct {
	db      *pgxpool.Pool
	botID   int64
	logger  *slog.Logger
	breaker *gobreaker.CircuitBreaker[bool]

	mu     sync.Mutex
	recent map[messageKey]struct{}
	order  []messageKey
	bare   map[messageKey]struct{} // not answered yet, without a copy
}

type messageKey struct {
	chat    int64
	message int
}

const (
	inboxCall   = 2 * time.Second
	inboxRest   = 10 * time.Second // after a write failed, before the next is tried
	inboxRecent = 10_000
	inboxKeep   = "1 day" // how long a handled message's key is remembered
)

func newInbox(db *pgxpool.Pool, botID int64, logger *slog.Logger) *inbox {
	breaker := gobreaker.NewCircuitBreaker[bool](gobreaker.Settings{
		Name: "inbox", Timeout: inboxRest, ReadyToTrip: func(gobreaker.Counts) bool { return true },
	})
	return &inbox{db: db, botID: botID, logger: logger, breaker: breaker, recent: map[messageKey]struct{}{}, bare: map[messageKey]struct{}{}}
}

// take stores a message; false when it was taken before.
func (i *inbox) take(ctx context.Context, e *Event) bool {
	key := messageKey{int64(e.Chat.Key()), e.MessageID}
	if !i.remember(key) {
		return false
	}
	data, err := json.Marshal(e)
	if err != nil {
		return true // plain fields always marshal; losing the copy is no reason to lose the message
	}
	fresh, err := i.breaker.Execute(func() (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, inboxCall)
		defer cancel()
		tag, err := i.db.Exec(ctx, `INSERT INTO bot_inbox (bot_id, chat_id, message_id, update_data) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
			i.botID, key.chat, key.message, data)
		return tag.RowsAffected() == 1, err
	})
	if err != nil {
		i.mu.Lock()
		defer i.mu.Unlock()
		if len(i.bare) == 0 { // one line for an outage, not for a message
			i.logger.LogAttrs(ctx, slog.LevelWarn, "messages are handled without a copy in the inbox", slog.Any("error", err))
		}
		i.bare[key] = struct{}{}
		return true
	}
	return fresh
}

func (i *inbox) remember(key messageKey) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, again := i.recent[key]; again {
		return false
	}
	i.recent[key] = struct{}{}
	if i.order = append(i.order, key); len(i.order) > inboxRecent {
		delete(i.recent, i.order[0])
		i.order = i.order[1:]
	}
	return true
}

// owes tells whether a message that has no copy is not answered yet.
func (i *inbox) owes() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.bare) > 0
}

// answered tells whether a message had no copy, and forgets that it is owed.
func (i *inbox) answered(key messageKey) (bare bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	_, bare = i.bare[key]
	delete(i.bare, key)
	return bare
}

// done forgets a message's content and remembers its key.
func (i *inbox) done(ctx context.Context, e *Event) {
	key := messageKey{int64(e.Chat.Key()), e.MessageID}
	if i.answered(key) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), inboxCall)
	defer cancel()
	_, err := i.db.Exec(ctx, `UPDATE bot_inbox SET handled_at = now(), update_data = '' WHERE bot_id = $1 AND chat_id = $2 AND message_id = $3`,
		i.botID, key.chat, key.message)
	if err != nil {
		i.logger.LogAttrs(ctx, slog.LevelWarn, "a handled message is still in the inbox; its answer may be repeated, not doubled", slog.Any("error", err))
	}
}

// waiting returns the messages that the last process did not answer, the oldest first.
func (i *inbox) waiting(ctx context.Context) ([]*Event, error) {
	ctx, cancel := context.WithTimeout(ctx, inboxCall)
	defer cancel()
	rows, err := i.db.Query(ctx, `SELECT update_data FROM bot_inbox WHERE bot_id = $1 AND handled_at IS NULL ORDER BY received_at`, i.botID)
	if err != nil {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	var events []*Event
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&data}, func() error {
		e := new(Event)
		if err := json.Unmarshal(data, e); err != nil { // one that cannot be read holds up nobody else
			i.logger.LogAttrs(ctx, slog.LevelError, "a message in the inbox cannot be read", slog.Any("error", err))
			return nil
		}
		events = append(events, e)
		return nil
	})
	return events, err
}

const cleanEvery = time.Hour

// Run keeps the inbox small until ctx ends.
func (i *inbox) Run(ctx context.Context) {
	ticker := time.NewTicker(cleanEvery)
	defer ticker.Stop()
	for {
		i.clean(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// clean drops the keys of messages handled long ago.
func (i *inbox) clean(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, inboxCall)
	defer cancel()
	if _, err := i.db.Exec(ctx, `DELETE FROM bot_inbox WHERE handled_at < now() - $1::interval`, inboxKeep); err != nil && ctx.Err() == nil {
		i.logger.LogAttrs(ctx, slog.LevelWarn, "the inbox could not be cleaned", slog.Any("error", err))
	}
}
