package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"pavilion/internal/fault"
)

type handler func(ctx context.Context, e *Event) error

// route is what answers one command.
type route struct {
	command string
	admin   bool // for the admins of the configuration
	staff   bool // of a club: whoever does something is asked then; menus show it to the admins of the configuration
	booking bool // makes sense once there is a club
	usage   string
	about   string // in menus and in /help
	handle  handler
}

// router runs handlers: those of one chat one after the other, those of different chats side by side, so that a slow one holds up nobody
// else. Taps and inline queries of a person have an order, and room, of their own: messages that wait for Telegram never delay a tap.
//
// Whatever becomes of a handler, a panic included, finish hears of it and has the last word.
type router struct {
	handle  handler
	finish  func(ctx context.Context, e *Event, err error) error
	logger  *slog.Logger
	ctx     context.Context //nolint:containedctx // the handlers' own, from Run
	slots   [kinds]chan struct{}
	mu      sync.Mutex
	lines   map[lineKey][]*Event
	running sync.WaitGroup
	stopped bool
	early   []*Event // came before Run
}

type lineKey struct {
	kind EventKind
	id   int64
}

const handlersAtOnce = 64 // of each kind of event

var errPanic = errors.New("a handler panicked")

func newRouter(handle handler, finish func(ctx context.Context, e *Event, err error) error, logger *slog.Logger) *router {
	r := &router{handle: handle, finish: finish, logger: logger, lines: map[lineKey][]*Event{}}
	for i := range r.slots {
		r.slots[i] = make(chan struct{}, handlersAtOnce)
	}
	return r
}

// submit hands an event over; it never waits.
func (r *router) submit(e *Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx == nil {
		r.early = append(r.early, e)
		return
	}
	if r.stopped {
		return // a message is in the inbox; a tap's person taps again
	}
	key := lineKey{e.Kind, int64(e.Chat.Key())}
	if e.Kind != Message {
		key.id = e.From.ID
	}
	line, busy := r.lines[key]
	r.lines[key] = append(line, e)
	if !busy {
		r.running.Go(func() { r.drain(key) })
	}
}

func (r *router) drain(key lineKey) {
	for {
		r.mu.Lock()
		line := r.lines[key]
		if len(line) == 0 || r.stopped {
			delete(r.lines, key)
			r.mu.Unlock()
			return
		}
		e := line[0]
		r.lines[key] = line[1:]
		ctx := r.ctx
		r.mu.Unlock()
		r.slots[e.Kind] <- struct{}{}
		r.one(ctx, e)
		<-r.slots[e.Kind]
	}
}

func (r *router) one(ctx context.Context, e *Event) {
	err := r.recovered(ctx, func() error { return r.handle(ctx, e) })
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

// recovered runs fn; a panic is this event's error and nobody else's.
func (r *router) recovered(ctx context.Context, fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.logger.LogAttrs(ctx, slog.LevelError, "a handler panicked", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
			err = errPanic
		}
	}()
	return fn()
}

// stopPatience is how long handlers under way may go on when the process ends. One that waits for Telegram would outlast any deadline.
const stopPatience = 3 * time.Second

// Run lets handlers run until ctx ends, and returns when those under way are done or cut short.
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

func duplicateRoutes(routes []route) error {
	seen := map[string]bool{}
	for _, rt := range routes {
		if seen[rt.command] {
			return fmt.Errorf("command /%s has two handlers", rt.command)
		}
		seen[rt.command] = true
	}
	return nil
}
