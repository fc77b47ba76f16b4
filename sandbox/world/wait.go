// Waiting for changes of the world, without polling.

package world

import (
	"context"
	"fmt"

	"github.com/gotd/td/tg"
)

// watcher waits for the first message that matches.
type watcher struct {
	match func(chat Peer, m *tg.Message) bool
	found *tg.Message
	done  chan struct{}
}

// notice passes a new or changed message to the watchers.
func (w *World) notice(a *account, m *message, id int) {
	if len(w.watchers[a.ID]) == 0 {
		return
	}
	for watch := range w.watchers[a.ID] {
		w.offer(watch, a, m, id)
	}
}

func (w *World) offer(watch *watcher, a *account, m *message, id int) {
	if watch.found != nil {
		return
	}
	seen, ok := w.view(m, id, w.gather(a)).(*tg.Message)
	if ok && watch.match(m.chat(a.ID), seen) {
		watch.found = seen
		close(watch.done)
	}
}

// WaitMessage returns the oldest message in an account's view that matches, or waits for the next one that is sent or edited.
// match runs under the world's lock and must not call the world.
func (w *World) WaitMessage(ctx context.Context, accountID int64, match func(chat Peer, m *tg.Message) bool) (*tg.Message, error) {
	watch := &watcher{match: match, done: make(chan struct{})}
	if err := w.watch(accountID, watch); err != nil {
		return nil, err
	}
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.watchers[accountID], watch)
	}()
	select {
	case <-watch.done:
		return watch.found, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a message to account %d: %w", accountID, context.Cause(ctx))
	}
}

func (w *World) watch(accountID int64, watch *watcher) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.as(accountID)
	if err != nil {
		return err
	}
	for p := range c.me.Dialogs {
		c.offerAll(watch, p)
	}
	for id := range c.me.Joined {
		c.offerAll(watch, ChannelPeer(id))
	}
	if w.watchers[accountID] == nil {
		w.watchers[accountID] = map[*watcher]struct{}{}
	}
	w.watchers[accountID][watch] = struct{}{}
	return nil
}

func (c *call) offerAll(watch *watcher, p Peer) {
	for _, id := range c.idsOf(p) {
		if m := c.find(p, id); m != nil {
			c.offer(watch, c.me, m, id)
		}
	}
}

// Wait returns when cond is true. It calls cond after every change of the world, outside the lock.
func (w *World) Wait(ctx context.Context, cond func() bool) error {
	for {
		w.mu.Lock()
		if w.changed == nil {
			w.changed = make(chan struct{})
		}
		changed := w.changed
		w.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for a change of the world: %w", context.Cause(ctx))
		}
	}
}
