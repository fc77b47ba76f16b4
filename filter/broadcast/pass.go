package broadcast

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"pavilion/internal/fault"
)

var (
	errPoolDown = errors.New("the pool does not answer")
	errMoved    = errors.New("the broadcast is not running any more")
	errNotAdmin = errors.New("the author is no admin any more")
	errContent  = errors.New("telegram refuses the message")
)

const (
	window       = 64          // sends under way at once
	unstoredMost = 400         // outcomes that are not stored; more wait for Postgres
	flushAt      = 100         // outcomes
	flushEvery   = time.Second // also without outcomes
	flushWithin  = 5 * time.Second
	finishWithin = 3 * time.Second // for sends under way when the pass stops
)

// pass is one run through one pool's recipients.
type pass struct {
	r       *Runner
	id      ID
	b       Broadcast
	cursor  cursor
	chosen  selection
	content *currentContent
	limit   *rate.Limiter
	parts   int
	paid    *budget
	pins    chan result  // wait to be pinned; nil where the plan does not say so
	pinned  atomic.Int64 // not stored yet

	sending chan struct{} // holds one token for each send under way
	room    chan struct{} // holds one token for each outcome that is not stored
	full    chan struct{} // signals flushAt outcomes

	mu       sync.Mutex
	order    progress
	results  []result
	stop     context.CancelCauseFunc // ends the pass
	why      error
	again    time.Time // when the first of the chats that must wait may be tried again; zero if there is none
	flushed  time.Time
	flushing sync.Mutex
}

func newPass(r *Runner, b Broadcast, c cursor, chosen selection, paid *budget) *pass {
	// Two at once make up for the time that a page takes to read.
	limit := rate.NewLimiter(rate.Limit(r.service.speed(b)), max(b.calls(), 2))
	limit.AllowN(r.service.opts.Now(), 1)
	return &pass{
		r: r, id: b.ID, b: b, cursor: c, chosen: chosen, content: &currentContent{content: b.Content, refresh: r.sender.Refresh},
		limit: limit, parts: b.Parts(), paid: paid, order: progress{last: c.last}, flushed: r.service.opts.Now(),
		sending: make(chan struct{}, window), room: make(chan struct{}, unstoredMost), full: make(chan struct{}, 1),
	}
}

// stopped returns why the pass ended early; nil if it did not.
func (p *pass) stopped() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.why
}

func (p *pass) end(why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.why == nil {
		p.why = why
		p.stop(why)
	}
}

// run sends to everybody who is left in the pool, except chats that must wait. Every outcome is stored when it returns, as far as Postgres answers.
func (p *pass) run(ctx context.Context) error {
	issuing, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	p.stop = stop
	defer p.startPins(ctx)()
	sends, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	flushes := make(chan struct{})
	go func() {
		defer close(flushes)
		p.flushUntil(issuing)
	}()
	var under sync.WaitGroup
	defer context.AfterFunc(issuing, func() { // the pass stops: sends that wait for Telegram are cut short
		select {
		case <-time.After(finishWithin):
			cut()
		case <-sends.Done():
		}
	})()
	err := p.issue(issuing, sends, &under)
	under.Wait()
	stop(nil)
	<-flushes
	if err == nil && p.stopped() == nil && ctx.Err() == nil && p.again.IsZero() {
		p.cursor.finished = true
	}
	if ferr := p.flush(context.WithoutCancel(ctx)); ferr != nil {
		return ferr
	}
	if why := p.stopped(); why != nil {
		return why
	}
	return err
}

// issue reads the pool's recipients page by page and starts the sends.
func (p *pass) issue(ctx, sends context.Context, under *sync.WaitGroup) error {
	from := p.r.service.sourceOf(p.b.Plan.Segment)
	for after := p.cursor.last; ; {
		list, err := from.read(ctx, p.cursor.pool, after)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			p.r.logger.LogAttrs(ctx, slog.LevelInfo, "a pool's recipients cannot be read", slog.String("pool", p.cursor.pool), slog.Any("error", err))
			return errPoolDown
		}
		get, err := p.recipients(ctx, list)
		if err != nil {
			return err
		}
		for _, to := range list {
			after = to.ID
			if !get[to.ID] {
				p.order.skip(&p.mu, to.ID)
				continue
			}
			paid := p.paid.take(p.parts)
			if !paid {
				p.goFree()
			}
			if err := p.wait(ctx); err != nil {
				return err
			}
			if !p.r.service.InHours(p.b) { // they may have ended during the wait
				<-p.sending
				<-p.room
				p.end(errHours)
				return errHours
			}
			place := p.order.add(&p.mu, to.ID)
			under.Go(func() {
				defer func() { <-p.sending }()
				p.settle(place, result{to.ID, p.deliver(sends, to, paid)})
			})
		}
		if len(list) < page {
			return nil
		}
	}
}

// recipients returns those of a page who get the message now.
func (p *pass) recipients(ctx context.Context, list []Recipient) (map[RecipientID]bool, error) {
	chosen, err := p.chosen.filter(ctx, list)
	if err != nil {
		return nil, err
	}
	out, err := p.r.service.optedOut(ctx, p.b.Plan.Segment, chosen)
	if err != nil {
		return nil, err
	}
	had, err := p.r.service.store.delivered(ctx, p.id, ids(chosen))
	if err != nil {
		return nil, err
	}
	get := map[RecipientID]bool{}
	for _, to := range chosen {
		get[to.ID] = !out[to.ID] && !had[to.ID]
	}
	return get, nil
}

