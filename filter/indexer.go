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

// IndexOptions configure an Indexer.
type IndexOptions struct {
	QueueSize int // events held in memory; 0 means 8000. The ids of further events go to the gaps and are read again.
	//exhaustruct:optional
	BatchMax int // events in one batch at most; 0 means 4000
	//exhaustruct:optional
	ReindexFiles int // files of an older version that are compared with the lists at once; 0 means 100,000
	//exhaustruct:optional
	Deleted func(DocumentID) bool // tells which files are not stored again; nil means none
	Logger  *slog.Logger
	Now     func() time.Time
}

// PostReader reads messages of a channel again from Telegram, by id.
type PostReader interface {
	// ReadPosts reads at most 100 messages. It returns no post for an id without a message or without a file. A post of an album without a caption
	// has its album's.
	ReadPosts(ctx context.Context, channel ChannelID, ids []MessageID) (PostsRead, error)
}

// PostsRead is the answer of ReadPosts.
type PostsRead struct {
	Posts []Post
	Top   MessageID // the highest id that has a message of any kind; 0 when none has
}

// readAtOnce is Telegram's limit of ids in one call.
const readAtOnce = 100

// Indexer applies the posts, edits and deletions of the indexed channels to the index.
//
// Post, Edit, Delete and SkipMessage never block. They put an event into a bounded queue; when it is full, they add the message id to the gaps of
// the channel's ledger. One worker stores the events in batches, which grow with the backlog. Another worker reads the ids in gaps again from
// Telegram and puts them through the same queue.
type Indexer struct {
	*PastReads

	store    fileStore
	pools    *storage.Pools
	vocab    *Vocabulary
	channels *Channels
	opts     IndexOptions
	reader   PostReader

	storing       sync.Mutex // held while files and lists are read, changed and written back
	savingLedgers sync.Mutex // held while ledgers are stored

	mu           sync.Mutex
	queue        []event
	batchSize    int  // of the next batch
	storingBatch bool // storeBatch is storing a batch
	progress     map[ChannelID]*channelProgress
	earlyGaps    map[ChannelID]*Ledger // ids of events that came before the channels were loaded
	queueChanged chan struct{}         // closed and replaced whenever the queue changes
	wakeStore    chan struct{}         // events were queued
	wakeRecovery chan struct{}         // a gap grew, or a read of the past started
	wakeFinisher chan struct{}         // a batch failed, or a pool came back
	unreadPools  int                   // pools whose words are not in vocab yet
}

// event is a post, an edit or a deletion.
type event struct {
	place    Place
	post     *Post // nil for a deletion
	replace  bool  // the index may have another file at the place
	onStored func(added bool)
}

// NewIndexer makes an Indexer. Call SetReader before Run.
func NewIndexer(pools *storage.Pools, vocab *Vocabulary, channels *Channels, o IndexOptions) *Indexer {
	o.QueueSize, o.BatchMax, o.ReindexFiles = cmp.Or(o.QueueSize, 8000), cmp.Or(o.BatchMax, 4000), cmp.Or(o.ReindexFiles, reindexGroup)
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Logger = o.Logger.With("component", "indexer")
	x := &Indexer{
		store: fileStore{pools, vocab, func(map[FileCount]int64) {}}, pools: pools, vocab: vocab, channels: channels, opts: o,
		batchSize: o.BatchMax, progress: map[ChannelID]*channelProgress{}, earlyGaps: map[ChannelID]*Ledger{}, queueChanged: make(chan struct{}),
		wakeStore: make(chan struct{}, 1), wakeRecovery: make(chan struct{}, 1), wakeFinisher: make(chan struct{}, 1), unreadPools: len(pools.All()),
	}
	x.PastReads = &PastReads{indexer: x, onStep: func(PastRead) {}, running: map[string]*runningPast{}}
	return x
}

// SetReader sets the reader of messages. Call it before Run.
func (x *Indexer) SetReader(r PostReader) { x.reader = r }

