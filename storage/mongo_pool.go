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
	"pavilion/internal/secret"
)

// ErrPoolDown means that a pool's breaker is open: the server was not asked.
var ErrPoolDown = fault.New(fault.Unavailable, "pool_down", "A part of the archive does not answer right now.")

// PoolOptions describe one MongoDB database that the archive is spread over.
type PoolOptions struct {
	Name       string // what people see when it is down
	URI        secret.String
	Database   string
	LimitBytes int64                 // dataSize + indexSize it may hold; 0 means 512 MB, a free cluster's limit
	Monitor    *event.CommandMonitor // hears of every command; nil where nobody listens
}

// Pool is one MongoDB database behind a breaker.
type Pool struct {
	opts    PoolOptions
	timeout time.Duration
	now     func() time.Time
	client  *mongo.Client
	breaker *gobreaker.CircuitBreaker[struct{}]

	wrote atomic.Int64 // bytes written since the sizes were measured

	mu        sync.Mutex
	data      int64
	index     int64
	measured  time.Time
	lastError string
}

// PoolState is a pool's condition, for people.
type PoolState struct {
	Name       string
	Breaker    string // closed, open or half-open
	DataBytes  int64
	IndexBytes int64
	LimitBytes int64
	Measured   time.Time // zero where it was never measured
	LastError  string
}

const (
	selectWithin    = time.Second
	enoughTime      = time.Second // a caller whose patience ends after it has seen an outage
	breakerFailures = 3
	breakerOpenFor  = 2 * time.Second
	defaultLimit    = 512 << 20
)

func newPool(o PoolOptions, timeout time.Duration, now func() time.Time, changed func(p *Pool, from, to gobreaker.State)) (*Pool, error) {
	if o.LimitBytes == 0 {
		o.LimitBytes = defaultLimit
	}
	client, err := mongo.Connect(options.Client().ApplyURI(o.URI.Reveal()).
		SetAppName("pavilion").SetMonitor(o.Monitor).
		// A server that refuses connections is seen sooner than a slow one, and before callers give up: what a caller gave up on tells nothing.
		SetServerSelectionTimeout(min(timeout, selectWithin)).SetConnectTimeout(timeout).
		// What is acknowledged must survive a kill of the server: the ledger says "stored" right after.
		SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: new(true)}))
	if err != nil {
		return nil, fmt.Errorf("pool %s: the URI cannot be read (mongodb://user:password@host:27017/database)", o.Name) // the cause may quote the password
	}
	p := &Pool{opts: o, timeout: timeout, now: now, client: client}
	p.breaker = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Name: o.Name, MaxRequests: 1, Timeout: breakerOpenFor,
		ReadyToTrip:   func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakerFailures },
		OnStateChange: func(_ string, from, to gobreaker.State) { changed(p, from, to) },
		IsSuccessful:  func(err error) bool { return !isOutage(err) },
		IsExcluded:    func(err error) bool { return errors.Is(err, errCallerGone) || errors.Is(err, ErrSkipped) },
	})
	return p, nil
}

// Name is what people see.
func (p *Pool) Name() string { return p.opts.Name }

// ErrSkipped is for a function that did not ask the server after all.
var ErrSkipped = errors.New("not asked")

// errCallerGone marks a call that ended because its caller did, before the server had time to answer; it tells nothing of the server.
var errCallerGone = errors.New("the caller went away")

// Do runs fn against the pool's database within the pool's timeout, unless the breaker is open. Only an outage counts against the
// breaker; an error that the server answered with, a duplicate key say, does not. While the breaker is half-open only Measure may ask, so
// nobody who waits for an answer is the probe.
func (p *Pool) Do(ctx context.Context, op string, fn func(ctx context.Context, db *mongo.Database) error) error {
	if p.Down() {
		return fmt.Errorf("%s in pool %s: %w", op, p.opts.Name, ErrPoolDown)
	}
	return p.ask(ctx, op, fn)
}

func (p *Pool) ask(ctx context.Context, op string, fn func(ctx context.Context, db *mongo.Database) error) error {
	_, err := p.breaker.Execute(func() (struct{}, error) {
		began := p.now()
		cctx, cancel := context.WithTimeout(ctx, p.timeout)
		defer cancel()
		err := fn(cctx, p.client.Database(p.opts.Database))
		waited := errors.Is(ctx.Err(), context.DeadlineExceeded) && p.now().Sub(began) >= enoughTime
		if err != nil && ctx.Err() != nil && !waited {
			return struct{}{}, errors.Join(errCallerGone, err)
		}
		return struct{}{}, err
	})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
		return fmt.Errorf("%s in pool %s: %w", op, p.opts.Name, ErrPoolDown)
	case isOutage(err):
		p.note(err)
		return fmt.Errorf("%s in pool %s: %w: %w", op, p.opts.Name, ErrPoolDown, err)
	}
	return fmt.Errorf("%s in pool %s: %w", op, p.opts.Name, err)
}

// isOutage tells a server that does not answer from one that answers no.
func isOutage(err error) bool {
	if err == nil || errors.Is(err, mongo.ErrNoDocuments) {
		return false
	}
	return mongo.IsTimeout(err) || mongo.IsNetworkError(err) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, mongo.ErrClientDisconnected) || isSelection(err)
}

// Down tells whether the breaker keeps calls away now.
func (p *Pool) Down() bool { return p.breaker.State() != gobreaker.StateClosed }

// Wrote adds to the estimate of the pool's size until it is measured again.
func (p *Pool) Wrote(bytes int64) { p.wrote.Add(bytes) }

// State reports the pool's condition.
func (p *Pool) State() PoolState {
	p.mu.Lock()
	defer p.mu.Unlock()
	return PoolState{
		Name: p.opts.Name, Breaker: p.breaker.State().String(), DataBytes: p.data, IndexBytes: p.index,
		LimitBytes: p.opts.LimitBytes, Measured: p.measured, LastError: p.lastError,
	}
}

// room is how many bytes the pool may still take.
func (p *Pool) room() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opts.LimitBytes - p.data - p.index - p.wrote.Load()
}

func (p *Pool) note(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastError = err.Error()
}
