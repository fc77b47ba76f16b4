package filter

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"pavilion/storage"
)

// IndexOptions size the pipeline.
type IndexOptions struct {
	QueueSize int // events held in memory; 2000 where 0. What does not fit is noted by id and read again.
	BatchMax  int // events stored in one go at most; 1000 where 0
	Logger    *slog.Logger
	Now       func() time.Time
}

// PostReader reads messages of a channel again, by id. It is the way back to Telegram, which keeps everything.
type PostReader interface {
	// ReadPosts reads at most 100 messages. Ids that hold no file, or no message, have no post.
	ReadPosts(ctx context.Context, channel ChannelID, ids []MessageID) (PostsRead, error)
}

// PostsRead is what stands at the ids that were asked for.
type PostsRead struct {
	Posts []Post
	Top   MessageID // the highest of the ids that holds a message of any kind; 0 where none does
}

// readAtOnce is Telegram's limit for one call.
const readAtOnce = 100

// Indexer takes a channel's posts, edits and deletions and makes the index follow.
//
// Post, Edit, Delete and Seen never wait: an event goes to a bounded queue, or its id to the channel's ledger. One worker stores events in
// batches, which grow with the backlog; another reads owed ids again and feeds them through the same queue.
type Indexer struct {
	store    fileStore
	pools    *storage.Pools
	vocab    *Vocabulary
	channels *Channels
	opts     IndexOptions
	reader   PostReader
	onPast   func(PastRead)

	// storing is held by whoever changes files and lists: they are read, changed and written back, by one at a time.
	storing sync.Mutex
	keeping sync.Mutex // held while ledgers are stored

	mu      sync.Mutex
	queue   []event
	batch   int                      // events stored in one go now
	busy    bool                     // the worker holds a batch
	tracks  map[ChannelID]*track     //
	early   map[ChannelID]*Ledger    // what came before it is known which channels are indexed
	changed chan struct{}            // closed and replaced at every change of the queue, for those who wait
	wake    chan struct{}            // events wait
	owed    chan struct{}            // ids are owed, or a past read was started
	pasts   map[string]*pastInFlight // running reads of the past
}

// event is one thing that happened to a place.
type event struct {
	place   Place
	post    *Post // nil: nothing stands there any more
	replace bool  // another file may have stood there before
	done    func(added bool)
}

// NewIndexer returns an indexer; SetReader before Run.
func NewIndexer(pools *storage.Pools, vocab *Vocabulary, channels *Channels, o IndexOptions) *Indexer {
	o.QueueSize, o.BatchMax = cmp.Or(o.QueueSize, 2000), cmp.Or(o.BatchMax, 1000)
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Logger = o.Logger.With("component", "indexer")
	return &Indexer{
		store: fileStore{pools, vocab}, pools: pools, vocab: vocab, channels: channels, opts: o, onPast: func(PastRead) {},
		batch: o.BatchMax, tracks: map[ChannelID]*track{}, early: map[ChannelID]*Ledger{}, changed: make(chan struct{}), wake: make(chan struct{}, 1), owed: make(chan struct{}, 1), pasts: map[string]*pastInFlight{},
	}
}

// SetReader gives the way back to Telegram; before Run.
func (x *Indexer) SetReader(r PostReader) { x.reader = r }

// OnPast registers a function that hears of every step of a read of the past; before Run. It must not wait.
func (x *Indexer) OnPast(fn func(PastRead)) { x.onPast = fn }

// Post takes a new post of a channel. Posts of channels that are not indexed are dropped.
func (x *Indexer) Post(p Post) { x.accept(event{place: p.Place, post: &p}) }

// Edit takes a post as it is after an edit, also when its file was replaced.
func (x *Indexer) Edit(p Post) { x.accept(event{place: p.Place, post: &p, replace: true}) }

// Delete takes messages that are gone, or hold no file any more.
func (x *Indexer) Delete(ch ChannelID, ids []MessageID) {
	for _, id := range ids {
		x.accept(event{place: Place{ch, id}, replace: true})
	}
}

