package filter

import "context"

// KeepLedger lets a test keep a ledger at the moment that it wants.
func (c *Channels) KeepLedger(ctx context.Context, id ChannelID, l Ledger) error {
	return c.saveLedger(ctx, id, l)
}

// RemoveSome makes one step of a removal, and says whether it was the last.
func (x *Indexer) RemoveSome(ctx context.Context, id ChannelID) (bool, error) {
	return x.removeChannelBatch(ctx, id)
}

// Removed ends a removal.
func (c *Channels) Removed(ctx context.Context, id ChannelID) error { return c.markRemoved(ctx, id) }

// RecoverOnce makes a round of what Run does over and over.
func (x *Indexer) RecoverOnce(ctx context.Context) bool { return x.recoverOnce(ctx) }

// StepPast makes one step of a read of the past.
func (x *Indexer) StepPast(ctx context.Context, id string) (bool, error) { return x.stepPast(ctx, id) }

// Hold keeps everything from being stored until the function that it returns is called.
func (x *Indexer) Hold() func() {
	x.storing.Lock()
	return x.storing.Unlock
}

// Tidy packs all lists.
func (x *Indexer) Tidy(ctx context.Context) error {
	return x.store.compactLists(ctx, compactionProgress{}, &x.storing)
}
