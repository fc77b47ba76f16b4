package telegram

import (
	"context"
	"log/slog"
	"time"

	"github.com/gotd/td/tgerr"
)

// floodKey is the scope of a FLOOD_WAIT: the call's chat, or its method if it has no chat.
type floodKey struct {
	chat   Chat
	method string
}

func (c call) floodKeyOf() floodKey {
	if c.chat.ID == 0 {
		return floodKey{method: c.method}
	}
	chat := c.chat
	chat.Hash = 0
	return floodKey{chat: chat}
}

// methodFloods is the number of chats with a FLOOD_WAIT in a row after which the whole method waits. More tries would only lengthen the wait.
const methodFloods = 4

// mustWaitLonger tells whether Telegram makes a chat wait for longer than patience.
func (q *sendQueue) mustWaitLonger(chat Chat, patience time.Duration) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	return q.floodWaitEnd(call{chat: chat}, now).After(now.Add(patience))
}

// floodWaitEnd returns the end of the FLOOD_WAIT that concerns a call; zero without one. q.mu is held.
func (q *sendQueue) floodWaitEnd(c call, now time.Time) (until time.Time) {
	for _, key := range []floodKey{c.floodKeyOf(), {method: c.method}} {
		if t, ok := q.floodWaits[key]; ok && t.After(now) && t.After(until) {
			until = t
		}
	}
	return until
}

// late tells whether a call's deadline is before a time, or its chat's own wait is longer than its patience. q.mu is held.
func (q *sendQueue) late(p *pending, until, now time.Time) bool {
	if p.patience > 0 && p.chat.ID != 0 && q.floodWaits[p.floodKeyOf()].After(now.Add(p.patience)) {
		return true
	}
	deadline, limited := p.deadline()
	return limited && until.After(deadline)
}

// chatWait is how long Telegram makes a chat wait; 0 if it does not.
func (q *sendQueue) chatWait(chat Chat) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	return max(0, q.floodWaits[call{chat: chat}.floodKeyOf()].Sub(q.now()))
}

// flood records a FLOOD_WAIT. The slow mode of a group says nothing about other chats. q.mu is held.
func (q *sendQueue) flood(ctx context.Context, c call, until, now time.Time, isSlowMode bool) {
	for k, t := range q.floodWaits {
		if t.Before(now) {
			delete(q.floodWaits, k)
		}
	}
	key := c.floodKeyOf()
	q.floods++
	q.floodWaits[key] = until
	if q.flooded[c.method] == nil {
		q.flooded[c.method] = map[floodKey]bool{}
	}
	if !isSlowMode {
		q.flooded[c.method][key] = true
	}
	whole := key.chat.ID == 0 || len(q.flooded[c.method]) >= methodFloods
	if whole {
		for chat := range q.flooded[c.method] { // the method made them wait, so their other calls may go
			delete(q.floodWaits, chat)
		}
		q.floodWaits[floodKey{method: c.method}] = until
	}
	q.logger.LogAttrs(ctx, slog.LevelWarn, "telegram asks to wait", slog.String("method", c.method), slog.Duration("wait", until.Sub(now)), slog.Bool("whole_method", whole))
}

// floodWait is the wait that an error asks for; a group's slow mode asks in the same way.
func floodWait(err error) (time.Duration, bool) {
	rpc, ok := tgerr.AsType(err, "SLOWMODE_WAIT")
	if !ok {
		return tgerr.AsFloodWait(err)
	}
	return time.Duration(rpc.Argument) * time.Second, true
}