// Seen takes note of a message without a file, so that it is not looked for later.
func (x *Indexer) Seen(ch ChannelID, id MessageID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.track(ch); t != nil {
		t.see(id, x.opts.Now())
		t.ledger.Settle(Range{id, id})
	}
}

func (x *Indexer) accept(e event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.channels.Loaded() {
		if x.early[e.place.Channel] == nil {
			x.early[e.place.Channel] = new(Ledger)
		}
		x.early[e.place.Channel].Owe(Range{e.place.Message, e.place.Message})
		return
	}
	if t := x.track(e.place.Channel); t != nil {
		x.take(t, e)
	}
}

// take queues an event, or owes its id; x.mu is held.
func (x *Indexer) take(t *track, e event) {
	if e.post != nil {
		t.see(e.place.Message, x.opts.Now())
	}
	t.touch(e.place.Message)
	if len(x.queue) >= x.opts.QueueSize || x.channels.State(e.place.Channel) == ChannelPaused {
		t.overflow(e.place.Message, x.opts.Now())
		signal(x.owed)
		return
	}
	x.push(t, e)
}

// push appends to the queue; x.mu is held.
func (x *Indexer) push(t *track, e event) {
	t.inflight[e.place.Message]++
	t.dirty = true // also a deletion is owed until it is stored
	x.queue = append(x.queue, e)
	signal(x.wake)
}

// track returns the channel's track, nil where it is not indexed; x.mu is held.
func (x *Indexer) track(id ChannelID) *track {
	switch x.channels.State(id) {
	case ChannelActive, ChannelPaused:
	default:
		delete(x.tracks, id)
		return nil
	}
	t := x.tracks[id]
	if t == nil {
		ch, _ := x.channels.Get(id)
		t = newTrack(Ledger{Low: ch.Low, Gaps: slices.Clone(ch.Gaps)})
		x.tracks[id] = t
	}
	return t
}

const (
	keepEvery   = 300 * time.Millisecond // how often ledgers are stored
	retryAfter  = time.Second            // after a batch that no pool took
	missingRest = 30 * time.Second       // before ids are read again of which a sleeping pool may hold a copy
	stopWithin  = 10 * time.Second
)

// Run stores and re-reads until ctx ends; then it stores what is queued, as far as that goes quickly.
func (x *Indexer) Run(ctx context.Context) error {
	if err := x.prepare(ctx); err != nil {
		return err
	}
	wctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var workers, readers sync.WaitGroup
	workers.Go(func() { x.storeLoop(wctx) })
	workers.Go(func() { x.keepLoop(wctx) })
	readers.Go(func() { x.recoverLoop(ctx) })
	readers.Go(func() { x.removeLoop(ctx) })
	<-ctx.Done()
	readers.Wait()
	fctx, cancel := context.WithTimeout(wctx, stopWithin)
	defer cancel()
	err := x.Flushed(fctx)
	stop()
	workers.Wait()
	kctx, cancelKeep := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancelKeep()
	kerr := x.Keep(kctx)
	if err = errors.Join(err, kerr); err != nil {
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "stopped with posts that are not stored; they are read again at the next start", slog.Int("queued", x.Backlog().Queued))
	}
	return nil
}

// prepare loads the channels, waiting for a pool if need be, and marks what came while we were away as to be looked for.
func (x *Indexer) prepare(ctx context.Context) error {
	x.pools.OnRecover(func(ctx context.Context, p *storage.Pool) { x.recovered(ctx, p) })
	for !x.channels.Loaded() {
		err := x.channels.Load(ctx)
		if err == nil {
			break
		}
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "channels cannot be read; trying again", slog.Any("error", err))
		if !sleep(ctx, retryAfter) {
			return nil
		}
	}
	x.storing.Lock()
	err := x.store.reconcile(ctx)
	x.storing.Unlock()
	if err != nil { // what the last process had to leave
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "files that stand in two pools are not merged yet", slog.Any("error", err))
	}
	if err := x.loadPasts(ctx); err != nil {
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "reads of the past cannot be resumed", slog.Any("error", err))
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, ch := range x.channels.List() {
		if t := x.track(ch.ID); t != nil {
			t.probe = true
			if early := x.early[ch.ID]; early != nil {
				for _, r := range early.Gaps {
					t.owe(r, x.opts.Now())
				}
			}
		}
	}
	clear(x.early)
	signal(x.owed)
	return nil
}

