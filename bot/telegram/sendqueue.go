package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/gotd/td/tgerr"
	"golang.org/x/time/rate"

	"pavilion/internal/fault"
)

// Errors of sends.
var (
	// ErrBlocked reports a person who blocked the bot or deleted their account.
	ErrBlocked = fault.New(fault.Gone, "blocked")
	// ErrTelegramWaits reports that Telegram asks to wait for longer than the caller's deadline or patience.
	ErrTelegramWaits = fault.New(fault.Unavailable, "telegram_waits")
	// ErrMediaForbidden means that the group does not allow files of this kind.
	ErrMediaForbidden = fault.New(fault.Forbidden, "chat_media_forbidden")
	// ErrCannotWrite means that the bot may not write in the group or topic.
	ErrCannotWrite = fault.New(fault.Forbidden, "chat_write_forbidden")
	// ErrForwardsRestricted means that the channel of a file forbids to save and forward its content, also to the bot. Another try would fail too.
	ErrForwardsRestricted = fault.New(fault.Forbidden, "forwards_restricted")
	// ErrQueueStopped means that the send queue, or the client below it, has ended. A call that was under way may have arrived.
	ErrQueueStopped = errors.New("the send queue has stopped")
)

// call is one request to Telegram.
type call struct {
	lane     Lane
	chat     Chat // zero where the call concerns no chat
	method   string
	limited  bool          // counts as a message
	paid     bool          // a message beyond the free limits
	first    bool          // goes before other messages of its lane, which it does not starve
	messages int           // that the call sends; 0 means 1
	patience time.Duration // with a wait of the call's own chat; 0: no bound
	invoke   func(ctx context.Context) error
}

// sendQueue makes every call to Telegram. It keeps Telegram's limits, so that FLOOD_WAIT is rare. After a FLOOD_WAIT only the chat or the method
// concerned waits.
type sendQueue struct {
	limits    SendLimits
	logger    *slog.Logger
	onBlocked func(ctx context.Context, userID int64)
	onEnded   func(err error) // called when Telegram has ended the session
	observe   func(method string, took time.Duration)
	now       func() time.Time

	mu         sync.Mutex
	lanes      [lanes]*lineSet
	floodWaits map[floodKey]time.Time       // chat or method → when it may go on
	flooded    map[string]map[floodKey]bool // method → chats with a FLOOD_WAIT since its last other result
	all        *rate.Limiter
	chats      map[Chat]chatLimits
	active     [2]int // calls under way: those of the lane for answers, and those of the others
	retries    int
	floods     int64 // times that Telegram asked to wait
	stopped    bool
	wake       chan struct{}
}

func newSendQueue(l SendLimits, logger *slog.Logger, now func() time.Time) *sendQueue {
	l = l.orDefaults()
	q := &sendQueue{
		limits: l, logger: logger.With("part", "sendqueue"), now: now, onBlocked: func(context.Context, int64) {}, onEnded: func(error) {}, observe: func(string, time.Duration) {}, floodWaits: map[floodKey]time.Time{},
		flooded: map[string]map[floodKey]bool{}, all: rate.NewLimiter(rate.Limit(l.PerSecond), max(1, int(l.PerSecond))),
		chats: map[Chat]chatLimits{}, wake: make(chan struct{}, 1),
	}
	for i := range q.lanes {
		q.lanes[i] = newLineSet()
	}
	return q
}

// do makes a call in its turn and returns its result. It returns ErrTelegramWaits at once where a FLOOD_WAIT ends after ctx's deadline, or where the chat's own is
// longer than the call's patience.
func (q *sendQueue) do(ctx context.Context, c call) error {
	p := &pending{call: c, ctx: ctx, done: make(chan error, 1)}
	q.mu.Lock()
	var refusal error
	switch {
	case q.stopped:
		refusal = ErrQueueStopped
	case q.late(p, q.floodWaitEnd(c, q.now()), q.now()):
		refusal = ErrTelegramWaits
	default:
		q.lanes[c.lane].add(queueKey{chat: c.floodKeyOf().chat, method: c.method, limited: c.limited, first: c.first}, p, false, time.Time{})
	}
	q.mu.Unlock()
	if refusal != nil {
		return fmt.Errorf("%s: %w", c.method, refusal)
	}
	q.signal()
	select {
	case err := <-p.done:
		return err
	case <-ctx.Done(): // its place is given up
		return fmt.Errorf("%s: %w", c.method, context.Cause(ctx))
	}
}

