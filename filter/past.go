package filter

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"pavilion/internal/fault"
)

// PastState is the state of a read of the past.
type PastState string

// The states of a read of the past. Done and cancelled are final.
const (
	PastRunning   PastState = "running"
	PastDone      PastState = "done"
	PastCancelled PastState = "cancelled"
)

// Report is the chat message that shows the progress of a read of the past, with the admin who started it.
type Report struct {
	Chat    ChatID
	Message int
	By      UserID
}

// PastRead is a read of the past: it indexes the messages of a channel in a range of ids. It is stored, so a restart continues it.
type PastRead struct {
	ID      string
	Channel ChannelID
	From    MessageID
	To      MessageID
	Next    MessageID // the first id that is not read yet
	Found   int       // files read
	Added   int       // files read that were new to the index
	State   PastState
	Report  Report
	Version int64
}

// maxPast is how many ids one read may have: ten thousand calls, most of a day under Telegram's limits.
const maxPast = 1_000_000

// Errors of an admin's request.
var (
	ErrPastRange   = fault.New(fault.Invalid, "past_range")
	ErrPastRunning = fault.New(fault.Conflict, "past_running")
	ErrPastUnknown = fault.New(fault.NotFound, "past_unknown")
)

type runningPast struct {
	read      PastRead
	cancelled bool
	starting  bool        // StartPast is storing it; it makes no step yet
	notBefore time.Time   // the next step waits until then
	reader    *pastReader // nil between a failure and the next step
}

// PastReads are the reads of the past of an Indexer. They put their posts into its queue.
type PastReads struct {
	indexer *Indexer
	onStep  func(PastRead)

	stepping sync.Mutex // held during a step, which uses the job's reader

	mu      sync.Mutex
	running map[string]*runningPast // by id
}

// OnPast sets a function that Run calls after every step of a read of the past. Call OnPast before Run; fn must not block.
func (r *PastReads) OnPast(fn func(PastRead)) { r.onStep = fn }

// StartPast starts to read the messages from..to of a channel, both included.
func (r *PastReads) StartPast(ctx context.Context, ch ChannelID, from, to MessageID, report Report) (PastRead, error) {
	if _, err := r.indexer.channels.Get(ch); err != nil {
		return PastRead{}, err
	}
	if from < 1 || to < from || to-from >= maxPast || int64(to) > 1<<31-1 {
		return PastRead{}, ErrPastRange
	}
	r.mu.Lock()
	for _, p := range r.running {
		if p.read.Channel == ch {
			r.mu.Unlock()
			return PastRead{}, ErrPastRunning
		}
	}
	p := PastRead{
		ID: strings.ToLower(rand.Text()[:10]), Channel: ch, From: from, To: to, Next: from, State: PastRunning, Report: report, Version: r.indexer.channels.nextVersion(0),
	}
	job := &runningPast{read: p, starting: true}
	r.running[p.ID] = job
	r.mu.Unlock()
	err := savePast(ctx, r.indexer.pools, p)
	if err == nil {
		r.onStep(p)
	}
	r.mu.Lock()
	job.starting = false
	if err != nil {
		delete(r.running, p.ID)
	}
	r.mu.Unlock()
	if err != nil {
		return PastRead{}, fmt.Errorf("start past read of channel %d: %w", ch, err)
	}
	signal(r.indexer.wakeRecovery)
	return p, nil
}

// CancelPast stops a read after its current step.
func (r *PastReads) CancelPast(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.running[id]
	if p == nil {
		return ErrPastUnknown
	}
	p.cancelled, p.notBefore = true, time.Time{}
	signal(r.indexer.wakeRecovery)
	return nil
}

// Pasts returns the running reads.
func (r *PastReads) Pasts() []PastRead {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []PastRead
	for _, p := range r.running {
		list = append(list, p.read)
	}
	return list
}

