// The view of an account on a chat, for tests and transcripts.

package world

import (
	"fmt"

	"github.com/gotd/td/tg"
)

// History returns the messages of a chat in an account's view, the oldest first, without service messages.
func (w *World) History(accountID int64, chat Peer) ([]*tg.Message, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.as(accountID)
	if err != nil {
		return nil, err
	}
	if !w.exists(chat) {
		return nil, fmt.Errorf("history of %v: %w", chat, errNoChat)
	}
	var list []*tg.Message
	for _, id := range c.idsOf(chat) {
		if m := c.find(chat, id); m != nil {
			if seen, ok := w.view(m, id, c.people).(*tg.Message); ok {
				list = append(list, seen)
			}
		}
	}
	return list, nil
}

// Message returns a message in an account's view, or nil.
func (w *World) Message(accountID int64, chat Peer, id int) *tg.Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.as(accountID)
	if err != nil || !w.exists(chat) {
		return nil
	}
	if m := c.find(chat, id); m != nil {
		seen, _ := w.view(m, id, c.people).(*tg.Message)
		return seen
	}
	return nil
}

// Hash returns an account's access hash of a user or channel, for tests that call Handle directly.
func (w *World) Hash(viewer int64, of Peer) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if of.Kind == PeerChannel {
		return w.hash(viewer, hashChannel, of.ID)
	}
	return w.hash(viewer, hashUser, of.ID)
}
