package storage

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
	"go.mongodb.org/mongo-driver/v2/event"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"pavilion/internal/fault"
	"pavilion/internal/mongouri"
	"pavilion/internal/secret"
)

// ErrPoolDown means that a pool's server does not answer, or that its breaker is open and no call was made.
var ErrPoolDown = fault.New(fault.Unavailable, "pool_down")

// PoolOptions describe one of the MongoDB databases that the archive is spread over.
type PoolOptions struct {
	Name       string // shown to people when the pool is down
	URI        secret.String
	Database   string
	LimitBytes int64 // of dataSize + indexSize; 0 means 512 MB, the limit of a free cluster
	//exhaustruct:optional
	Monitor *event.CommandMonitor // gets every command, for tests; may be nil
}

// Pool is one MongoDB database behind a breaker.
type Pool struct {
	opts    PoolOptions
	timeout time.Duration
	now     func() time.Time
	client  mongoClient
	breaker *gobreaker.CircuitBreaker[struct{}]
	// identified is called with the identity that was read from the database.
	identified func(p *Pool, id string)

	written atomic.Int64 // estimated bytes written since the last measurement
	changes atomic.Int64 // see NoteChange

	mu         sync.Mutex
	dataBytes  int64
	indexBytes int64
	measured   time.Time
	lastError  string
	identity   string // of the database; empty while unknown
	sameAs     string // see SameAs
}

// PoolState is a pool's condition, for admins.
type PoolState struct {
	Name       string
	Breaker    string // closed, open or half-open
	DataBytes  int64
	IndexBytes int64
	LimitBytes int64
	Measured   time.Time // zero before the first measurement
	LastError  string
}

const (
	maxServerSelection = time.Second
	outageAfter        = time.Second // a call that its caller's deadline ends after this time counts as an outage
	breakerFailures    = 3
	breakerOpenFor     = 2 * time.Second
	defaultLimit       = 512 << 20
)

func newPool(o PoolOptions, timeout time.Duration, now func() time.Time, changed func(p *Pool, from, to gobreaker.State), identified func(p *Pool, id string)) (*Pool, error) {
	if o.LimitBytes == 0 {
		o.LimitBytes = defaultLimit
	}
	uri := o.URI.Reveal()
	if mongouri.Check(uri) != nil {
		return nil, poolURIError(o.Name)
	}
	p := &Pool{
		opts: o, timeout: timeout, now: now, identified: identified,
		client: mongoClient{connect: func() (*mongo.Client, error) { return connectMongo(o, timeout) }},
	}
	if !mongouri.IsSRV(uri) { // it needs no name server
		if _, err := p.client.get(context.Background()); err != nil {
			return nil, poolURIError(o.Name)
		}
	}
	p.breaker = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name: o.Name, MaxRequests: 1, Timeout: breakerOpenFor,
		ReadyToTrip:   func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakerFailures },
		OnStateChange: func(_ string, from, to gobreaker.State) { changed(p, from, to) },
		IsSuccessful:  func(err error) bool { return !isOutage(err) },
		IsExcluded:    func(err error) bool { return errors.Is(err, errCallerEnded) || errors.Is(err, ErrSkipped) },
	})
	return p, nil
}

func connectMongo(o PoolOptions, timeout time.Duration) (*mongo.Client, error) {
	return mongo.Connect(options.Client().ApplyURI(o.URI.Reveal()).
		SetAppName("pavilion").SetMonitor(o.Monitor).
		// A server that refuses connections must be detected before callers give up, because calls that end sooner than outageAfter count as nothing.
		SetServerSelectionTimeout(min(timeout, maxServerSelection)).SetConnectTimeout(timeout).
		// An acknowledged write must survive a kill of the server, because the ledger records it as stored.
		SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: new(true)}))
}

// poolURIError replaces the driver's error, which may quote the password.
func poolURIError(name string) error {
	return fmt.Errorf("pool %s: the URI cannot be read (mongodb://user:password@host:27017/database)", name)
}

