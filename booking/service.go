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

// database is a pool, or the transaction of a caller.
type database interface {
	storage.Beginner
	storage.Queryer
}

// Service offers everything that callers do with bookings. Several services, in several processes, may share one database.
type Service struct {
	db       database
	outer    pgx.Tx              // the caller's transaction, in which changes run; nil: each change has its own
	pool     storage.BoundedPool // for reads outside of any transaction
	cache    *busyCache
	setups   *setupCache
	flights  *singleflight.Group
	jobs     *river.Client[pgx.Tx]
	logger   *slog.Logger
	lockWait time.Duration
	payments PaymentOptions
	phrases  *phrase.Book
	seen     Seen
}

// New makes a Service. It starts no goroutine.
func New(o Options) (*Service, error) {
	jobs, err := river.NewClient(riverpgxv5.New(o.DB), &river.Config{Logger: quiet.Logger(o.Logger.With("component", "jobs"))}) // inserts only
	if err != nil {
		return nil, fmt.Errorf("booking: job queue: %w", err)
	}
	phrases, err := phrase.Load()
	if err != nil {
		return nil, fmt.Errorf("booking: %w", err)
	}
	pool := storage.NewBoundedPool(o.DB, cmp.Or(o.ConnWait, time.Second))
	return &Service{
		db: pool, pool: pool, cache: newBusyCache(o.Redis), setups: new(setupCache), flights: new(singleflight.Group), jobs: jobs,
		logger: o.Logger.With("component", "booking"), lockWait: cmp.Or(o.LockWait, 2*time.Second), payments: o.Payments, phrases: phrases,
	}, nil
}

// within returns the service inside a transaction. Its changes are part of the transaction, and the caller rolls it back when one of them fails.
func (s *Service) within(tx pgx.Tx) *Service {
	inner := *s
	inner.db, inner.outer = tx, tx
	return &inner
}

// withSavepoints returns the service with a savepoint for each change, so that a change inside a caller's transaction can fail and be retried.
func (s *Service) withSavepoints() *Service {
	inner := *s
	inner.outer = nil
	return &inner
}

// inTx runs fn in a transaction, the caller's if there is one, and translates its error for people.
func (s *Service) inTx(ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	if s.outer != nil {
		return translate(ctx, fn(ctx, s.outer))
	}
	return translate(ctx, storage.InTx(ctx, s.db, fn))
}

// snapshot runs fn in a read-only transaction in which all statements see the same commits.
func (s *Service) snapshot(ctx context.Context, fn func(ctx context.Context, tx pgx.Tx) error) error {
	return translate(ctx, storage.InTx(ctx, s.pool.Snapshots(), fn))
}