// wait returns when another send may start.
func (p *pass) wait(ctx context.Context) error {
	if err := p.limit.WaitN(ctx, p.b.calls()); err != nil {
		return context.Cause(ctx)
	}
	for _, tokens := range []chan struct{}{p.room, p.sending} {
		select {
		case tokens <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

const passingTries = 8

// goFree ends the paid speed of this pass.
func (p *pass) goFree() {
	p.limit.SetLimit(rate.Limit(p.r.service.freeSpeed(p.b)))
}

// deliver sends to one recipient until there is an outcome.
func (p *pass) deliver(ctx context.Context, to Recipient, paid bool) Outcome {
	for try := 1; ; try++ {
		b := p.b
		content, generation := p.content.read()
		b.Content, b.Plan.Paid = content, paid
		out := p.r.sender.Send(ctx, b, to)
		switch {
		case ctx.Err() != nil && out.Class != Sent:
			return Outcome{Class: Aborted}
		case out.Class == Sent:
			p.content.works(generation)
			return out
		case out.Class == Unsendable:
			err := p.content.renew(ctx, b, generation, p.sentMessages())
			if kind := fault.KindOf(err); err != nil && (kind == fault.Unavailable || kind == fault.Internal) && try < passingTries && p.rest(ctx, try) {
				continue // the refresh itself had no answer
			}
			if err != nil {
				p.r.logger.LogAttrs(ctx, slog.LevelWarn, "telegram refuses a broadcast", slog.Int64("broadcast", int64(p.id)), slog.String("error", out.Name), slog.Any("refresh", err))
				p.end(errContent)
				return Outcome{Class: Aborted}
			}
		case out.Class == Unpaid:
			paid = false
			if p.paid.end() {
				p.goFree()
				if err := p.r.endPaid(ctx, p.id, out.Name); err != nil {
					p.r.logger.LogAttrs(ctx, slog.LevelWarn, "the end of the paid speed is not stored", slog.Int64("broadcast", int64(p.id)), slog.Any("error", err))
				}
			}
		case out.Class == Passing && (out.Name == "" || try < passingTries): // without a name: no answer
			if !p.rest(ctx, try) {
				return Outcome{Class: Aborted}
			}
		case out.Class == Passing:
			return Outcome{Class: Refused, Name: out.Name}
		case out.Class == Aborted:
			p.end(errMoved)
			return out
		default:
			return out
		}
	}
}

// rest waits before another try; false if ctx ends first.
func (p *pass) rest(ctx context.Context, try int) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(min(time.Duration(try)*500*time.Millisecond, 5*time.Second)):
		return true
	}
}

// sentMessages returns ids of messages of this pass. They hold the same files as the draft.
func (p *pass) sentMessages() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.results {
		if len(r.Messages) > 0 {
			return r.Messages
		}
	}
	return nil
}

// settle notes an outcome. The cursor never passes a recipient without one, so a later pass finds a chat that must wait.
func (p *pass) settle(place int, res result) {
	if res.Class == Aborted {
		<-p.room
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if res.Class == MustWait {
		<-p.room
		if at := p.r.service.opts.Now().Add(res.Wait); p.again.IsZero() || at.Before(p.again) {
			p.again = at
		}
		return
	}
	p.order.finish(place)
	if p.results = append(p.results, res); len(p.results) >= flushAt {
		select {
		case p.full <- struct{}{}:
		default:
		}
	}
}

func (p *pass) flushUntil(ctx context.Context) {
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-p.full:
		}
		if err := p.flush(ctx); err != nil && ctx.Err() == nil {
			p.r.logger.LogAttrs(ctx, slog.LevelWarn, "outcomes wait for Postgres", slog.Any("error", err))
		}
	}
}

// flush stores the outcomes and the cursor. It ends the pass if the broadcast is not running any more or its author is no admin any more.
func (p *pass) flush(ctx context.Context) error {
	p.flushing.Lock()
	defer p.flushing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, flushWithin)
	defer cancel()
	p.mu.Lock()
	results := p.results
	p.results, p.cursor.last = nil, p.order.last
	c := p.cursor
	p.mu.Unlock()
	now := p.r.service.opts.Now()
	state, err := p.r.service.store.flush(ctx, p.id, c, results, p.b.Plan, now.Sub(p.flushed))
	if err != nil {
		p.mu.Lock()
		p.results = append(results, p.results...)
		p.mu.Unlock()
		return err
	}
	p.flushed = now
	p.queuePins(results)
	p.storePins(ctx)
	p.disableClosed(ctx, results)
	for range results {
		<-p.room
	}
	switch {
	case state != Running:
		p.end(errMoved)
	case !p.r.isAdmin(p.b.Author):
		p.end(errNotAdmin)
	}
	return nil
}

// disableClosed marks the groups in which the bot cannot write. It runs after their outcomes are stored. Otherwise, after a kill, the next pass would
// skip these groups and not count them.
func (p *pass) disableClosed(ctx context.Context, results []result) {
	for _, r := range results {
		if r.Class != Closed {
			continue
		}
		if err := p.r.service.opts.Groups.Disable(ctx, r.to, r.Name); err != nil { // the next broadcast finds it closed again
			p.r.logger.LogAttrs(ctx, slog.LevelInfo, "a group that takes no messages is not noted", slog.Int64("group", int64(r.to)), slog.Any("error", err))
		}
	}
}
