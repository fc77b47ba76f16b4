package filter

import (
	"context"
	"errors"
	"log/slog"
)

// removeLoop takes the files of removed channels out of the index, a batch at a time.
func (x *Indexer) removeLoop(ctx context.Context) {
	tidied := map[ChannelID]compactionProgress{}
	for sleep(ctx, retryAfter) {
		for _, id := range x.channels.removingIDs() {
			for ctx.Err() == nil {
				done, err := x.removeChannelBatch(ctx, id)
				if done && err == nil {
					if tidied[id] == nil {
						tidied[id] = compactionProgress{}
					}
					err = x.store.compactLists(ctx, tidied[id], &x.storing)
				}
				if done && err == nil {
					delete(tidied, id)
					err = x.channels.markRemoved(ctx, id)
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

// removeChannelBatch is done also when the channel was added again meanwhile: what has not left stays.
func (x *Indexer) removeChannelBatch(ctx context.Context, id ChannelID) (done bool, err error) {
	x.storing.Lock()
	defer x.storing.Unlock()
	if x.channels.State(id) != ChannelRemoving {
		return true, nil
	}
	x.mu.Lock()
	delete(x.progress, id) // what was owed of it is not owed when it is added again
	x.mu.Unlock()
	return x.store.removeChannel(ctx, id)
}
