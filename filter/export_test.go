package filter

import (
	"context"
	"errors"
	"slices"
	"time"

	"pavilion/storage"
)

// SaveLedger stores a ledger at once.
func (c *Channels) SaveLedger(ctx context.Context, id ChannelID, l Ledger) error {
	return c.saveLedger(ctx, id, l)
}

// RemoveChannelBatch makes one step of a removal and returns true for the last one.
func (x *Indexer) RemoveChannelBatch(ctx context.Context, id ChannelID) (bool, error) {
	return x.removeChannelBatch(ctx, id)
}

// MarkRemoved makes the last step of a removal.
func (c *Channels) MarkRemoved(ctx context.Context, id ChannelID) error {
	return c.markRemoved(ctx, id)
}

// RecoverOnce makes one round of recoverLoop.
func (x *Indexer) RecoverOnce(ctx context.Context) bool { return x.recoverOnce(ctx) }

// StepPast makes one step of a read of the past.
func (x *Indexer) StepPast(ctx context.Context, id string) (bool, error) { return x.stepPast(ctx, id) }

// BlockStoring stops all writes of files until the returned function is called.
func (x *Indexer) BlockStoring() func() {
	x.storing.Lock()
	return x.storing.Unlock
}

// StoreDuplicate stores a post as a new document in a pool that does not have the file. This happens while the pool with the file is down.
func (x *Indexer) StoreDuplicate(ctx context.Context, p Post) error {
	x.storing.Lock()
	defer x.storing.Unlock()
	return x.StoreDuplicateUnlocked(ctx, p)
}

// StoreDuplicateUnlocked is StoreDuplicate of another process, for which the lock of this one does not count.
func (x *Indexer) StoreDuplicateUnlocked(ctx context.Context, p Post) error {
	doc := newFileDoc(p)
	have, _ := x.store.findInPools(ctx, fixedIDs([]int64{doc.ID}))
	for _, pool := range x.pools.All() {
		if !slices.ContainsFunc(have, func(h storedDoc) bool { return h.pool == pool }) {
			b := newPoolBatch()
			b.insertFile(doc, listKeys(doc))
			if err := notePossibleDuplicates(ctx, pool, []int64{doc.ID}); err != nil {
				return err
			}
			return x.store.writeBatch(ctx, pool, b)
		}
	}
	return ErrNoRoom
}

// DrainPool moves all documents of a pool.
func (d *Drain) DrainPool(ctx context.Context, p *storage.Pool) (int, error) {
	return d.drainPool(ctx, p)
}

// StoreOnce stores posts without another try.
func (x *Indexer) StoreOnce(ctx context.Context, posts ...Post) error {
	x.storing.Lock()
	defer x.storing.Unlock()
	_, err := x.store.storePosts(ctx, posts)
	return err
}

// Reconcile merges duplicates.
func (x *Indexer) Reconcile(ctx context.Context) error {
	return x.store.reconcile(ctx, &x.storing)
}

// UnsureFiles returns the list of unsure files of a pool in its order.
func UnsureFiles(ctx context.Context, pool *storage.Pool) ([]int64, error) {
	unsure, err := readUnsure(ctx, pool)
	if err != nil {
		return nil, err
	}
	return unsure.ids, nil
}

// ClaimWrites looks once at the notes of writes that did not end.
func (x *Indexer) ClaimWrites(ctx context.Context) error { return x.finishWritesAt(ctx, x.opts.Now) }

// FinishWrites looks at the notes once, and again when their claims are old.
func (x *Indexer) FinishWrites(ctx context.Context) error {
	later := func() time.Time { return x.opts.Now().Add(2 * claimedFor) }
	return errors.Join(x.ClaimWrites(ctx), x.finishWritesAt(ctx, later))
}

func (x *Indexer) finishWritesAt(ctx context.Context, now func() time.Time) (err error) {
	f := finisher{store: x.store, storing: &x.storing, logger: x.opts.Logger, now: now, wake: nil}
	for _, pool := range x.pools.All() {
		err = errors.Join(err, f.finishWrites(ctx, pool))
	}
	return err
}
