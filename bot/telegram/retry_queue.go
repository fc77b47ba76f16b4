package telegram

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// changeQueue stores changes of the bot's chats, such as "removed from a channel", in the order of their updates. A change that cannot be stored is
// tried again. The update state is not saved until isEmpty, so Telegram repeats the updates after a crash.
type changeQueue struct {
	logger *slog.Logger

	mu   sync.Mutex
	list []change
	wake chan struct{}
}

// change stores the content of one update. It may run twice.
type change func(ctx context.Context) error

const (
	changeWithin = 30 * time.Second // for one try
	changeAgain  = time.Second
)

func newChangeQueue(logger *slog.Logger) *changeQueue {
	return &changeQueue{logger: logger, wake: make(chan struct{}, 1)}
}

func (q *changeQueue) add(c change) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, c)
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *changeQueue) isEmpty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.list) == 0
}

// first returns the next change; nil if there is none.
func (q *changeQueue) first() change {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		return nil
	}
	return q.list[0]
}

func (q *changeQueue) removeFirst() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = q.list[1:]
}

// run applies changes until ctx ends.
func (q *changeQueue) run(ctx context.Context) {
	for failed := false; ; {
		c := q.first()
		if c == nil {
			select {
			case <-ctx.Done():
				return
			case <-q.wake:
				continue
			}
		}
		err := q.try(ctx, c)
		if err == nil {
			q.removeFirst()
			failed = false
			continue
		}
		if !failed && ctx.Err() == nil {
			q.logger.LogAttrs(ctx, slog.LevelWarn, "a change of a chat is not stored yet; it is tried again", slog.Any("error", err))
		}
		failed = true
		select {
		case <-ctx.Done():
			return
		case <-time.After(changeAgain):
		}
	}
}

func (q *changeQueue) try(ctx context.Context, c change) error {
	ctx, cancel := context.WithTimeout(ctx, changeWithin)
	defer cancel()
	return c(ctx)
}
