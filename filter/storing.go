package filter

import (
	"context"
	"errors"
	"log/slog"
	"slices"
)

// What is queued is stored in batches, by one worker.

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
