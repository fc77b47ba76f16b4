package filter

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"pavilion/storage"
)

const (
	recoverEvery = 250 * time.Millisecond
	// grace is the time for late updates to fill a gap.
	grace = time.Second
	// probeEmpty is the number of empty ids in a row that mark the end of a channel.
	probeEmpty = 200
)

// recoverLoop reads the gaps, probes channels for posts above the watermark, and makes the steps of the reads of the past.
func (x *Indexer) recoverLoop(ctx context.Context) {
	ticker := time.NewTicker(recoverEvery)
	defer ticker.Stop()
	defer x.closeReaders()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-x.wakeRecovery:
		}
		for x.recoverOnce(ctx) {
		}
	}
}

// NoteLostUpdates makes the indexer probe a channel for posts whose updates were lost.
func (x *Indexer) NoteLostUpdates(id ChannelID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t := x.progressOf(id); t != nil {
		t.needsProbe = true
		signal(x.wakeRecovery)
	}
}

// recoverOnce serves every channel and every read of the past once. It returns false when none of them made progress.
func (x *Indexer) recoverOnce(ctx context.Context) bool {
	worked := false
	for _, ch := range x.channels.List() {
		if ctx.Err() != nil {
			return false
		}
		if ch.State == ChannelActive {
			worked = x.recoverChannel(ctx, ch.ID) || worked
		}
	}
	return x.stepPasts(ctx) || worked
}

// recoverChannel probes one channel or reads up to 100 ids of its gaps. It returns false when there is nothing to do or the read fails.
func (x *Indexer) recoverChannel(ctx context.Context, id ChannelID) bool {
	now := x.opts.Now()
	x.mu.Lock()
	t := x.progressOf(id)
	var ids []MessageID
	probing := false
	if t != nil && len(t.ledger.Gaps) == 0 && now.After(t.retryPartialAt) && x.allPoolsUp() {
		t.retryPartial()
	}
	switch {
	case t == nil || now.Before(t.notBefore):
	case t.needsProbe:
		probing = true
		ids = nextIDs(t.highest)
	case now.Sub(t.gapsBegan) >= grace:
		for _, m := range t.ledger.NextMissing(readAtOnce + len(t.inflight)) {
			if t.inflight[m] == 0 && len(ids) < readAtOnce {
				ids = append(ids, m)
			}
		}
	}
	var reading *readInProgress
	if len(ids) > 0 {
		reading = t.beginRead(ids)
	}
	x.mu.Unlock()
	if len(ids) == 0 {
		return false
	}
	if probing {
		return x.probeChannel(ctx, id, t, ids, reading)
	}
	_, err := x.rereadMessages(ctx, id, t, ids, reading)
	if err != nil {
		x.postponeChannel(ctx, id, t, err)
	}
	return err == nil
}

// allPoolsUp reports whether no breaker is open. poolRecovered handles the pools that come back.
func (x *Indexer) allPoolsUp() bool {
	return !slices.ContainsFunc(x.pools.All(), (*storage.Pool).Down)
}

// probeChannel reads the ids above the highest known one until probeEmpty ids in a row are empty.
func (x *Indexer) probeChannel(ctx context.Context, id ChannelID, t *channelProgress, ids []MessageID, reading *readInProgress) bool {
	empty := 0
	for {
		read, err := x.rereadMessages(ctx, id, t, ids, reading)
		if err != nil {
			x.postponeChannel(ctx, id, t, err)
			return false
		}
		last := ids[len(ids)-1]
		x.mu.Lock()
		if top := read.Top; top > 0 {
			empty = int(last - top)
			// The ids up to top have been read and their events queued.
			t.highest = max(t.highest, top)
			t.dirty = true
		} else {
			empty += len(ids)
		}
		if empty >= probeEmpty {
			t.needsProbe = false
			x.mu.Unlock()
			return true
		}
		ids = nextIDs(max(last, t.highest)) // live posts may be further; what they leave out is a gap
		reading = t.beginRead(ids)
		x.mu.Unlock()
	}
}

// nextIDs returns the ids of a read behind one.
func nextIDs(id MessageID) []MessageID {
	ids := make([]MessageID, readAtOnce)
	for n := range ids {
		ids[n] = id + 1 + MessageID(n)
	}
	return ids
}

// rereadMessages reads ids and queues their posts, and a deletion for every id without a post. An id that got an event since the read was begun stays a gap.
// The read must be begun when the ids are chosen: a post that arrives in between would be deleted if Telegram does not show it yet. rereadMessages ends it.
func (x *Indexer) rereadMessages(ctx context.Context, id ChannelID, t *channelProgress, ids []MessageID, reading *readInProgress) (PostsRead, error) {
	defer func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		t.endRead(reading)
	}()
	read, err := x.reader.ReadPosts(ctx, id, ids)
	if err != nil {
		return read, err
	}
	x.mu.Lock()
	t.failures = 0
	x.mu.Unlock()
	at := make(map[MessageID]*Post, len(read.Posts))
	for i := range read.Posts {
		at[read.Posts[i].Place.Message] = &read.Posts[i]
	}
	for _, m := range ids {
		if !x.waitForRoom(ctx) {
			return read, context.Cause(ctx)
		}
		x.mu.Lock()
		owedOrKnown := m <= t.highest || m <= read.Top
		switch {
		case (*reading)[m]:
			t.addGap(Range{m, m}, x.opts.Now())
		case owedOrKnown:
			x.appendEvent(t, event{place: Place{id, m}, post: at[m], replace: true})
		}
		x.mu.Unlock()
	}
	return read, nil
}

// maxReread is the length of the queue from which no messages that were read again or are of the past are added, because live posts wait behind them.
const maxReread = 1000

// waitForRoom waits until the queue is shorter than maxReread and than half its size. It returns false when ctx ends.
func (x *Indexer) waitForRoom(ctx context.Context) bool {
	for {
		x.mu.Lock()
		free, changed := len(x.queue) < max(1, min(maxReread, x.opts.QueueSize/2)), x.queueChanged
		x.mu.Unlock()
		if free {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-changed:
		}
	}
}

// postponeChannel delays the reads of a channel after a failed one. The ids stay in the gaps.
func (x *Indexer) postponeChannel(ctx context.Context, id ChannelID, t *channelProgress, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if t.backOff(x.opts.Now()) && ctx.Err() == nil {
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "messages could not be read again; trying later", slog.Int64("channel", int64(id)), slog.Any("error", err))
	}
}