func (r *PastReads) loadPasts(ctx context.Context) error {
	list, err := loadPasts(ctx, r.indexer.pools)
	if err != nil {
		return fmt.Errorf("load reads of the past: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range list {
		if p.State == PastRunning && r.running[p.ID] == nil {
			r.running[p.ID] = &runningPast{read: p}
		}
	}
	return nil
}

// stepPasts makes one step of every running read. It returns true when one of them made progress.
func (r *PastReads) stepPasts(ctx context.Context) bool {
	worked := false
	for _, p := range r.Pasts() {
		if ctx.Err() != nil {
			return false
		}
		stepped, err := r.stepPast(ctx, p.ID)
		if err != nil && ctx.Err() == nil {
			r.postponePast(p.ID)
			r.indexer.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a read of the past rests", slog.String("read", p.ID), slog.Any("error", err))
		}
		worked = worked || stepped
	}
	return worked
}

// postponePast delays the next step of a read after a failure. A read that was cancelled meanwhile ends without delay.
func (r *PastReads) postponePast(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if job := r.running[id]; job != nil && !job.cancelled {
		job.notBefore = r.indexer.opts.Now().Add(5 * retryAfter)
	}
}

// stepPast takes answers about the next ids, waits until their posts are stored, and stores the progress. It returns false when the read has to wait.
func (r *PastReads) stepPast(ctx context.Context, id string) (bool, error) {
	r.stepping.Lock()
	defer r.stepping.Unlock()
	r.mu.Lock()
	job := r.running[id]
	if job == nil || job.starting || r.indexer.opts.Now().Before(job.notBefore) {
		r.mu.Unlock()
		return false, nil
	}
	p, cancelled := job.read, job.cancelled
	r.mu.Unlock()
	if _, err := r.indexer.channels.Get(p.Channel); errors.Is(err, ErrChannelUnknown) {
		cancelled = true
	}
	switch {
	case cancelled:
		p.State = PastCancelled
	case p.Next > p.To:
		p.State = PastDone
	default:
		if err := r.readPastIDs(ctx, &p, job); err != nil {
			return false, err
		}
	}
	r.mu.Lock()
	p.Version = r.indexer.channels.nextVersion(job.read.Version)
	job.read = p
	if p.State != PastRunning {
		delete(r.running, id)
	}
	r.mu.Unlock()
	if p.State != PastRunning {
		job.reader.close()
	}
	r.onStep(p)
	return true, savePast(ctx, r.indexer.pools, p)
}

// readPastIDs takes the answers about the next ids of p, waits until their posts are stored, and counts them in p.
func (r *PastReads) readPastIDs(ctx context.Context, p *PastRead, job *runningPast) error {
	x := r.indexer
	if job.reader == nil {
		if job.reader = r.startReader(ctx, p.Channel, p.Next, p.To); job.reader == nil {
			return ErrChannelUnknown
		}
	}
	answers, err := job.reader.receiveAnswers(ctx)
	if err != nil { // the next step begins anew, with what was taken
		defer func() {
			job.reader.close()
			job.reader = nil
		}()
	}
	if len(answers) == 0 {
		return err
	}
	defer job.reader.drop(answers...)
	posts := 0
	for _, a := range answers {
		posts += len(a.read.Posts)
	}
	done := make(chan bool, posts)
	for _, a := range answers {
		for i := range a.read.Posts {
			if !x.waitForRoom(ctx) {
				return context.Cause(ctx)
			}
			x.mu.Lock()
			if place := a.read.Posts[i].Place; (*a.reading)[place.Message] { // edited or deleted meanwhile; the queue has the newer event
				done <- false
			} else {
				x.appendEvent(job.reader.progress, event{place: place, post: &a.read.Posts[i], onStored: func(added bool) { done <- added }})
			}
			x.mu.Unlock()
		}
	}
	for range posts {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case added := <-done:
			p.Found++
			if added {
				p.Added++
			}
		}
	}
	last := answers[len(answers)-1].ids
	p.Next = last[len(last)-1] + 1
	return nil
}