func (x *Indexer) recovered(ctx context.Context, p *storage.Pool) {
	x.mu.Lock()
	for _, t := range x.tracks {
		t.notBefore = time.Time{}
		t.wake()
	}
	x.mu.Unlock()
	signal(x.owed)
	err := spreadReplicas(ctx, x.pools, p, channelsCollection, pastsCollection, chatsCollection)
	x.storing.Lock()
	err = errors.Join(err, EnsureIndexes(ctx, p), x.store.reconcile(ctx))
	x.storing.Unlock()
	if err != nil && ctx.Err() == nil {
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a pool that came back could not be brought up to date; it is tried again when the next one returns", slog.String("pool", p.Name()), slog.Any("error", err))
	}
}

func (x *Indexer) storeLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-x.wake:
		}
		for x.storeBatch(ctx) {
		}
	}
}

// storeBatch stores what waits, at most BatchMax events; false when nothing waits.
func (x *Indexer) storeBatch(ctx context.Context) bool {
	x.mu.Lock()
	events := x.queue[:min(len(x.queue), x.batch)]
	x.queue = x.queue[len(events):]
	x.busy = len(events) > 0
	x.mu.Unlock()
	if len(events) == 0 || ctx.Err() != nil {
		x.notify()
		return false
	}
	added, err := x.apply(ctx, events)
	if err != nil && !errors.Is(err, errPoolMissing) {
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "posts could not be stored; they are read again", slog.Int("posts", len(events)), slog.Any("error", err))
	}
	x.mu.Lock()
	for _, e := range events {
		t := x.tracks[e.place.Channel]
		if t == nil {
			continue
		}
		newest, behind := t.ended(e.place.Message), errors.Is(err, errPoolMissing)
		switch {
		case err != nil && !behind:
			t.owe(Range{e.place.Message, e.place.Message}, x.opts.Now())
			t.notBefore = x.opts.Now().Add(retryAfter)
		case newest:
			t.settle(e.place.Message, behind)
		}
		if behind { // worth another try when the pool is back; what else is owed does not wait for that
			t.wakeAt = x.opts.Now().Add(missingRest)
		}
	}
	x.busy = false
	x.batch = nextBatch(len(events), x.batch, x.opts.BatchMax, err)
	x.mu.Unlock()
	for _, e := range events {
		if e.done != nil {
			e.done(err == nil && e.post != nil && added[e.post.Media.Document])
		}
	}
	x.notify()
	if err != nil {
		signal(x.owed)
	}
	return true
}

const batchMin = 25

// nextBatch sizes the next batch: half of one that failed, for a slow server may only be too slow for so many; twice a full one that was stored.
func nextBatch(stored, size, most int, err error) int {
	switch {
	case err != nil && !errors.Is(err, errPoolMissing):
		return max(min(batchMin, most), stored/2)
	case stored >= size:
		return min(most, 2*size)
	}
	return size
}

// apply makes the index follow a batch; of several events at one place the last one counts.
func (x *Indexer) apply(ctx context.Context, events []event) (map[DocumentID]bool, error) {
	x.storing.Lock()
	defer x.storing.Unlock()
	// A channel's files leave after its state has changed, so what is stored from here on must not be its.
	events = slices.DeleteFunc(slices.Clone(events), func(e event) bool {
		state := x.channels.State(e.place.Channel)
		return state != ChannelActive && state != ChannelPaused
	})
	last := make(map[Place]int, len(events))
	for i, e := range events {
		last[e.place] = i
	}
	var posts []Post
	var vacated []Place
	keep := map[Place]DocumentID{}
	for i, e := range events {
		replace := e.replace || last[e.place] != i
		if replace && !slices.Contains(vacated, e.place) {
			vacated = append(vacated, e.place)
		}
		if last[e.place] == i && e.post != nil {
			posts = append(posts, *e.post)
			keep[e.place] = e.post.Media.Document
		}
	}
	added, err := x.store.put(ctx, posts)
	if err != nil {
		return nil, err
	}
	return added, x.store.vacate(ctx, vacated, keep, added)
}

