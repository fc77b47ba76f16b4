package filter

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"pavilion/storage"
)

// Drain moves the files and people of draining pools to normal ones. The mode of the pool is the order, and the documents that are left in it are the
// progress, so a drain goes on after a kill and follows documents that another process adds meanwhile.
//
// A document is written to its new pool before it leaves the old one. A kill in between leaves a copy in both, which reads merge; the next batch
// removes the old one.
type Drain struct {
	indexer  *Indexer
	audience *Audience
	pools    *storage.Pools
	logger   *slog.Logger
}

// NewDrain makes a Drain; Run works.
func NewDrain(x *Indexer, a *Audience, logger *slog.Logger) *Drain {
	return &Drain{indexer: x, audience: a, pools: x.pools, logger: logger.With("component", "drain")}
}

const (
	drainEvery = time.Second
	drainPause = 20 * time.Millisecond // between two batches, for the posts that wait
	drainBatch = 200
	drainRetry = 30 * time.Second // after an error
)

// Run moves documents until ctx ends.
func (d *Drain) Run(ctx context.Context) error {
	for sleep(ctx, drainEvery) {
		for _, pool := range d.pools.Draining(ctx) {
			moved, err := d.drainPool(ctx, pool)
			if moved > 0 {
				d.logger.LogAttrs(ctx, slog.LevelInfo, "documents moved to other pools", slog.String("pool", pool.Name()), slog.Int("documents", moved))
			}
			if err != nil && ctx.Err() == nil {
				d.logger.LogAttrs(ctx, slog.LevelWarn, "a pool is not drained yet", slog.String("pool", pool.Name()), slog.Any("error", err))
				sleep(ctx, drainRetry)
			}
		}
	}
	return nil
}

// drainPool moves documents until none is left, the pool is not draining any more, or ctx ends. Then it compacts the lists of the empty pool.
func (d *Drain) drainPool(ctx context.Context, pool *storage.Pool) (moved int, err error) {
	files := 0
	for d.pools.Mode(ctx, pool) == storage.PoolDraining {
		n, err := d.moveFiles(ctx, pool)
		if err != nil {
			return moved, err
		}
		files += n
		people, err := d.audience.movePeople(ctx, pool)
		moved += n + people
		if err != nil {
			return moved, err
		}
		if n+people == 0 {
			break
		}
		if !sleep(ctx, drainPause) {
			return moved, nil
		}
	}
	if files == 0 {
		return moved, nil
	}
	return moved, d.indexer.store.compactPool(ctx, pool, newPoolCompaction(), &d.indexer.storing)
}

// moveFiles moves a batch of files out of a pool and returns how many there were.
func (d *Drain) moveFiles(ctx context.Context, from *storage.Pool) (int, error) {
	d.indexer.storing.Lock()
	defer d.indexer.storing.Unlock()
	docs, err := readFirstFiles(ctx, from, drainBatch)
	if err != nil || len(docs) == 0 {
		return 0, err
	}
	if err := d.indexer.store.moveDocs(ctx, from, docs); err != nil {
		return 0, err
	}
	return len(docs), nil
}

// moveDocs merges documents into their copies in other pools, or writes them to a normal pool, and then deletes them from their pool.
func (s fileStore) moveDocs(ctx context.Context, from *storage.Pool, docs []fileDoc) error {
	if err := s.checkDistinct(ctx, from); err != nil {
		return err
	}
	moving, ids := make([]storedDoc, len(docs)), make([]int64, len(docs))
	for i, doc := range docs {
		moving[i], ids[i] = storedDoc{from, doc}, doc.ID
	}
	if err := readThumbs(ctx, s.pools, moving); err != nil {
		return err
	}
	have, _ := s.findInPools(ctx, fixedIDs(ids))
	copies := map[int64]storedDoc{}
	for _, h := range have {
		if h.pool != from {
			copies[h.doc.ID] = h
		}
	}
	changes, removals := poolBatches{}, newPoolBatch()
	var fresh []fileDoc
	for _, m := range moving {
		doc := m.doc
		if h, ok := copies[doc.ID]; ok {
			changes.of(h.pool).replaceFile(h.doc, h.doc.merge(doc)) // also if it changes nothing, see mergeDuplicates
		} else {
			fresh = append(fresh, doc)
		}
		removals.deleteFile(doc)
	}
	if err := s.writeBatches(ctx, changes); err != nil {
		return err
	}
	if err := s.insertFiles(ctx, fresh); err != nil {
		return err
	}
	return s.writeBatch(ctx, from, removals)
}

// checkDistinct makes sure that no pool that may get documents is the same database as from.
func (s fileStore) checkDistinct(ctx context.Context, from *storage.Pool) error {
	targets := s.pools.Writable(ctx)
	if len(targets) == 0 {
		return ErrNoRoom
	}
	var errs []error
	for _, pool := range targets {
		errs = append(errs, storage.Distinct(ctx, from, pool))
	}
	return errors.Join(errs...)
}
