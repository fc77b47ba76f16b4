package telegram

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// retryQueue stores the content of updates in their order: changes of the bot's chats, or payments. What cannot be stored is tried again. The update
// state is not saved until isEmpty, so Telegram repeats the updates after a crash.
type retryQueue struct {
	what   string // for the log
	logger *slog.Logger

	mu   sync.Mutex
	list []storing
	wake chan struct{}
}

// storing stores the content of one update. It may run twice.
type storing func(ctx context.Context) error

const (
	storeWithin = 30 * time.Second // for one try
	storeAgain  = time.Second
)

func newRetryQueue(what string, logger *slog.Logger) *retryQueue {
	return &retryQueue{what: what, logger: logger, wake: make(chan struct{}, 1)}
}

func (q *retryQueue) add(s storing) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, s)
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *retryQueue) isEmpty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.list) == 0
}

// first is nil for an empty queue.
func (q *retryQueue) first() storing {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		return nil
	}
	return q.list[0]
}

func (q *retryQueue) removeFirst() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = q.list[1:]
}

// run stores what is added until ctx ends.
func (q *retryQueue) run(ctx context.Context) {
	for failed := false; ; {
		next := q.first()
		if next == nil {
			select {
			case <-ctx.Done():
				return
			case <-q.wake:
				continue
			}
		}
		err := q.try(ctx, next)
		if err == nil {
			q.removeFirst()
			failed = false
			continue
		}
		if !failed && ctx.Err() == nil {
			q.logger.LogAttrs(ctx, slog.LevelWarn, "an update is not stored yet; it is tried again", slog.String("what", q.what), slog.Any("error", err))
		}
		failed = true
		select {
		case <-ctx.Done():
			return
		case <-time.After(storeAgain):
		}
	}
}

func (q *retryQueue) try(ctx context.Context, s storing) error {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	return s(ctx)
}
