package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/gotd/td/tgerr"
	"golang.org/x/time/rate"

	"pavilion/internal/fault"
)

// Lane is how urgent a send is.
type Lane uint8

// The lanes, most urgent first: somebody waits, work in the background, and messages to everybody.
const (
	LaneAnswer Lane = iota
	LaneBulk
	LaneBroadcast
	lanes
)

// SendLimits are Telegram's, as far as it tells them.
type SendLimits struct {
	PerSecond      float64 // in all; 30 where 0
	ChatPerSecond  float64 // to one chat; 1 where 0
	ChatBurst      int     // messages to one chat that may go at once; 3 where 0
	GroupPerMinute float64 // to one group; 20 where 0
	Concurrency    int     // calls under way at once; 32 where 0
	Attempts       int     // of a call that fails for passing reasons; 5 where 0
}

// ErrBlocked means that a person blocked the bot or deleted their account.
var ErrBlocked = fault.New(fault.Gone, "blocked", "That person cannot be written to.")

// call is one request to Telegram.
type call struct {
	lane    Lane
	chat    Chat // zero where it is about no chat
	method  string
	limited bool // counts as a message
	invoke  func(ctx context.Context) error
}

// sendQueue is the one way out. It keeps Telegram's limits, so that it is seldom told to wait, and when it is told, only the chat or the
// method concerned waits.
type sendQueue struct {
	limits    SendLimits
	logger    *slog.Logger
	onBlocked func(ctx context.Context, userID int64)
	now       func() time.Time

	mu     sync.Mutex
	queue  [lanes][]*pending
	parked map[string]time.Time // chat or method → when it may go on
	all    *rate.Limiter
	chats  map[Chat]*rate.Limiter
	active int
	floods int64
	wake   chan struct{}
}

// pending is a call that waits for its turn.
type pending struct {
	call
	ctx       context.Context //nolint:containedctx // the caller's, checked when its turn comes
	done      chan error
	attempt   int
	notBefore time.Time
}

func newSendQueue(l SendLimits, logger *slog.Logger, now func() time.Time) *sendQueue {
	l.PerSecond, l.ChatPerSecond, l.ChatBurst = cmp.Or(l.PerSecond, 30), cmp.Or(l.ChatPerSecond, 1), cmp.Or(l.ChatBurst, 3)
	l.GroupPerMinute, l.Concurrency, l.Attempts = cmp.Or(l.GroupPerMinute, 20), cmp.Or(l.Concurrency, 32), cmp.Or(l.Attempts, 5)
	return &sendQueue{
		limits: l, logger: logger, now: now, onBlocked: func(context.Context, int64) {},
		parked: map[string]time.Time{}, all: rate.NewLimiter(rate.Limit(l.PerSecond), max(1, int(l.PerSecond))), chats: map[Chat]*rate.Limiter{}, wake: make(chan struct{}, 1),
	}
}

// do has a call made and waits for its result.
func (q *sendQueue) do(ctx context.Context, c call) error {
	p := &pending{call: c, ctx: ctx, done: make(chan error, 1)}
	q.push(p)
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done():
		q.signal() // its place is given up
		return fmt.Errorf("%s: %w", c.method, context.Cause(ctx))
	}
}

func (q *sendQueue) push(p *pending) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queue[p.lane] = append(q.queue[p.lane], p)
	q.signal()
}