// OnCount sets a function that gets the changes of the numbers of files after each stored batch. It must not block. Call it before Run.
func (x *Indexer) OnCount(fn func(map[FileCount]int64)) { x.store.counted = fn }

// Post queues a new post. A post of a channel that is not indexed is dropped.
func (x *Indexer) Post(p Post) { x.handleEvent(event{place: p.Place, post: &p}) }

// Edit queues a post as it is after an edit, which may have replaced its file.
func (x *Indexer) Edit(p Post) { x.handleEvent(event{place: p.Place, post: &p, replace: true}) }

// Delete queues the removal of messages that were deleted or lost their file.
func (x *Indexer) Delete(ch ChannelID, ids []MessageID) {
	for _, id := range ids {
		x.handleEvent(event{place: Place{ch, id}, replace: true})
	}
}

// SkipMessage records a message without a file, so that its id does not become a gap.
func (x *Indexer) SkipMessage(ch ChannelID, id MessageID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.progressOf(ch); t != nil {
		t.noteSeen(id, x.opts.Now())
		t.ledger.FillGap(Range{id, id})
	}
}

// handleEvent queues an event. Before the channels are loaded it only keeps the id.
func (x *Indexer) handleEvent(e event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.channels.Loaded() {
		x.noteEarly(e.place.Channel, Range{e.place.Message, e.place.Message})
		return
	}
	if t := x.progressOf(e.place.Channel); t != nil {
		x.enqueueOrDefer(t, e)
	}
}

// noteEarly keeps ids that came before the channels were loaded. x.mu is held.
func (x *Indexer) noteEarly(id ChannelID, r Range) {
	if x.earlyGaps[id] == nil {
		x.earlyGaps[id] = new(Ledger)
	}
	x.earlyGaps[id].AddGap(r)
}

// enqueueOrDefer queues an event. When the queue is full or the channel rests, the id becomes a gap. x.mu is held.
func (x *Indexer) enqueueOrDefer(t *channelProgress, e event) {
	if e.post != nil {
		t.noteSeen(e.place.Message, x.opts.Now())
	}
	t.invalidateReads(e.place.Message)
	if len(x.queue) >= x.opts.QueueSize || x.channels.State(e.place.Channel) != ChannelActive {
		t.deferEvent(e.place.Message, x.opts.Now())
		signal(x.wakeRecovery)
		return
	}
	x.appendEvent(t, e)
}

// appendEvent appends to the queue, whatever its length. x.mu is held.
func (x *Indexer) appendEvent(t *channelProgress, e event) {
	t.inflight[e.place.Message]++
	t.dirty = true // an event in flight counts as a gap of the stored ledger
	x.queue = append(x.queue, e)
	signal(x.wakeStore)
}

// progressOf returns the progress of a channel, nil for one that is not indexed. x.mu is held.
func (x *Indexer) progressOf(id ChannelID) *channelProgress {
	if !x.channels.State(id).indexed() {
		delete(x.progress, id)
		return nil
	}
	t := x.progress[id]
	if t == nil {
		ch, _ := x.channels.Get(id)
		t = newProgress(Ledger{Low: ch.Low, Gaps: slices.Clone(ch.Gaps)})
		x.progress[id] = t
	}
	return t
}

const (
	saveLedgersEvery  = 300 * time.Millisecond // how often ledgers are stored
	retryAfter        = time.Second            // the wait after a batch that no pool stored
	partialRetryAfter = 30 * time.Second       // the wait before ids are read again that one pool may have missed
	stopWithin        = 10 * time.Second
)

