package filter

import "context"

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

// CompactLists compacts all lists.
func (x *Indexer) CompactLists(ctx context.Context) error {
	return x.store.compactLists(ctx, compactionProgress{}, &x.storing)
}
