package filter

import (
	"context"
	"errors"
	"log/slog"
)

// removeLoop deletes the files of removed channels from the index, a batch at a time, and then compacts the lists.
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
				if err != nil && !errors.Is(err, errPoolNoAnswer) {
					x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a removed channel's files are still in the index", slog.Int64("channel", int64(id)), slog.Any("error", err))
				}
				if done || err != nil {
					break
				}
			}
		}
	}
}

// removeChannelBatch deletes some of a channel's files. It also returns done when the channel was added again meanwhile; the remaining files stay.
func (x *Indexer) removeChannelBatch(ctx context.Context, id ChannelID) (done bool, err error) {
	x.storing.Lock()
	defer x.storing.Unlock()
	if x.channels.State(id) != ChannelRemoving {
		return true, nil
	}
	x.mu.Lock()
	delete(x.progress, id) // a channel that is added again starts without the old gaps
	x.mu.Unlock()
	return x.store.removeChannel(ctx, id)
}
