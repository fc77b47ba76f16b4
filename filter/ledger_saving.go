package filter

import (
	"context"
	"errors"
	"time"
)

func (x *Indexer) saveLedgersLoop(ctx context.Context) {
	ticker := time.NewTicker(saveLedgersEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = x.SaveLedgers(ctx) // the next one tries again
		}
	}
}

// SaveLedgers stores the ledgers that changed. When it returns nil, every event that came before the call survives a crash: it is stored, or its
// id is in the gaps of a stored ledger. A ledger that cannot be stored stays dirty.
func (x *Indexer) SaveLedgers(ctx context.Context) error {
	x.savingLedgers.Lock() // an older snapshot must not be stored over a newer one
	defer x.savingLedgers.Unlock()
	x.mu.Lock()
	if len(x.earlyGaps) > 0 {
		x.mu.Unlock()
		return errNotLoaded
	}
	due := map[ChannelID]Ledger{}
	for id, t := range x.progress {
		if t.dirty {
			t.dirty = false
			due[id] = t.snapshot()
		}
	}
	x.mu.Unlock()
	var errs []error
	for id, l := range due {
		if err := x.channels.saveLedger(ctx, id, l); err != nil {
			errs = append(errs, err)
			x.mu.Lock()
			if t := x.progress[id]; t != nil {
				t.dirty = true
			}
			x.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}
