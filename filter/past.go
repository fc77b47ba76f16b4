package filter

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"pavilion/internal/fault"
)

// PastState is where a read of a channel's past stands.
type PastState string

// The states of a read of the past; the last three are final.
const (
	PastRunning   PastState = "running"
	PastDone      PastState = "done"
	PastCancelled PastState = "cancelled"
)

// Report says where a read of the past tells of its progress.
type Report struct {
	Chat    ChatID `bson:"chat"`
	Message int    `bson:"message"`
	By      UserID `bson:"by"`
}

// PastRead reads a channel's messages of a range of ids into the index. It is stored, so a restart goes on where it was.
type PastRead struct {
	ID      string    `bson:"_id"`
	Channel ChannelID `bson:"channel"`
	From    MessageID `bson:"from"`
	To      MessageID `bson:"to"`
	Next    MessageID `bson:"next"`  // every id below it is done
	Found   int       `bson:"found"` // files met
	Added   int       `bson:"added"` // of them new to the index
	State   PastState `bson:"state"`
	Report  Report    `bson:"report"`
	Version int64     `bson:"v"`
}

func (p PastRead) replicaID() any        { return p.ID }
func (p PastRead) replicaVersion() int64 { return p.Version }

const (
	pastsCollection = "pasts"
	maxPast         = 1_000_000 // ids in one read: ten thousand calls, most of a day under Telegram's limits
)

// What an admin can get wrong.
var (
	ErrPastRange   = fault.New(fault.Invalid, "past_range", "That range cannot be read: give the first and the last message number, at most a million apart.")
	ErrPastRunning = fault.New(fault.Conflict, "past_running", "That channel's past is being read already.")
	ErrPastUnknown = fault.New(fault.NotFound, "past_unknown", "That read is over.")
)

type pastInFlight struct {
	read      PastRead
	cancelled bool
	starting  bool      // not stored yet, so not begun
	notBefore time.Time // rests until then
}

// StartPast begins to read a range of a channel's messages, both ends included.
func (x *Indexer) StartPast(ctx context.Context, ch ChannelID, from, to MessageID, report Report) (PastRead, error) {
	if _, err := x.channels.Get(ch); err != nil {
		return PastRead{}, err
	}
	if from < 1 || to < from || to-from >= maxPast || int64(to) > 1<<31-1 {
		return PastRead{}, ErrPastRange
	}
	x.mu.Lock()
	for _, p := range x.pasts {
		if p.read.Channel == ch {
			x.mu.Unlock()
			return PastRead{}, ErrPastRunning
		}
	}
	p := PastRead{
		ID: strings.ToLower(rand.Text()[:10]), Channel: ch, From: from, To: to, Next: from, State: PastRunning, Report: report, Version: x.channels.next(0),
	}
	job := &pastInFlight{read: p, starting: true}
	x.pasts[p.ID] = job
	x.mu.Unlock()
	err := putReplica(ctx, x.pools, pastsCollection, p)
	if err == nil {
		x.onPast(p)
	}
	x.mu.Lock()
	job.starting = false
	if err != nil {
		delete(x.pasts, p.ID)
	}
	x.mu.Unlock()
	if err != nil {
		return PastRead{}, fmt.Errorf("start past read of channel %d: %w", ch, err)
	}
	signal(x.owed)
	return p, nil
}

// CancelPast stops a read after the call that is under way.
func (x *Indexer) CancelPast(id string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	p := x.pasts[id]
	if p == nil {
		return ErrPastUnknown
	}
	p.cancelled, p.notBefore = true, time.Time{}
	signal(x.owed)
	return nil
}

// Pasts returns the running reads.
func (x *Indexer) Pasts() []PastRead {
	x.mu.Lock()
	defer x.mu.Unlock()
	var list []PastRead
	for _, p := range x.pasts {
		list = append(list, p.read)
	}
	return list
}

func (x *Indexer) loadPasts(ctx context.Context) error {
	list, _, err := loadReplicas[PastRead](ctx, x.pools, pastsCollection)
	if err != nil {
		return fmt.Errorf("load reads of the past: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, p := range list {
		if p.State == PastRunning && x.pasts[p.ID] == nil {
			x.pasts[p.ID] = &pastInFlight{read: p}
		}
	}
	return nil
}

// readPasts makes one step of every running read.
func (x *Indexer) readPasts(ctx context.Context) bool {
	worked := false
	for _, p := range x.Pasts() {
		if ctx.Err() != nil {
			return false
		}
		stepped, err := x.stepPast(ctx, p.ID)
		if err != nil && ctx.Err() == nil {
			x.rest(p.ID)
			x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a read of the past rests", slog.String("read", p.ID), slog.Any("error", err))
		}
		worked = worked || stepped
	}
	return worked
}

// rest lets a read wait a little after a failure; it stays where it was. One that was cancelled meanwhile has nothing to wait for.
func (x *Indexer) rest(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if job := x.pasts[id]; job != nil && !job.cancelled {
		job.notBefore = x.opts.Now().Add(5 * retryAfter)
	}
}

// stepPast reads up to a hundred ids, waits until they are stored, and writes down how far it is; false where nothing can be done now.
func (x *Indexer) stepPast(ctx context.Context, id string) (bool, error) {
	x.mu.Lock()
	job := x.pasts[id]
	if job == nil || job.starting || x.opts.Now().Before(job.notBefore) {
		x.mu.Unlock()
		return false, nil
	}
	p, cancelled := job.read, job.cancelled
	x.mu.Unlock()
	if _, err := x.channels.Get(p.Channel); errors.Is(err, ErrChannelUnknown) {
		cancelled = true
	}
	switch {
	case cancelled:
		p.State = PastCancelled
	case p.Next > p.To:
		p.State = PastDone
	default:
		if err := x.readPast(ctx, &p); err != nil {
			return false, err
		}
	}
	x.mu.Lock()
	p.Version = x.channels.next(job.read.Version)
	job.read = p
	if p.State != PastRunning {
		delete(x.pasts, id)
	}
	x.mu.Unlock()
	x.onPast(p)
	return true, putReplica(ctx, x.pools, pastsCollection, p)
}

func (x *Indexer) readPast(ctx context.Context, p *PastRead) error {
	var ids []MessageID
	for m := p.Next; m <= p.To && len(ids) < readAtOnce; m++ {
		ids = append(ids, m)
	}
	x.mu.Lock()
	t := x.track(p.Channel)
	if t == nil {
		x.mu.Unlock()
		return ErrChannelUnknown
	}
	reading := t.begin(ids)
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		t.end(reading)
	}()
	read, err := x.reader.ReadPosts(ctx, p.Channel, ids)
	if err != nil {
		return err
	}
	done := make(chan bool, len(read.Posts))
	for i := range read.Posts {
		if !x.room(ctx) {
			return context.Cause(ctx)
		}
		x.mu.Lock()
		if place := read.Posts[i].Place; (*reading)[place.Message] { // edited or deleted meanwhile; the queue has what is newer
			done <- false
		} else {
			x.push(t, event{place: place, post: &read.Posts[i], done: func(added bool) { done <- added }})
		}
		x.mu.Unlock()
	}
	for range read.Posts {
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
	p.Next = ids[len(ids)-1] + 1
	return nil
}
