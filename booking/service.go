package booking

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"golang.org/x/sync/singleflight"

	"pavilion/internal/phrase"
	"pavilion/internal/quiet"
	"pavilion/storage"
)

// Options configure a Service.
type Options struct {
	DB       *pgxpool.Pool
	Redis    *storage.Redis // nil: no cache
	Logger   *slog.Logger
	Payments PaymentOptions
	LockWait time.Duration // for one lock; 2 s where 0
	ConnWait time.Duration // for a free connection; 1 s where 0
}

// database is a pool, or a transaction that an outer step has begun.
type database interface {
	storage.Beginner
	storage.Queryer
}

// Service is the booking domain. Many may run, in many processes, over one database.
type Service struct {
	db       database
	outer    pgx.Tx          // the step that this one is part of; nil: none
	pool     storage.Hurried // for reads, which are never part of an outer step
	cache    *busyCache
	setups   *setupCache
	flights  *singleflight.Group
	jobs     *river.Client[pgx.Tx]
	logger   *slog.Logger
	lockWait time.Duration
	payments PaymentOptions
	phrases  *phrase.Book
}

// New makes a Service; nothing runs until it is called.
func New(o Options) (*Service, error) {
	jobs, err := river.NewClient(riverpgxv5.New(o.DB), &river.Config{Logger: quiet.Logger(o.Logger.With("component", "jobs"))}) // inserts only
	if err != nil {
		return nil, fmt.Errorf("booking: job queue: %w", err)
	}
	phrases, err := phrase.Load()
	if err != nil {
		return nil, fmt.Errorf("booking: %w", err)
	}
	pool := storage.NewHurried(o.DB, cmp.Or(o.ConnWait, time.Second))
	return &Service{
		db: pool, pool: pool, cache: newBusyCache(o.Redis), setups: new(setupCache), flights: new(singleflight.Group), jobs: jobs,
		logger: o.Logger.With("component", "booking"), lockWait: cmp.Or(o.LockWait, 2*time.Second), payments: o.Payments, phrases: phrases,
	}, nil
}

// within is the same service inside a transaction that has begun: its steps are part of it, and whoever began it gives it up when one of them
// fails.
func (s *Service) within(tx pgx.Tx) *Service {
	inner := *s
	inner.db, inner.outer = tx, tx
	return &inner
}

// withSavepoints is the same service with steps that may fail without the transaction that they are in: each has a savepoint.
func (s *Service) withSavepoints() *Service {
	inner := *s
	inner.outer = nil
	return &inner
}

// inTx runs fn in a transaction and turns its error into one that can be told.
func (s *Service) inTx(ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	if s.outer != nil {
		return translate(ctx, fn(ctx, s.outer))
	}
	return translate(ctx, storage.InTx(ctx, s.db, fn))
}

// snapshot runs fn in a read-only transaction in which every statement sees the same commits.
func (s *Service) snapshot(ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	return translate(ctx, storage.InTx(ctx, s.pool.Snapshots(), fn))
}
