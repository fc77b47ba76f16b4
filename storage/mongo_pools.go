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
	Pools []PoolOptions
	//exhaustruct:optional
	Timeout time.Duration // of one call; 0 means 5 s
	Logger  *slog.Logger
	//exhaustruct:optional
	Now func() time.Time // nil means time.Now
	//exhaustruct:optional
	Modes *Setting[PoolModes] // that admins want; nil: every pool is normal
}

// Pools are the MongoDB databases that the archive is spread over. A document can be in any of them: reads query all pools, and a new document goes to
// the pool with the most room. An outage hides only the documents of the pools that are down.
type Pools struct {
	all       []*Pool
	logger    *slog.Logger
	now       func() time.Time
	modes     *Setting[PoolModes]
	recovered chan *Pool // pools whose breaker closed

	mu        sync.Mutex
	onRecover []*recovery
}

const (
	measureEvery = time.Minute
	probeEvery   = time.Second
	// reservedBytes stays free in a pool: sizes are measured once a minute, and a full database refuses even deletes.
	reservedBytes = 4 << 20
)

// OpenPools makes the clients without connecting, and asks no name server. It fails only for options that cannot be parsed.
func OpenPools(o PoolsOptions) (*Pools, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	ps := &Pools{logger: o.Logger.With("component", "mongo"), now: o.Now, modes: o.Modes, recovered: make(chan *Pool, 64)}
	for _, po := range o.Pools {
		p, err := newPool(po, cmp.Or(o.Timeout, 5*time.Second), o.Now, ps.breakerChanged, ps.noteIdentity)
		if err != nil {
			return nil, errors.Join(err, ps.disconnect(context.Background()))
		}
		ps.all = append(ps.all, p)
	}
	return ps, nil
}

// All returns the pools in use, in the order of the configuration. It leaves out a pool that is the same database as an earlier identified one.
func (ps *Pools) All() []*Pool {
	return slices.DeleteFunc(slices.Clone(ps.all), func(p *Pool) bool { return p.SameAs() != "" })
}

// Unused returns the pools that All leaves out.
func (ps *Pools) Unused() []*Pool {
	return slices.DeleteFunc(slices.Clone(ps.all), func(p *Pool) bool { return p.SameAs() == "" })
}

// PoolResult is the outcome of Each for one pool.
type PoolResult struct {
	Pool *Pool
	Err  error
}

// Each runs fn on every pool in use at once and waits for all. The results have the order of All.
func (ps *Pools) Each(ctx context.Context, op string, fn func(ctx context.Context, p *Pool, db *mongo.Database) error) []PoolResult {
	pools := ps.All()
	results := make([]PoolResult, len(pools))
	var wg sync.WaitGroup
	for i, p := range pools {
		runOn := func() {
			results[i] = PoolResult{p, p.Do(ctx, op, func(ctx context.Context, db *mongo.Database) error { return fn(ctx, p, db) })}
		}
		if i == len(pools)-1 {
			runOn() // a goroutine for it would only cost time
		} else {
			wg.Go(runOn)
		}
	}
	wg.Wait()
	return slices.DeleteFunc(results, func(r PoolResult) bool { return errors.Is(r.Err, ErrSameDatabase) })
}

// Writable returns the normal pools that are up and have room, the one with the most room first.
func (ps *Pools) Writable(ctx context.Context) []*Pool {
	type candidate struct {
		pool *Pool
		room int64
	}
	var found []candidate
	for _, p := range ps.All() {
		if room := p.freeBytes(); room > reservedBytes && !p.Down() && ps.Mode(ctx, p) == PoolNormal {
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

// recovery is one registration of OnRecover.
type recovery struct {
	run func(ctx context.Context, p *Pool)
}

// OnRecover registers a function that Run calls when a pool answers again after an outage. Calls do not overlap. remove ends the registration and does
// not wait for a call that is running.
func (ps *Pools) OnRecover(fn func(ctx context.Context, p *Pool)) (remove func()) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	r := &recovery{fn}
	ps.onRecover = append(ps.onRecover, r)
	return func() {
		ps.mu.Lock()
		defer ps.mu.Unlock()
		ps.onRecover = slices.DeleteFunc(ps.onRecover, func(o *recovery) bool { return o == r })
	}
}

// Run measures the pools, and probes those that are down, until ctx ends. Then it closes them.
func (ps *Pools) Run(ctx context.Context) error {
	var recoveries sync.WaitGroup
	recoveries.Go(func() { ps.runRecoveries(ctx) })
	ps.measureDue(ctx, true)
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			recoveries.Wait()
			return ps.disconnect(context.WithoutCancel(ctx))
		case <-ticker.C:
			ps.measureDue(ctx, false)
		}
	}
}

// measureDue measures the pools that are down, nearly full or not measured for a minute; with all, every pool.
func (ps *Pools) measureDue(ctx context.Context, all bool) {
	var wg sync.WaitGroup
	for _, p := range ps.All() {
		state := p.State()
		if all || state.Breaker != gobreaker.StateClosed.String() || ps.now().Sub(state.Measured) > measureEvery || p.freeBytes() < 2*reservedBytes {
			wg.Go(func() { _ = p.Measure(ctx) }) // the pool's state keeps the error, and the breaker logs its changes
		}
	}
	wg.Wait()
}

// Measure reads the pool's sizes and its identity from the server. It also runs while the breaker is half-open, as its probe.
func (p *Pool) Measure(ctx context.Context) error {
	before := p.written.Load()
	var stats struct {
		DataSize  float64 `bson:"dataSize"`
		IndexSize float64 `bson:"indexSize"`
	}
	err := p.callServer(ctx, "measure", true, func(ctx context.Context, db *mongo.Database) error {
		return db.RunCommand(ctx, bson.D{{Key: "dbStats", Value: 1}}).Decode(&stats)
	})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dataBytes, p.indexBytes, p.measured, p.lastError = int64(stats.DataSize), int64(stats.IndexSize), p.now(), ""
	p.written.Add(-before)
	return nil
}

// breakerChanged logs a change of a breaker and queues the recovery of a pool.
func (ps *Pools) breakerChanged(p *Pool, from, to gobreaker.State) {
	ps.logger.LogAttrs(context.Background(), slog.LevelWarn, "pool's breaker changed",
		slog.String("pool", p.Name()), slog.String("from", from.String()), slog.String("to", to.String()))
	if to == gobreaker.StateClosed {
		select {
		case ps.recovered <- p:
		default: // a recovery of this pool is queued already, or the process is stopping
		}
	}
}

// runRecoveries calls the OnRecover functions for each recovered pool.
func (ps *Pools) runRecoveries(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case p := <-ps.recovered:
			if p.SameAs() != "" {
				continue
			}
			ps.mu.Lock()
			fns := slices.Clone(ps.onRecover)
			ps.mu.Unlock()
			for _, r := range fns {
				r.run(ctx, p)
			}
		}
	}
}

func (ps *Pools) disconnect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var errs []error
	for _, p := range ps.all {
		if err := p.client.close(ctx); err != nil {
			errs = append(errs, fmt.Errorf("close pool %s: %w", p.Name(), err))
		}
	}
	return errors.Join(errs...)
}

// isServerSelection reports that the driver found no server. It reports a refused connection in this way.
func isServerSelection(err error) bool {
	var selection topology.ServerSelectionError
	return errors.As(err, &selection)
}
