package upkeep

import (
	"context"
	"fmt"
	"log/slog"
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
)

const (
	popularityEvery = 5 * time.Minute
	popularityCall  = 10 * time.Second
	// maxPopular bounds the memory: the levels of the files that were taken most often, some 2 MB.
	maxPopular = 50_000
)

// Popularity tells how often people took a file, for the order of the results of mistyped queries. Counters write the numbers in batches, and every process
// reads them again every popularityEvery, so a search asks no database. The numbers lag, and those of rarely taken files may be missing.
type Popularity struct {
	db     *pgxpool.Pool
	logger *slog.Logger
	levels atomic.Pointer[map[filter.DocumentID]uint8]
}

// NewPopularity makes a Popularity; Run keeps it up to date.
func NewPopularity(db *pgxpool.Pool, logger *slog.Logger) *Popularity {
	return &Popularity{db: db, logger: logger.With("component", "popularity")}
}

// Level returns 0 for a file that was not taken, 1 for one, 2 for two or three, and one more each time that the number doubles.
func (p *Popularity) Level(id filter.DocumentID) uint8 {
	levels := p.levels.Load()
	if levels == nil {
		return 0
	}
	return (*levels)[id]
}

// Run reads the numbers until ctx ends.
func (p *Popularity) Run(ctx context.Context) error {
	ticker := time.NewTicker(popularityEvery)
	defer ticker.Stop()
	failed := false
	for {
		err := p.Reload(ctx)
		if failed != (err != nil) && ctx.Err() == nil {
			if failed = err != nil; failed {
				p.logger.LogAttrs(ctx, slog.LevelInfo, "the numbers of taken files cannot be read", slog.Any("error", err))
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Reload reads the numbers.
func (p *Popularity) Reload(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, popularityCall)
	defer cancel()
	counts, err := mostTaken(ctx, p.db, maxPopular)
	if err != nil {
		return fmt.Errorf("popularity: %w", err)
	}
	levels := make(map[filter.DocumentID]uint8, len(counts))
	for id, n := range counts {
		levels[id] = uint8(bits.Len64(uint64(n))) //nolint:gosec // positive, and at most 64 bits
	}
	p.levels.Store(&levels)
	return nil
}