// post queues a call without waiting for its result; it is dropped when it expires. A second one for the same chat and method is ignored while
// the first is queued.
func (q *sendQueue) post(c call, expires time.Time) {
	key := queueKey{chat: c.floodKeyOf().chat, method: c.method, limited: c.limited, posted: true}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.stopped || q.lanes[c.lane].byKey[key] != nil {
		return
	}
	q.lanes[c.lane].add(key, &pending{call: c, ctx: context.Background(), expires: expires, done: make(chan error, 1)}, false, time.Time{})
	q.signal()
}

func (q *sendQueue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run makes calls until ctx ends and the calls under way have returned. Those still queued fail.
func (q *sendQueue) Run(ctx context.Context) {
	var calls sync.WaitGroup
	defer func() {
		calls.Wait()
		q.refuseAll()
	}()
	for ctx.Err() == nil {
		p, wait := q.pick()
		if p != nil {
			calls.Go(func() { q.make(ctx, p) })
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-q.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (q *sendQueue) refuseAll() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = true
	for i, lane := range q.lanes {
		for _, l := range lane.byKey {
			for _, p := range l.calls {
				p.done <- ErrQueueStopped
			}
		}
		q.lanes[i] = newLineSet()
	}
}

// pick removes the most urgent call that may be made now. Without one it returns the time until one may be.
func (q *sendQueue) pick() (*pending, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now, wait := q.now(), time.Minute
	if q.active[0]+q.active[1] >= q.limits.Concurrency {
		return nil, wait
	}
	for i, lane := range q.lanes {
		urgency, spare := Lane(i).urgency(), 0
		if urgency > 0 {
			spare = q.limits.spareTokens()
			if q.active[1] >= q.limits.backgroundCalls() {
				break
			}
		}
		full := untilTokens(q.all, 1+spare, now)
		next := lane.wake(now)
		p := lane.popReady(false, now, func(l *line) time.Time { return q.mustWait(l, now) })
		if p == nil && full > 0 && lane.hasMessages() {
			wait = min(wait, full)
		} else if p == nil {
			p = lane.popReady(true, now, func(l *line) time.Time { return q.mustWait(l, now) })
		}
		if p == nil {
			if len(lane.waiting) > 0 { // also those that have just been found to wait
				next = lane.waiting[0].until
			}
			if !next.IsZero() {
				wait = min(wait, next.Sub(now))
			}
			continue
		}
		if p.limited {
			takeTokens(q.all, now, p.messages)
			q.limitsOf(p.chat).take(now, p.messages)
		}
		q.active[urgency]++
		return p, 0
	}
	return nil, max(wait, time.Millisecond)
}

// mustWait returns until when a line must wait. It fails the line's calls whose deadline is earlier. q.mu is held.
func (q *sendQueue) mustWait(l *line, now time.Time) time.Time {
	until := q.floodWaitEnd(l.calls[0].call, now)
	if !until.IsZero() {
		kept := l.calls[:0]
		for _, p := range l.calls {
			if q.late(p, until, now) {
				p.done <- fmt.Errorf("%s: %w", p.method, ErrTelegramWaits)
			} else {
				kept = append(kept, p)
			}
		}
		clear(l.calls[len(kept):])
		l.calls = kept
	}
	if l.key.limited {
		for _, limit := range q.limitsOf(l.key.chat) {
			if w := untilTokens(limit, 1, now); w > 0 && now.Add(w).After(until) {
				until = now.Add(w)
			}
		}
	}
	return until
}

func (q *sendQueue) make(ctx context.Context, p *pending) {
	cctx, cancel := context.WithCancelCause(p.ctx)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	began := q.now()
	err := p.invoke(cctx) //nolint:contextcheck // ends with the caller or with the queue, whichever is first
	q.observe(p.method, q.now().Sub(began))
	stop()
	cancel(nil)
	if again := q.settle(ctx, p, err); again {
		return
	}
	if tgerr.Is(err, "USER_IS_BLOCKED", "INPUT_USER_DEACTIVATED", "USER_DEACTIVATED", "USER_DEACTIVATED_BAN") {
		if p.chat.Type == Private && p.chat.ID != 0 {
			q.onBlocked(context.WithoutCancel(ctx), p.chat.ID)
		}
		err = errors.Join(ErrBlocked, err)
	}
	if _, flood := floodWait(err); flood {
		err = errors.Join(ErrTelegramWaits, err)
	}
	if tgerr.Is(err, "CHAT_FORWARDS_RESTRICTED") {
		err = errors.Join(ErrForwardsRestricted, err)
	}
	if endsSession(err) {
		q.onEnded(err)
		err = errors.Join(ErrSessionEnded, err)
	}
	if errors.Is(err, context.Canceled) && p.ctx.Err() == nil {
		err = errors.Join(ErrQueueStopped, err)
	}
	if p.limited && p.chat.Type != Private {
		err = orForbidden(err)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", p.method, err)
	}
	p.done <- err
}

// orForbidden joins ErrMediaForbidden or ErrCannotWrite to Telegram's error if it has that meaning.
func orForbidden(err error) error {
	switch {
	case tgerr.Is(err, "CHAT_WRITE_FORBIDDEN", "CHAT_SEND_PLAIN_FORBIDDEN", "CHAT_RESTRICTED", "CHANNEL_PRIVATE", "USER_BANNED_IN_CHANNEL", "TOPIC_CLOSED", "TOPIC_DELETED"):
		return errors.Join(ErrCannotWrite, err)
	case forbidsMedia(err):
		return errors.Join(ErrMediaForbidden, err)
	}
	return err
}

// forbidsMedia recognises CHAT_SEND_MEDIA_FORBIDDEN and the corresponding errors for each kind of file.
func forbidsMedia(err error) bool {
	rpc, ok := tgerr.As(err)
	return ok && isSendForbidden(rpc.Type)
}

// isSendForbidden recognises the names of the errors for a kind of message that a group forbids.
func isSendForbidden(name string) bool {
	return strings.HasPrefix(name, "CHAT_SEND_") && strings.HasSuffix(name, "_FORBIDDEN")
}

// settle records the end of a call; true where it is queued for another try.
func (q *sendQueue) settle(ctx context.Context, p *pending, err error) (again bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.signal()
	q.active[p.lane.urgency()]--
	now := q.now()
	key := queueKey{chat: p.floodKeyOf().chat, method: p.method, limited: p.limited, first: p.first, posted: !p.expires.IsZero()}
	wait, flood := floodWait(err)
	if !flood {
		delete(q.flooded, p.method)
	}
	switch {
	case flood:
		until := now.Add(wait)
		q.flood(ctx, p.call, until, now, tgerr.Is(err, "SLOWMODE_WAIT"))
		if q.late(p, until, now) || p.ctx.Err() != nil {
			return false
		}
		q.lanes[p.lane].add(key, p, true, time.Time{})
		return true
	case isTransient(err) && p.ctx.Err() == nil && ctx.Err() == nil && p.attempt+1 < q.limits.Attempts:
		p.attempt++
		q.retries++
		key.retry = q.retries
		// Full jitter: calls that failed together come back apart.
		q.lanes[p.lane].add(key, p, false, now.Add(time.Duration(rand.Int64N(int64(200*time.Millisecond)<<p.attempt)))) //nolint:gosec // jitter
		return true
	}
	return false
}

// isTransient tells whether another try may succeed: after Telegram's internal errors and a broken connection.
func isTransient(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, new(paidRefusedError)) {
		return false
	}
	if rpc, ok := errors.AsType[*tgerr.Error](err); ok {
		if rpc.IsType("RANDOM_ID_DUPLICATE") { // it was sent before
			return false
		}
		return rpc.Code >= 500 || rpc.Code < 0
	}
	return fault.KindOf(err) == fault.Internal
}
