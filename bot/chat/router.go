package chat

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// router runs the messages of one chat in order and those of different chats in parallel, so that a slow handler delays its own chat only.
// Taps and queries of a person have an order, and slots, of their own: messages that wait for Telegram never delay a tap.
//
// A person's messages in a chat are limited: see line.
//
// finish is called after every handler, with its error or its panic, and for events that no handler gets.
type router struct {
	handle  Handler
	latest  func(e *telegram.Event) bool // tells whether a later message of the same kind makes e needless
	finish  func(ctx context.Context, e *telegram.Event, err error) error
	logger  *slog.Logger
	ctx     context.Context //nolint:containedctx // the handlers' own, from Run
	slots   [telegram.EventKinds]chan struct{}
	mu      sync.Mutex
	lines   map[lineKey]*line
	running sync.WaitGroup
	stopped bool
	early   []*telegram.Event // submitted before Run
}

type lineKey struct {
	kind telegram.EventKind
	id   int64
}

const handlersAtOnce = 64 // of each kind of event

var errPanic = errors.New("a handler panicked")

func newRouter(handle Handler, finish func(ctx context.Context, e *telegram.Event, err error) error, logger *slog.Logger) *router {
	r := &router{handle: handle, finish: finish, logger: logger, lines: map[lineKey]*line{}}
	for i := range r.slots {
		r.slots[i] = make(chan struct{}, handlersAtOnce)
	}
	return r
}

// submit queues an event; it never waits.
func (r *router) submit(e *telegram.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx == nil {
		r.early = append(r.early, e)
		return
	}
	if r.stopped {
		return // a message is in the inbox; a tap's person taps again
	}
	key := lineKey{e.Kind, e.Chat.Key()}
	if e.Kind != telegram.Message {
		key.id = e.From.ID
	}
	l, busy := r.lines[key]
	if !busy {
		l = newLine()
		r.lines[key] = l
	}
	l.add(e, r.latest != nil && r.latest(e))
	if !busy {
		r.running.Go(func() { r.drain(key) })
	}
}

func (r *router) drain(key lineKey) {
	for {
		r.mu.Lock()
		next := r.lines[key].pop()
		if next == nil || r.stopped {
			delete(r.lines, key)
			r.mu.Unlock()
			return
		}
		ctx := r.ctx
		r.mu.Unlock()
		r.slots[next.event.Kind] <- struct{}{}
		r.run(ctx, next)
		<-r.slots[next.event.Kind]
	}
}

func (r *router) run(ctx context.Context, w *waiting) {
	e, err := w.event, w.refusal
	if !w.silent && err == nil {
		err = r.recovered(ctx, func() error { return r.handle(ctx, e) })
	}
	if ctx.Err() != nil {
		return // cut short at the end of the process: the next one finds a message in the inbox
	}
	err = errors.Join(err, r.recovered(ctx, func() error { return r.finish(ctx, e, err) }))
	if err != nil && ctx.Err() == nil {
		level := slog.LevelInfo
		if fault.KindOf(err) == fault.Internal {
			level = slog.LevelError
		}
		r.logger.LogAttrs(ctx, level, "an event was answered with an error", slog.String("code", fault.CodeOf(err)), slog.Any("error", err))
	}
}

// recovered runs fn and turns a panic into an error.
func (r *router) recovered(ctx context.Context, fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.logger.LogAttrs(ctx, slog.LevelError, "a handler panicked", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			err = errPanic
		}
	}()
	return fn()
}

// stopPatience is how long running handlers may go on when the process ends. One that waits for Telegram would outlast any deadline.
const stopPatience = 3 * time.Second

// Run runs handlers until ctx ends, and returns when those under way have ended or are cut short.
func (r *router) Run(ctx context.Context) {
	handling, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	r.mu.Lock()
	r.ctx, r.stopped = handling, false
	early := r.early
	r.early = nil
	r.mu.Unlock()
	for _, e := range early {
		r.submit(e)
	}
	<-ctx.Done()
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	defer time.AfterFunc(stopPatience, cut).Stop()
	r.running.Wait()
}
