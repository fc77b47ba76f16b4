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
	batch   int  // events stored in one go now
	busy    bool // the worker holds a batch
	tracks  map[ChannelID]*track
	early   map[ChannelID]*Ledger    // what came before it is known which channels are indexed
	changed chan struct{}            // closed and replaced at every change of the queue, for those who wait
	wake    chan struct{}            // events wait
	owed    chan struct{}            // ids are owed, or a past read was started
	pasts   map[string]*pastInFlight // running reads of the past
	unread  int                      // pools whose words are not all known yet
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
		unread: len(pools.All()),
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
	for _, p := range x.pools.All() {
		readers.Go(func() { x.learn(ctx, p) })
	}
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

// Backlog is what the index owes.
type Backlog struct {
	Queued int // events in memory
	Owed   int // ids in gaps
	Unread int // pools whose words are not all known yet: some are not found by their beginnings or by typos
}

// Backlog reports what is not stored yet.
func (x *Indexer) Backlog() Backlog {
	x.mu.Lock()
	defer x.mu.Unlock()
	b := Backlog{Queued: len(x.queue), Unread: x.unread}
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
