package storage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrLeaseLost means that another process took the lease. It is the cause with which the context of Run's fn ends.
var ErrLeaseLost = errors.New("the lease went to another process")

// LeaseOptions configure a Lease.
type LeaseOptions struct {
	Name   string
	Holder string        // unique for each start of a process
	TTL    time.Duration // 0 means 10 s. A standby takes over at most one TTL and one second after the holder died.
	Logger *slog.Logger
}

// Lease lets one of several processes act. A row in Postgres has the holder and the expiry, by the database's clock.
//
// While Postgres is unreachable the holder continues, because search must survive an outage of Postgres, in which no other process can take the lease
// either. When only the holder's own connection to Postgres is broken, a standby takes over while the old holder still acts. The old holder stops at
// the first renewal that finds the new one. Until then the work of both must be safe: the index writes a posting list only as it was read, and
// two documents of one file are equal, because both processes read the same posts. Processes in one network keep this time short.
type Lease struct {
	db   Queryer
	opts LeaseOptions
}

// NewLease makes a Lease; Run acquires it.
func NewLease(db Queryer, o LeaseOptions) *Lease {
	o.TTL = cmp.Or(o.TTL, 10*time.Second)
	return &Lease{db: db, opts: o}
}

// Run waits until it acquires the lease, calls fn, and gives the lease back when fn returns. When another process takes the lease, fn's context ends
// with ErrLeaseLost. Run returns fn's error, or ErrLeaseLost, and may be called again.
func (l *Lease) Run(ctx context.Context, fn func(ctx context.Context) error) error {
	log := l.opts.Logger.With("component", "lease", "lease", l.opts.Name)
	if err := l.waitUntilAcquired(ctx, log); err != nil {
		return err
	}
	log.LogAttrs(ctx, slog.LevelInfo, "lease taken")
	held, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		l.renewLoop(held, lose, log)
	}()
	err := fn(held)
	if errors.Is(context.Cause(held), ErrLeaseLost) {
		err = ErrLeaseLost
	}
	lose(nil)
	<-renewed
	l.deleteRow(ctx, log)
	return err
}

// standbyPoll is the longest time between two tries of a standby.
const standbyPoll = time.Second

// waitUntilAcquired tries until it has the lease. It also waits for an unreachable Postgres, because without the lease this process may not act.
func (l *Lease) waitUntilAcquired(ctx context.Context, log *slog.Logger) error {
	waiting := false
	for {
		taken, err := l.acquireOrRenew(ctx)
		if taken {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !waiting {
			waiting = true
			log.LogAttrs(ctx, slog.LevelInfo, "waiting for the lease", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(min(standbyPoll, l.opts.TTL/3)):
		}
	}
}

// renewLoop renews the lease until ctx ends. It calls lose when another process has it.
func (l *Lease) renewLoop(ctx context.Context, lose context.CancelCauseFunc, log *slog.Logger) {
	ticker := time.NewTicker(l.opts.TTL / 3)
	defer ticker.Stop()
	unreachable := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		taken, err := l.acquireOrRenew(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if !unreachable {
				log.LogAttrs(ctx, slog.LevelWarn, "lease cannot be renewed; going on until Postgres names another holder", slog.Any("error", err))
			}
			unreachable = true
		case !taken:
			log.LogAttrs(ctx, slog.LevelError, "lease lost to another process")
			lose(ErrLeaseLost)
			return
		default:
			unreachable = false
		}
	}
}

const leaseTimeout = 3 * time.Second

// acquireOrRenew inserts or updates the row in one statement, unless it has another holder and is not expired. It returns false in that case.
func (l *Lease) acquireOrRenew(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	var holder string
	err := l.db.QueryRow(ctx, `
		INSERT INTO lease (name, holder, expires_at) VALUES ($1, $2, clock_timestamp() + $3)
		ON CONFLICT (name) DO UPDATE SET holder = $2, expires_at = clock_timestamp() + $3
			WHERE lease.holder = $2 OR lease.expires_at <= clock_timestamp()
		RETURNING holder`, l.opts.Name, l.opts.Holder, l.opts.TTL).Scan(&holder)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take lease %s: %w", l.opts.Name, err)
	}
	return true, nil
}

// deleteRow gives the lease back, also after ctx has ended.
func (l *Lease) deleteRow(ctx context.Context, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseTimeout)
	defer cancel()
	if _, err := l.db.Exec(ctx, `DELETE FROM lease WHERE name = $1 AND holder = $2`, l.opts.Name, l.opts.Holder); err != nil {
		log.LogAttrs(ctx, slog.LevelWarn, "lease not given back; it expires by itself", slog.Any("error", err))
	}
}