func (x *Indexer) keepLoop(ctx context.Context) {
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = x.Keep(ctx) // the next one tries again
		}
	}
}

// Keep stores the ledgers that changed. When it returns nil, whatever was handed over before the call outlives the process: it is stored, or it
// is owed in a ledger that is. A ledger that cannot be stored now stays dirty.
func (x *Indexer) Keep(ctx context.Context) error {
	x.keeping.Lock() // an older snapshot must not be stored over a newer one
	defer x.keeping.Unlock()
	x.mu.Lock()
	if len(x.early) > 0 {
		x.mu.Unlock()
		return errNotLoaded
	}
	due := map[ChannelID]Ledger{}
	for id, t := range x.tracks {
		if t.dirty {
			t.dirty = false
			due[id] = t.snapshot()
		}
	}
	x.mu.Unlock()
	var errs []error
	for id, l := range due {
		if err := x.channels.keepLedger(ctx, id, l); err != nil {
			errs = append(errs, err)
			x.mu.Lock()
			if t := x.tracks[id]; t != nil {
				t.dirty = true
			}
			x.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}

// removeLoop takes the files of removed channels out of the index, a batch at a time.
func (x *Indexer) removeLoop(ctx context.Context) {
	tidied := map[ChannelID]tidying{}
	for sleep(ctx, retryAfter) {
		for _, id := range x.channels.removing() {
			for ctx.Err() == nil {
				done, err := x.removeSome(ctx, id)
				if done && err == nil {
					if tidied[id] == nil {
						tidied[id] = tidying{}
					}
					err = x.store.tidy(ctx, tidied[id], &x.storing)
				}
				if done && err == nil {
					delete(tidied, id)
					err = x.channels.removed(ctx, id)
				}
				if err != nil && !errors.Is(err, errPoolMissing) {
					x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a removed channel's files are still in the index", slog.Int64("channel", int64(id)), slog.Any("error", err))
				}
				if done || err != nil {
					break
				}
			}
		}
	}
}

// removeSome is done also when the channel was added again meanwhile: what has not left stays.
func (x *Indexer) removeSome(ctx context.Context, id ChannelID) (done bool, err error) {
	x.storing.Lock()
	defer x.storing.Unlock()
	if x.channels.State(id) != ChannelRemoving {
		return true, nil
	}
	x.mu.Lock()
	delete(x.tracks, id) // what was owed of it is not owed when it is added again
	x.mu.Unlock()
	return x.store.removeChannel(ctx, id)
}

// Backlog is what the index owes.
type Backlog struct {
	Queued int // events in memory
	Owed   int // ids in gaps
}

// Backlog reports what is not stored yet.
func (x *Indexer) Backlog() Backlog {
	x.mu.Lock()
	defer x.mu.Unlock()
	b := Backlog{Queued: len(x.queue)}
	for _, t := range x.tracks {
		b.Owed += t.ledger.Owed() + t.behind.Owed()
	}
	return b
}

// Flushed waits until everything queued so far is stored, or noted as owed.
func (x *Indexer) Flushed(ctx context.Context) error {
	for {
		x.mu.Lock()
		idle, changed := len(x.queue) == 0 && !x.busy, x.changed
		x.mu.Unlock()
		if idle {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-changed:
		}
	}
}

func (x *Indexer) notify() {
	x.mu.Lock()
	defer x.mu.Unlock()
	close(x.changed)
	x.changed = make(chan struct{})
}

// signal wakes a loop that sleeps; one that is awake looks again anyway.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
