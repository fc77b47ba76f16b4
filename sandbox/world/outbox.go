// The outbox: updates are pushed in the order in which they were made, and never under the world's lock.

package world

import (
	"sync"

	"github.com/gotd/td/tg"
)

// Pusher delivers updates to a session of an auth key; session 0 means all its sessions. Updates for a key that has no
// connection are dropped, because the client fetches them with getDifference. It must not block on a slow client.
type Pusher func(authKey [8]byte, session int64, updates tg.UpdatesClass)

// SetPusher sets the function that delivers updates. Until then they are dropped.
func (w *World) SetPusher(push func(authKey [8]byte, session int64, updates tg.UpdatesClass)) {
	w.outbox.mu.Lock()
	defer w.outbox.mu.Unlock()
	w.outbox.push = push
}

type delivery struct {
	key     [8]byte
	session int64
	updates tg.UpdatesClass
}

// outbox is a queue that one goroutine at a time empties. Other goroutines leave their updates to it.
type outbox struct {
	mu    sync.Mutex
	push  Pusher
	queue []delivery
	busy  bool
}

func (o *outbox) add(d delivery) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.push != nil {
		o.queue = append(o.queue, d)
	}
}

func (o *outbox) drain() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy {
		return
	}
	o.busy = true
	for len(o.queue) > 0 {
		batch, push := o.queue, o.push
		o.queue = nil
		o.mu.Unlock()
		for _, d := range batch {
			push(d.key, d.session, d.updates)
		}
		o.mu.Lock()
	}
	o.busy = false
}
