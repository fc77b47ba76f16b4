package telegram

import (
	"context"
	"slices"
	"sync"

	"github.com/gotd/td/tg"
)

// updateQueue is an unbounded queue between gotd's read loop and the updates manager. The manager's own queue holds ten updates: with a slow
// handler the read loop would stall, and with it the answers to our own requests.
type updateQueue struct {
	next func(context.Context, tg.UpdatesClass) error

	mu    sync.Mutex
	items []tg.UpdatesClass
	wake  chan struct{}
}

func newUpdateQueue(next func(context.Context, tg.UpdatesClass) error) *updateQueue {
	return &updateQueue{next: next, wake: make(chan struct{}, 1)}
}

// Handle queues updates from gotd.
func (q *updateQueue) Handle(_ context.Context, u tg.UpdatesClass) error {
	// The manager sorts the list, and the sender of a message reads the same answer.
	switch answer := u.(type) {
	case *tg.Updates:
		own := *answer
		own.Updates = slices.Clone(answer.Updates)
		u = &own
	case *tg.UpdatesCombined:
		own := *answer
		own.Updates = slices.Clone(answer.Updates)
		u = &own
	}
	q.add(u)
	return nil
}

func (q *updateQueue) add(u tg.UpdatesClass) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, u)
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run feeds the manager, in order, until ctx ends.
func (q *updateQueue) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-q.wake:
		}
		for {
			q.mu.Lock()
			items := q.items
			q.items = nil
			q.mu.Unlock()
			if len(items) == 0 {
				break
			}
			for _, u := range items {
				if ctx.Err() != nil {
					return
				}
				_ = q.next(ctx, u) // the manager logs what it cannot use
			}
		}
	}
}
