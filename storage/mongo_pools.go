package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"
)

// PoolsOptions describe all MongoDB databases of the archive.
type PoolsOptions struct {
	Pools   []PoolOptions
	Timeout time.Duration // of one call; 5 s where 0
	Logger  *slog.Logger
	Now     func() time.Time // time.Now where nil
}

// Pools are the MongoDB databases that the archive is spread over. A document may be in any of them: reads ask all, writes go where
// there is room. A pool that is down hides only what it holds.
type Pools struct {
	all     []*Pool
	logger  *slog.Logger
	now     func() time.Time
	changes chan *Pool // breakers that closed

	mu        sync.Mutex
	onRecover []func(ctx context.Context, p *Pool)
}

const (
	measureEvery = time.Minute
	probeEvery   = time.Second
	// keepFree is left unwritten in a pool: sizes are measured once a minute, and a full database refuses also deletes' bookkeeping.
	keepFree = 4 << 20
)

// OpenPools makes the clients without connecting; it fails only for options that can never work.
func OpenPools(o PoolsOptions) (*Pools, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	ps := &Pools{logger: o.Logger.With("component", "mongo"), now: o.Now, changes: make(chan *Pool, 64)}
	for _, po := range o.Pools {
		p, err := newPool(po, cmp.Or(o.Timeout, 5*time.Second), o.Now, ps.changed)
		if err != nil {
			return nil, errors.Join(err, ps.disconnect(context.Background()))
		}
		ps.all = append(ps.all, p)
	}
	return ps, nil
}

// All returns every pool, in the order of the configuration.
func (ps *Pools) All() []*Pool { return ps.all }

// PoolResult is what one pool answered in Each.
type PoolResult struct {
	Pool *Pool
	Err  error
}

// Each asks every pool at once and returns when all have answered or failed, in the order of All.
func (ps *Pools) Each(ctx context.Context, op string, fn func(ctx context.Context, p *Pool, db *mongo.Database) error) []PoolResult {
	results := make([]PoolResult, len(ps.all))
	var wg sync.WaitGroup
	for i, p := range ps.all {
		wg.Go(func() {
			results[i] = PoolResult{p, p.Do(ctx, op, func(ctx context.Context, db *mongo.Database) error { return fn(ctx, p, db) })}
		})
	}
	wg.Wait()
	return results
}

// Writable returns the pools that can take writes now, the one with the most room first.
func (ps *Pools) Writable() []*Pool {
	type candidate struct {
		pool *Pool
		room int64
	}
	var found []candidate
	for _, p := range ps.all {
		if room := p.room(); room > keepFree && !p.Down() {
			found = append(found, candidate{p, room})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.room, a.room) })
	pools := make([]*Pool, len(found))
	for i, c := range found {
		pools[i] = c.pool
	}
	return pools
}

// OnRecover registers fn to be called by Run, one call at a time, when a pool answers again after an outage. Register before Run.
func (ps *Pools) OnRecover(fn func(ctx context.Context, p *Pool)) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.onRecover = append(ps.onRecover, fn)
}

// Run measures the pools and probes those that are down, so that they come back without traffic, until ctx ends; then it closes them.
func (ps *Pools) Run(ctx context.Context) error {
	var recoveries sync.WaitGroup
	recoveries.Go(func() { ps.recoveries(ctx) })
	ps.measureAll(ctx, true)
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			recoveries.Wait()
			return ps.disconnect(context.WithoutCancel(ctx))
		case <-ticker.C:
			ps.measureAll(ctx, false)
		}
	}
}

// measureAll asks for the sizes of pools that are due, and of pools that do not answer: the question is the probe.
func (ps *Pools) measureAll(ctx context.Context, all bool) {
	var wg sync.WaitGroup
	for _, p := range ps.all {
		state := p.State()
		if all || state.Breaker != gobreaker.StateClosed.String() || ps.now().Sub(state.Measured) > measureEvery || p.room() < 2*keepFree {
			wg.Go(func() { _ = p.Measure(ctx) }) // noted in the pool's state, logged when the breaker changes
		}
	}
	wg.Wait()
}

// Measure asks the server for the pool's sizes now, also while the breaker is half-open: it is the probe.
func (p *Pool) Measure(ctx context.Context) error {
	before := p.wrote.Load()
	var stats struct {
		DataSize  float64 `bson:"dataSize"`
		IndexSize float64 `bson:"indexSize"`
	}
	err := p.ask(ctx, "measure", func(ctx context.Context, db *mongo.Database) error {
		return db.RunCommand(ctx, bson.D{{Key: "dbStats", Value: 1}}).Decode(&stats)
	})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.data, p.index, p.measured, p.lastError = int64(stats.DataSize), int64(stats.IndexSize), p.now(), ""
	p.wrote.Add(-before)
	return nil
}

func (ps *Pools) changed(p *Pool, from, to gobreaker.State) {
	ps.logger.LogAttrs(context.Background(), slog.LevelWarn, "pool's breaker changed",
		slog.String("pool", p.Name()), slog.String("from", from.String()), slog.String("to", to.String()))
	if to == gobreaker.StateClosed {
		select {
		case ps.changes <- p:
		default: // a recovery of this pool is waiting already, or the process is stopping
		}
	}
}

func (ps *Pools) recoveries(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case p := <-ps.changes:
			ps.mu.Lock()
			fns := slices.Clone(ps.onRecover)
			ps.mu.Unlock()
			for _, fn := range fns {
				fn(ctx, p)
			}
		}
	}
}

func (ps *Pools) disconnect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var errs []error
	for _, p := range ps.all {
		if err := p.client.Disconnect(ctx); err != nil {
			errs = append(errs, fmt.Errorf("close pool %s: %w", p.Name(), err))
		}
	}
	return errors.Join(errs...)
}

// isSelection tells that no server could be chosen: the driver reports a refused connection this way.
func isSelection(err error) bool {
	var selection topology.ServerSelectionError
	return errors.As(err, &selection)
}
