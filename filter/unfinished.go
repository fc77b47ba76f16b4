package filter

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"pavilion/storage"
)

// finishEvery is the time between two looks for notes. The looks find the notes of other processes, and claimed notes that are old by now.
const finishEvery = 10 * time.Second

// finisher finishes the writes of processes that died, of calls that a pool did not answer, and of `pavilion doctor archive --repair`. It also merges the
// noted duplicates.
type finisher struct {
	store   fileStore
	storing sync.Locker // of the Indexer
	logger  *slog.Logger
	now     func() time.Time
	wake    <-chan struct{} // a write failed, or a pool came back
}

func (f *finisher) run(ctx context.Context) {
	for {
		for _, pool := range f.store.pools.All() {
			if err := f.finishWrites(ctx, pool); err != nil && ctx.Err() == nil && !errors.Is(err, storage.ErrPoolDown) {
				f.logger.LogAttrs(ctx, slog.LevelWarn, "interrupted writes are not finished yet", slog.String("pool", pool.Name()), slog.Any("error", err))
			}
		}
		if err := f.store.reconcile(ctx, f.storing); err != nil && ctx.Err() == nil && !errors.Is(err, storage.ErrPoolDown) {
			f.logger.LogAttrs(ctx, slog.LevelWarn, "files that stand in two pools are not merged yet", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-f.wake:
		case <-time.After(finishEvery):
		}
	}
}
