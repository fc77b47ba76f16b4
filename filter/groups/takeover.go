package groups

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/storage"
)

// ReadSwitches reads the switches that older releases stored elsewhere; isComplete tells whether newer versions of them cannot be anywhere.
type ReadSwitches func(ctx context.Context) (switches []filter.GroupSwitch, isComplete bool, err error)

const (
	takeoverCall  = 5 * time.Second
	takeoverAgain = time.Minute
)

// TakeOver stores the switches of older releases as settings. It returns true once it is complete; later calls then do nothing. A call that finds only
// some of the switches stores those.
func (g *Groups) TakeOver(ctx context.Context, read ReadSwitches) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, takeoverCall)
	defer cancel()
	if done, err := takeoverDone(ctx, g.db); err != nil || done {
		return done, err
	}
	switches, isComplete, err := read(ctx)
	if err != nil {
		return false, fmt.Errorf("take over the switches of groups: %w", err)
	}
	err = storage.InTx(ctx, g.db, func(ctx context.Context, tx pgx.Tx) error {
		for _, s := range switches {
			if err := takeSwitch(ctx, tx, s); err != nil {
				return err
			}
		}
		if !isComplete {
			return nil
		}
		return markTakeoverDone(ctx, tx)
	})
	if err != nil {
		return false, fmt.Errorf("take over the switches of groups: %w", err)
	}
	g.forgetAll()
	return isComplete, nil
}

// RunTakeover repeats TakeOver until it is complete or ctx ends.
func (g *Groups) RunTakeover(ctx context.Context, read ReadSwitches) {
	for {
		done, err := g.TakeOver(ctx, read)
		if done || ctx.Err() != nil {
			return
		}
		g.logger.LogAttrs(ctx, slog.LevelInfo, "settings of groups from an older release are not complete; a database does not answer", slog.Any("error", err))
		select {
		case <-ctx.Done():
			return
		case <-time.After(takeoverAgain):
		}
	}
}
