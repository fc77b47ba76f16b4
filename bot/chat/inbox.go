package chat

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/sony/gobreaker/v2"

	"pavilion/bot/telegram"
)

// inbox stores messages in Postgres until they are answered, so that the next process answers what a killed one did not. It accepts a message
// once, though Telegram may deliver it twice.
//
// While Postgres is down, memory detects repeats, and messages are handled without a stored copy. hasUnstored then holds the update state back, so Telegram
// repeats them after a kill. Package retention deletes the keys of answered messages. A circuit breaker lets one message per inboxRest try Postgres.
type inbox struct {
	rows    inboxStore
	logger  *slog.Logger
	breaker *gobreaker.CircuitBreaker[bool]

	mu       sync.Mutex
	recent   map[messageKey]struct{}
	order    []messageKey
	unstored map[messageKey]struct{} // not answered, and without a copy in Postgres
	answered []messageKey            // not marked in Postgres yet; run alone removes keys, from the front
	wake     chan struct{}           // answered has keys
}

type messageKey struct {
	chat    int64
	message int
}

const (
	inboxCall   = 2 * time.Second
	inboxRest   = 10 * time.Second // after a write failed, before the next is tried
	inboxRecent = 10_000
	inboxMarks  = 1_000       // keys of one statement
	inboxPause  = time.Second // after a statement that marks keys has failed
)

func newInbox(db *pgxpool.Pool, botID int64, logger *slog.Logger) *inbox {
	breaker := gobreaker.NewCircuitBreaker[bool](gobreaker.Settings{
		Name: "inbox", Timeout: inboxRest, ReadyToTrip: func(gobreaker.Counts) bool { return true },
	})
	return &inbox{rows: inboxStore{db, botID}, logger: logger, breaker: breaker, recent: map[messageKey]struct{}{}, unstored: map[messageKey]struct{}{}, wake: make(chan struct{}, 1)}
}

func keyOf(e *telegram.Event) messageKey { return messageKey{e.Chat.Key(), e.MessageID} }

// store stores a message; false where it has been stored before.
func (i *inbox) store(ctx context.Context, e *telegram.Event) bool {
	key := keyOf(e)
	if !i.isNew(key) {
		return false
	}
	data, err := json.Marshal(e)
	if err != nil {
		return true // plain fields always marshal; losing the copy is no reason to lose the message
	}
	fresh, err := i.breaker.Execute(func() (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, inboxCall)
		defer cancel()
		return i.rows.insertMessage(ctx, key, data)
	})
	if err != nil {
		i.mu.Lock()
		defer i.mu.Unlock()
		if len(i.unstored) == 0 { // one line for an outage, not for each message
			i.logger.LogAttrs(ctx, slog.LevelWarn, "messages are handled without a copy in the inbox", slog.Any("error", err))
		}
		i.unstored[key] = struct{}{}
		return true
	}
	return fresh
}

// isNew remembers a message in memory; false where it was there.
func (i *inbox) isNew(key messageKey) bool {
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

// hasUnstored tells whether a message without a copy is not answered yet.
func (i *inbox) hasUnstored() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.unstored) > 0
}

// removeUnstored removes a message from those without a copy; false where it has one.
func (i *inbox) removeUnstored(key messageKey) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	_, unstored := i.unstored[key]
	delete(i.unstored, key)
	return unstored
}

// markAnswered queues the key of an answered message. run then drops the stored content and keeps the key.
func (i *inbox) markAnswered(e *telegram.Event) {
	key := keyOf(e)
	if i.removeUnstored(key) {
		return
	}
	i.mu.Lock()
	i.answered = append(i.answered, key)
	i.mu.Unlock()
	i.wakeRun()
}

func (i *inbox) wakeRun() {
	select {
	case i.wake <- struct{}{}:
	default: // run has yet to take the keys
	}
}

// run marks messages as answered until ctx ends, and then tries the rest once. Each statement waits for the disk, so it marks the messages that were
// answered during the previous statement. After a failure run pauses.
func (i *inbox) run(ctx context.Context) {
	failing := false
	for {
		select {
		case <-ctx.Done():
		case <-i.wake:
		}
		last := ctx.Err() != nil
		left, err := i.writeAnswered(context.WithoutCancel(ctx))
		if last {
			if err != nil {
				i.logger.LogAttrs(ctx, slog.LevelWarn, "handled messages stay in the inbox; they may be handled again, but their answers are posted once", slog.Int("messages", left), slog.Any("error", err))
			}
			return
		}
		if err != nil {
			if !failing { // one line for an outage, not for each try
				i.logger.LogAttrs(ctx, slog.LevelWarn, "handled messages cannot be marked in the inbox; the bot tries again", slog.Int("messages", left), slog.Any("error", err))
			}
			select {
			case <-ctx.Done():
			case <-time.After(inboxPause):
			}
			i.wakeRun()
		}
		failing = err != nil
	}
}

// writeAnswered marks the queued keys. It stops at a failed statement and returns the number of keys that stay queued.
func (i *inbox) writeAnswered(ctx context.Context) (left int, err error) {
	for {
		i.mu.Lock()
		left = len(i.answered)
		batch := min(left, inboxMarks)
		keys := i.answered[:batch:batch]
		i.mu.Unlock()
		if batch == 0 {
			return 0, nil
		}
		if err := i.writeBatch(ctx, keys); err != nil {
			return left, err
		}
		i.mu.Lock()
		if i.answered = i.answered[batch:]; len(i.answered) == 0 {
			i.answered = nil // frees the memory of a long queue
		}
		i.mu.Unlock()
	}
}

func (i *inbox) writeBatch(ctx context.Context, keys []messageKey) error {
	ctx, cancel := context.WithTimeout(ctx, inboxCall)
	defer cancel()
	return i.rows.markAnswered(ctx, keys)
}

// unanswered returns the messages that the last process did not answer, the oldest first.
func (i *inbox) unanswered(ctx context.Context) ([]*telegram.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, inboxCall)
	defer cancel()
	copies, err := i.rows.unanswered(ctx)
	var events []*telegram.Event
	for _, data := range copies {
		e := new(telegram.Event)
		if err := json.Unmarshal(data, e); err != nil { // an unreadable one does not stop the others
			i.logger.LogAttrs(ctx, slog.LevelError, "a message in the inbox cannot be read", slog.Any("error", err))
			continue
		}
		e.Repeated = true
		events = append(events, e)
	}
	return events, err
}
