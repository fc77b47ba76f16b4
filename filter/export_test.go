package filter

import "context"

// KeepLedger lets a test keep a ledger at the moment that it wants.
func (c *Channels) KeepLedger(ctx context.Context, id ChannelID, l Ledger) error {
	return c.keepLedger(ctx, id, l)
}
