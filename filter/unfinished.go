package filter

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"pavilion/storage"
)

// finishEvery is the time between two looks for notes of writes that did not end. A write fails rarely, and until then searches skip what it left.
const finishEvery = 10 * time.Second

// finishLoop finishes the writes of processes that died, of calls that a pool did not answer, and of `pavilion doctor archive --repair`. It also merges
// the noted duplicates.
func (x *Indexer) finishLoop(ctx context.Context) {
	for {
		for _, pool := range x.pools.All() {
			x.storing.Lock() // no batch of this process is being written
			err := x.store.finishWrites(ctx, pool)
			x.storing.Unlock()
			if err != nil && ctx.Err() == nil && !errors.Is(err, storage.ErrPoolDown) {
				x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "interrupted writes are not finished yet", slog.String("pool", pool.Name()), slog.Any("error", err))
			}
		}
		x.storing.Lock()
		err := x.store.reconcile(ctx)
		x.storing.Unlock()
		if err != nil && ctx.Err() == nil && !errors.Is(err, storage.ErrPoolDown) {
			x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "files that stand in two pools are not merged yet", slog.Any("error", err))
		}
		if !sleep(ctx, finishEvery) {
			return
		}
	}
}
