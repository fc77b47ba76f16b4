package filter

import (
	"context"
	"errors"
	"log/slog"

	"pavilion/storage"
)

// loadPoolWords creates the indexes of a pool and loads its words into the vocabulary. Until it is done, the pool's words are found when typed in full,
// but not by prefix or with a typo. When the pool does not answer, it waits and continues after the last word that it read.
func (x *Indexer) loadPoolWords(ctx context.Context, pool *storage.Pool) {
	last, failed := "", false
	for {
		err := errors.Join(EnsureIndexes(ctx, pool), changeIndexVersion(ctx, pool)) // the last process may have died before it changed the version
		if err == nil {
			last, err = loadWords(ctx, pool, x.vocab, last)
		}
		if err == nil || errors.Is(err, storage.ErrSameDatabase) { // the pool in use has the same words
			break
		}
		if !failed && ctx.Err() == nil {
			failed = true
			x.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "a pool's words are not known yet; trying again", slog.String("pool", pool.Name()), slog.Any("error", err))
		}
		if !sleep(ctx, retryAfter) {
			return
		}
	}
	x.mu.Lock()
	x.unreadPools--
	x.mu.Unlock()
}
