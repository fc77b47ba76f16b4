package filter

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"pavilion/storage"
)

// finishEvery is the time between two looks for notes of writes that did not end. A write fails rarely, and until then searches skip what it left.
const finishEvery = 10 * time.Second

// finisher finishes the writes of processes that died, of calls that a pool did not answer, and of `pavilion doctor archive --repair`. It also merges the
// noted duplicates.
type finisher struct {
	store   fileStore
	storing sync.Locker // of the Indexer
	logger  *slog.Logger
	now     func() time.Time
}

func (f *finisher) run(ctx context.Context) {
	for {
		for _, pool := range f.store.pools.All() {
			if err := f.finishWrites(ctx, pool); err != nil && ctx.Err() == nil && !errors.Is(err, storage.ErrPoolDown) {
				f.logger.LogAttrs(ctx, slog.LevelWarn, "interrupted writes are not finished yet", slog.String("pool", pool.Name()), slog.Any("error", err))
			}
		}
		f.storing.Lock()
		err := f.store.reconcile(ctx)
		f.storing.Unlock()
		if err != nil && ctx.Err() == nil && !errors.Is(err, storage.ErrPoolDown) {
			f.logger.LogAttrs(ctx, slog.LevelWarn, "files that stand in two pools are not merged yet", slog.Any("error", err))
		}
		if !sleep(ctx, finishEvery) {
			return
		}
	}
}