// Name returns the name that people see.
func (p *Pool) Name() string { return p.opts.Name }

// ErrSkipped is returned by a function of Do that made no call. The breaker ignores it.
var ErrSkipped = errors.New("not asked")

// errCallerEnded marks a call that the caller's context ended before the server had time to answer. The breaker ignores it.
var errCallerEnded = errors.New("the caller went away")

// Do runs fn on the pool's database within the pool's timeout. It fails at once unless the breaker is closed: while it is half-open only Measure
// probes the server, so that no search waits for a dead one. Outages count against the breaker. Errors that the server answers with, such as a
// duplicate key, do not. A pool that is not used because of its identity returns ErrSameDatabase.
func (p *Pool) Do(ctx context.Context, op string, fn func(ctx context.Context, db *mongo.Database) error) error {
	if p.Down() {
		return fmt.Errorf("%s in pool %s: %w", op, p.opts.Name, ErrPoolDown)
	}
	return p.callServer(ctx, op, false, fn)
}

// callServer identifies the database, then runs fn on it within the breaker. With identifyAgain it reads a known identity again.
func (p *Pool) callServer(ctx context.Context, op string, identifyAgain bool, fn func(ctx context.Context, db *mongo.Database) error) error {
	_, err := p.breaker.Execute(func() (struct{}, error) {
		began := p.now()
		cctx, cancel := context.WithTimeout(ctx, p.timeout)
		defer cancel()
		client, err := p.client.get(cctx)
		if err == nil {
			err = p.identify(cctx, client.Database(p.opts.Database), identifyAgain)
		}
		if err == nil {
			err = fn(cctx, client.Database(p.opts.Database))
		}
		waited := errors.Is(ctx.Err(), context.DeadlineExceeded) && p.now().Sub(began) >= outageAfter
		if err != nil && ctx.Err() != nil && !waited {
			return struct{}{}, errors.Join(errCallerEnded, err)
		}
		return struct{}{}, err
	})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		return fmt.Errorf("%s in pool %s: %w", op, p.opts.Name, ErrPoolDown)
	case isOutage(err):
		p.recordError(err)
		return fmt.Errorf("%s in pool %s: %w: %w", op, p.opts.Name, ErrPoolDown, err)
	}
	return fmt.Errorf("%s in pool %s: %w", op, p.opts.Name, err)
}

// isOutage reports errors of a server that does not answer.
func isOutage(err error) bool {
	if err == nil || errors.Is(err, mongo.ErrNoDocuments) {
		return false
	}
	return mongo.IsTimeout(err) || mongo.IsNetworkError(err) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, mongo.ErrClientDisconnected) || errors.Is(err, errUnresolved) || isServerSelection(err)
}

// Down reports whether the breaker is open or half-open, so that Do fails.
func (p *Pool) Down() bool { return p.breaker.State() != gobreaker.StateClosed }

// Wrote adds to the estimated size of the pool until the next measurement.
func (p *Pool) Wrote(bytes int64) { p.written.Add(bytes) }

// NoteChange counts a change of the index. Call it after the write, also after a failed one, because the server may have applied it.
func (p *Pool) NoteChange() { p.changes.Add(1) }

// Changes returns the number of changes that this process has noted.
func (p *Pool) Changes() int64 { return p.changes.Load() }

// State returns the pool's condition.
func (p *Pool) State() PoolState {
	p.mu.Lock()
	defer p.mu.Unlock()
	//exhaustruct:enforce
	return PoolState{
		Name: p.opts.Name, Breaker: p.breaker.State().String(), DataBytes: p.dataBytes, IndexBytes: p.indexBytes,
		LimitBytes: p.opts.LimitBytes, Measured: p.measured, LastError: p.lastError,
	}
}

// freeBytes estimates how many bytes the pool can still store.
func (p *Pool) freeBytes() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opts.LimitBytes - p.dataBytes - p.indexBytes - p.written.Load()
}

func (p *Pool) recordError(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastError = err.Error()
}
