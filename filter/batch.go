package filter

import (
	"context"
	"errors"
	"log/slog"
	"slices"
)

// storeLoop stores the queued events in batches, one at a time.
func (x *Indexer) storeLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-x.wakeStore:
		}
		for x.storeBatch(ctx) {
		}
	}
}

// storeBatch stores up to batchSize queued events. It returns false when the queue is empty.
func (x *Indexer) storeBatch(ctx context.Context) bool {
	x.mu.Lock()
	events := x.queue[:min(len(x.queue), x.batchSize)]
	x.queue = x.queue[len(events):]
	x.storingBatch = len(events) > 0
	x.mu.Unlock()
	if len(events) == 0 || ctx.Err() != nil {
		x.notifyQueueChanged()
		return false
	}
	added, err := x.applyEvents(ctx, events)
	if err != nil && !errors.Is(err, errPoolNoAnswer) {
		x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "posts could not be stored; they are read again", slog.Int("posts", len(events)), slog.Any("error", err))
	}
	x.mu.Lock()
	for _, e := range events {
		t := x.progress[e.place.Channel]
		if t == nil {
			continue
		}
		newest, partial := t.finishEvent(e.place.Message), errors.Is(err, errPoolNoAnswer)
		switch {
		case err != nil && !partial:
			t.addGap(Range{e.place.Message, e.place.Message}, x.opts.Now())
			t.notBefore = x.opts.Now().Add(retryAfter)
		case newest:
			t.markStored(e.place.Message, partial)
		}
		if partial { // retried when the pool is back; the channel's other gaps do not wait for it
			t.retryPartialAt = x.opts.Now().Add(partialRetryAfter)
		}
	}
	x.storingBatch = false
	x.batchSize = nextBatch(len(events), x.batchSize, x.opts.BatchMax, err)
	x.mu.Unlock()
	for _, e := range events {
		if e.onStored != nil {
			e.onStored(err == nil && e.post != nil && added[e.post.Media.Document])
		}
	}
	x.notifyQueueChanged()
	if err != nil {
		signal(x.wakeRecovery)
		if !errors.Is(err, errPoolNoAnswer) {
			signal(x.wakeFinisher)
		}
	}
	return true
}

const batchMin = 25

// nextBatch returns the size of the next batch. A failed batch is halved, because a slow server may manage a smaller one in time. A full batch
// that was stored is doubled.
func nextBatch(stored, size, most int, err error) int {
	switch {
	case err != nil && !errors.Is(err, errPoolNoAnswer):
		return max(min(batchMin, most), stored/2)
	case stored >= size:
		return min(most, 2*size)
	}
	return size
}

// applyEvents stores a batch of events. Of several events at one place it applies the last one.
func (x *Indexer) applyEvents(ctx context.Context, events []event) (map[DocumentID]bool, error) {
	x.storing.Lock()
	defer x.storing.Unlock()
	// A removed channel's files are deleted after its state has changed, so none of them may be stored from here on.
	events = slices.DeleteFunc(slices.Clone(events), func(e event) bool {
		return !x.channels.State(e.place.Channel).indexed()
	})
	events = withoutDeleted(events, x.opts.Deleted)
	last := make(map[Place]int, len(events))
	for i, e := range events {
		last[e.place] = i
	}
	var posts []Post
	var cleared []Place
	kept := map[Place]DocumentID{}
	for i, e := range events {
		replace := e.replace || last[e.place] != i
		if replace && !slices.Contains(cleared, e.place) {
			cleared = append(cleared, e.place)
		}
		if last[e.place] == i && e.post != nil {
			posts = append(posts, *e.post)
			kept[e.place] = e.post.Media.Document
		}
	}
	added, err := x.store.storePosts(ctx, posts)
	if err != nil {
		return nil, err
	}
	return added, x.store.clearPlaces(ctx, cleared, kept, added)
}