func (q *sendQueue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run makes calls until ctx ends and those under way have returned.
func (q *sendQueue) Run(ctx context.Context) {
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		p, wait := q.pick()
		if p != nil {
			calls.Go(func() { q.make(ctx, p) })
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-q.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// pick takes the most urgent call that may go now; without one it says how long nothing can change by itself.
func (q *sendQueue) pick() (*pending, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now, wait := q.now(), time.Minute
	if q.active >= q.limits.Concurrency {
		return nil, wait
	}
	for lane := range q.queue {
		q.queue[lane] = slices.DeleteFunc(q.queue[lane], func(p *pending) bool { return p.ctx.Err() != nil })
		for i, p := range q.queue[lane] {
			if w := q.mustWait(p, now); w > 0 {
				wait = min(wait, w)
				continue
			}
			if p.limited {
				q.all.AllowN(now, 1)
				q.chat(p.chat).AllowN(now, 1)
			}
			q.queue[lane] = slices.Delete(q.queue[lane], i, i+1)
			q.active++
			return p, 0
		}
	}
	return nil, max(wait, time.Millisecond)
}

// mustWait tells how long a call has to wait; q.mu is held.
func (q *sendQueue) mustWait(p *pending, now time.Time) time.Duration {
	wait := p.notBefore.Sub(now)
	for _, name := range []string{p.method, parkName(p.call)} {
		wait = max(wait, q.parked[name].Sub(now))
	}
	if p.limited {
		wait = max(wait, untilToken(q.all, now), untilToken(q.chat(p.chat), now))
	}
	return wait
}

func untilToken(l *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - l.TokensAt(now)
	if missing <= 1e-9 {
		return 0
	}
	return time.Duration(missing/float64(l.Limit())*float64(time.Second)) + time.Microsecond
}

// chat is the limiter of one chat; those that are full again are forgotten when they become many.
func (q *sendQueue) chat(c Chat) *rate.Limiter {
	c.Hash = 0
	if l := q.chats[c]; l != nil {
		return l
	}
	if len(q.chats) > 10_000 {
		now := q.now()
		for k, l := range q.chats {
			if l.TokensAt(now) >= float64(l.Burst()) {
				delete(q.chats, k)
			}
		}
	}
	l := rate.NewLimiter(rate.Limit(q.limits.ChatPerSecond), q.limits.ChatBurst)
	if c.Type != Private {
		l = rate.NewLimiter(rate.Limit(q.limits.GroupPerMinute/60), max(1, int(q.limits.GroupPerMinute)))
	}
	q.chats[c] = l
	return l
}

// parkName is what a FLOOD_WAIT for a call is about: its chat where it has one, else its method.
func parkName(c call) string {
	if c.chat.ID == 0 {
		return c.method
	}
	return fmt.Sprintf("chat %d", c.chat.Key())
}

func (q *sendQueue) make(ctx context.Context, p *pending) {
	cctx, cancel := context.WithCancelCause(p.ctx)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	err := p.invoke(cctx)
	stop()
	cancel(nil)

	q.mu.Lock()
	q.active--
	again := false
	now := q.now()
	if wait, ok := tgerr.AsFloodWait(err); ok {
		q.floods++
		name := parkName(p.call)
		q.parked[name] = now.Add(wait)
		again = true
		q.logger.LogAttrs(ctx, slog.LevelWarn, "telegram asks to wait", slog.String("method", p.method), slog.Duration("wait", wait))
	} else if passing(err) && p.ctx.Err() == nil && ctx.Err() == nil && p.attempt+1 < q.limits.Attempts {
		p.attempt++
		// Full jitter: calls that failed together come back apart.
		p.notBefore = now.Add(time.Duration(rand.Int64N(int64(200*time.Millisecond) << p.attempt)))
		again = true
	}
	for name, until := range q.parked {
		if until.Before(now) {
			delete(q.parked, name)
		}
	}
	if again {
		q.queue[p.lane] = slices.Insert(q.queue[p.lane], 0, p)
	}
	q.mu.Unlock()
	q.signal()
	if again {
		return
	}
	if tgerr.Is(err, "USER_IS_BLOCKED", "INPUT_USER_DEACTIVATED", "USER_DEACTIVATED", "USER_DEACTIVATED_BAN") {
		if p.chat.Type == Private && p.chat.ID != 0 {
			q.onBlocked(context.WithoutCancel(ctx), p.chat.ID)
		}
		err = errors.Join(ErrBlocked, err)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", p.method, err)
	}
	p.done <- err
}

// passing tells errors that may be gone at the next try: Telegram's own, and a connection that broke.
func passing(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	var rpc *tgerr.Error
	if errors.As(err, &rpc) {
		if rpc.IsType("RANDOM_ID_DUPLICATE") { // it was sent before
			return false
		}
		return rpc.Code >= 500 || rpc.Code < 0
	}
	return fault.KindOf(err) == fault.Internal
}