// Run stores events and reads gaps until ctx ends. Then it has stopWithin to store the queue, and again to store the ledgers.
func (x *Indexer) Run(ctx context.Context) error {
	defer x.pools.OnRecover(func(ctx context.Context, p *storage.Pool) { x.poolRecovered(ctx, p) })()
	if err := x.prepare(ctx); err != nil {
		return err
	}
	wctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var workers, readers sync.WaitGroup
	workers.Go(func() { x.storeLoop(wctx) })
	workers.Go(func() { x.saveLedgersLoop(wctx) })
	readers.Go(func() { x.recoverLoop(ctx) })
	readers.Go(func() { x.removeLoop(ctx) })
	finish := finisher{store: x.store, storing: &x.storing, logger: x.opts.Logger, now: x.opts.Now, wake: x.wakeFinisher}
	readers.Go(func() { finish.run(ctx) })
	anew := reindexer{store: x.store, storing: &x.storing, logger: x.opts.Logger, now: x.opts.Now, group: x.opts.ReindexFiles}
	readers.Go(func() { anew.run(ctx) })
	for _, p := range x.pools.All() {
		readers.Go(func() { x.loadPoolWords(ctx, p) })
	}
	<-ctx.Done()
	readers.Wait()
	fctx, cancel := context.WithTimeout(wctx, stopWithin)
	defer cancel()
	err := x.WaitStored(fctx)
	stop()
	workers.Wait()
	kctx, cancelKeep := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancelKeep()
	kerr := x.SaveLedgers(kctx)
	if err = errors.Join(err, kerr); err != nil {
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "stopped with posts that are not stored; they are read again at the next start", slog.Int("queued", x.Backlog().Queued))
	}
	return nil
}

// prepare loads the channels, retrying until a pool answers, and marks every channel for a probe, because posts may have come while no process
// ran.
func (x *Indexer) prepare(ctx context.Context) error {
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
	if err := x.loadPasts(ctx); err != nil {
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "reads of the past cannot be resumed", slog.Any("error", err))
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, ch := range x.channels.List() {
		if t := x.progressOf(ch.ID); t != nil {
			t.needsProbe = true
			if early := x.earlyGaps[ch.ID]; early != nil {
				for _, r := range early.Gaps {
					t.addGap(r, x.opts.Now())
				}
			}
		}
	}
	clear(x.earlyGaps)
	signal(x.wakeRecovery)
	return nil
}

// poolRecovered brings a pool up to date after an outage and retries the ids that it may have missed.
func (x *Indexer) poolRecovered(ctx context.Context, p *storage.Pool) {
	x.mu.Lock()
	for _, t := range x.progress {
		t.notBefore = time.Time{}
		t.retryPartial()
	}
	x.mu.Unlock()
	signal(x.wakeRecovery)
	err := copyReplicasTo(ctx, x.pools, p, channelsCollection, pastsCollection)
	x.storing.Lock()
	err = errors.Join(err, EnsureIndexes(ctx, p), changeIndexVersion(ctx, p))
	x.storing.Unlock()
	signal(x.wakeFinisher)
	if err != nil && ctx.Err() == nil {
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a pool that came back could not be brought up to date; it is tried again when the next one returns", slog.String("pool", p.Name()), slog.Any("error", err))
	}
}

// Backlog is the work that the index has not done yet.
type Backlog struct {
	Queued      int // events in memory
	InGaps      int // ids to read again
	UnreadPools int // pools whose words are not loaded yet: prefixes and typos miss some of them
}

// Backlog returns the work that is not done yet.
func (x *Indexer) Backlog() Backlog {
	x.mu.Lock()
	defer x.mu.Unlock()
	b := Backlog{Queued: len(x.queue), UnreadPools: x.unreadPools}
	for _, t := range x.progress {
		b.InGaps += t.ledger.GapSize() + t.partial.GapSize()
	}
	return b
}

// WaitStored waits until the queue is empty: every event is stored, or its id is in a gap.
func (x *Indexer) WaitStored(ctx context.Context) error {
	for {
		x.mu.Lock()
		idle, changed := len(x.queue) == 0 && !x.storingBatch, x.queueChanged
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

// notifyQueueChanged wakes everyone who waits on queueChanged.
func (x *Indexer) notifyQueueChanged() {
	x.mu.Lock()
	defer x.mu.Unlock()
	close(x.queueChanged)
	x.queueChanged = make(chan struct{})
}

// signal wakes the loop that receives from c. One signal is kept for a loop that is busy.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// sleep returns false when ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
