package filter

import (
	"context"
	"errors"
	"time"
)

// What is owed of each channel, its ledger, is stored beside the files, a moment after it changed.

func (x *Indexer) keepLoop(ctx context.Context) {
	ticker := time.NewTicker(keepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = x.Keep(ctx) // the next one tries again
		}
	}
}

// Keep stores the ledgers that changed. When it returns nil, whatever was handed over before the call outlives the process: it is stored, or it
// is owed in a ledger that is. A ledger that cannot be stored now stays dirty.
func (x *Indexer) Keep(ctx context.Context) error {
	x.keeping.Lock() // an older snapshot must not be stored over a newer one
	defer x.keeping.Unlock()
	x.mu.Lock()
	if len(x.early) > 0 {
		x.mu.Unlock()
		return errNotLoaded
	}
	due := map[ChannelID]Ledger{}
	for id, t := range x.tracks {
		if t.dirty {
			t.dirty = false
			due[id] = t.snapshot()
		}
	}
	x.mu.Unlock()
	var errs []error
	for id, l := range due {
		if err := x.channels.keepLedger(ctx, id, l); err != nil {
			errs = append(errs, err)
			x.mu.Lock()
			if t := x.tracks[id]; t != nil {
				t.dirty = true
			}
			x.mu.Unlock()
		}
	}
	return errors.Join(errs...)
}
