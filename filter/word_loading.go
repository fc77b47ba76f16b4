package filter

import (
	"context"
	"log/slog"

	"pavilion/storage"
)

// loadPoolWords makes a pool's indexes and reads its words into the vocabulary, beside everything else: until then its words are found as they are typed in
// full, but not by their beginnings or by typos. It goes on where it stopped when the pool did not answer.
func (x *Indexer) loadPoolWords(ctx context.Context, pool *storage.Pool) {
	last, failed := "", false
	for {
		err := EnsureIndexes(ctx, pool)
		if err == nil {
			last, err = loadWords(ctx, pool, x.vocab, last)
		}
		if err == nil {
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
