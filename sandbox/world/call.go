// One request of a session, with its account and the updates for the caller.

package world

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// Caller identifies the session of a request.
type Caller struct {
	AuthKey   [8]byte
	Session   int64
	Layer     int
	NoUpdates bool // the request came in invokeWithoutUpdates
}

// Handle answers one request without wrappers such as invokeWithLayer. Errors are *tgerr.Error. Some methods wait for a bot's
// answer, so every request needs its own goroutine.
func (w *World) Handle(ctx context.Context, from Caller, body *bin.Buffer) (bin.Encoder, error) {
	id, err := body.PeekID()
	if err != nil {
		return nil, tgerr.New(400, "INPUT_METHOD_INVALID")
	}
	if err := w.admit(from, w.names[id]); err != nil {
		return nil, err
	}
	whole := body.Buf
	answer, err := w.dispatch.Handle(context.WithValue(ctx, callerKey{}, from), body)
	for err != nil && rewriteInput(whole, body.Len(), err) {
		body.ResetTo(whole)
		answer, err = w.dispatch.Handle(context.WithValue(ctx, callerKey{}, from), body)
	}
	var rpc *tgerr.Error
	switch {
	case err == nil:
		return answer, nil
	case errors.As(err, &rpc):
		return nil, rpc
	case ctx.Err() != nil:
		return nil, fmt.Errorf("answer %s: %w", w.names[id], err)
	default:
		w.o.Logger.LogAttrs(ctx, slog.LevelWarn, "request refused", slog.String("method", w.names[id]), slog.Any("error", err))
		return nil, tgerr.New(400, "INPUT_FETCH_ERROR")
	}
}

// Disconnected removes a session, so that no updates are rendered for it.
func (w *World) Disconnected(authKey [8]byte, session int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.online[authKey], session)
	if len(w.online[authKey]) == 0 {
		delete(w.online, authKey)
	}
}

type callerKey struct{}

// call is a running request, under the world's lock. It collects the updates for the caller, which are sent with the answer
// instead of being pushed.
type call struct {
	*World
	from    Caller
	me      *account // nil before sign-in
	updates []tg.UpdateClass
	people  *gathered
	direct  bool           // made through the Go API, without an answer
	drafts  map[int64]bool // the random ids of this request's messages
}

func (w *World) begin(from Caller) *call {
	c := &call{World: w, from: from, me: w.Accounts[w.Logins[from.AuthKey]]}
	c.people = w.gather(c.me)
	return c
}

// as starts a call of an account through the Go API. It has no session, so every session of the account gets the updates.
func (w *World) as(id int64) (*call, error) {
	me := w.Accounts[id]
	if me == nil {
		return nil, fmt.Errorf("account %d: %w", id, errNoAccount)
	}
	return &call{World: w, me: me, people: w.gather(me), direct: true}, nil
}

var errNoAccount = errors.New("no such account")

// answer returns the updates for the caller.
func (c *call) answer() *tg.Updates {
	return &tg.Updates{Updates: c.updates, Users: c.people.userList(), Chats: c.people.chatList(), Date: c.now()}
}

// on adapts a method of call to the generated dispatcher. It holds the lock during the call.
func on[Req, Resp any](w *World, f func(*call, Req) (Resp, error)) func(context.Context, Req) (Resp, error) {
	return func(ctx context.Context, r Req) (Resp, error) {
		from, _ := ctx.Value(callerKey{}).(Caller)
		w.mu.Lock()
		defer w.unlock()
		return f(w.begin(from), r)
	}
}

// on0 is on for methods without arguments.
func on0[Resp any](w *World, f func(*call) (Resp, error)) func(context.Context) (Resp, error) {
	g := on(w, func(c *call, _ struct{}) (Resp, error) { return f(c) })
	return func(ctx context.Context) (Resp, error) { return g(ctx, struct{}{}) }
}

// onWait is on for methods that wait for another client. They release the lock meanwhile.
func onWait[Req, Resp any](w *World, f func(context.Context, *call, Req) (Resp, error)) func(context.Context, Req) (Resp, error) {
	return func(ctx context.Context, r Req) (Resp, error) {
		return on(w, func(c *call, r Req) (Resp, error) { return f(ctx, c, r) })(ctx, r)
	}
}

// wait releases the lock until done is closed. It returns false after d or when ctx ends.
func (c *call) wait(ctx context.Context, done <-chan struct{}, d time.Duration) bool {
	c.unlock()
	defer c.mu.Lock()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-done:
		return true
	case <-t.C:
		return false
	case <-ctx.Done():
		return false
	}
}

// emit sends an update to every session of an account. The caller's session gets it with the answer.
func (c *call) emit(to *account, build func(g *gathered) tg.UpdateClass) {
	if to == c.me && !c.direct {
		c.updates = append(c.updates, build(c.people))
	}
	for key := range c.keys[to.ID] {
		if key != c.from.AuthKey {
			c.outbox.add(delivery{key: key, updates: c.render(to, build)})
			continue
		}
		for session := range c.online[key] {
			if session != c.from.Session {
				c.outbox.add(delivery{key: key, session: session, updates: c.render(to, build)})
			}
		}
	}
}

func (w *World) render(to *account, build func(g *gathered) tg.UpdateClass) tg.UpdatesClass {
	g := w.gather(to)
	u := build(g)
	return &tg.Updates{Updates: []tg.UpdateClass{u}, Users: g.userList(), Chats: g.chatList(), Date: w.now()}
}
