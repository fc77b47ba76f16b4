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

// ErrLeaseLost is the cause of the context of a function whose lease was taken over.
var ErrLeaseLost = errors.New("the lease went to another process")

// LeaseOptions name a lease and its holder.
type LeaseOptions struct {
	Name   string
	Holder string        // unique for each process start
	TTL    time.Duration // 10 s where 0; a standby takes over at most one TTL and a second after the holder died
	Logger *slog.Logger
}

// Lease lets one process of several act: a row in Postgres names the holder and an expiry, judged by the database's clock.
//
// While Postgres is unreachable the holder goes on, because search must survive an outage of Postgres, in which nobody else can take the lease
// either. Where only the way from the holder to Postgres is broken, a standby takes over while the old holder still acts; it steps down at the
// first renewal that shows the other one. What both do meanwhile must be harmless: lists of words are written only as they were read, and two
// copies of a file's document hold the same, for both read the same posts. Run the processes beside one another, so that it stays short.
type Lease struct {
	db   Queryer
	opts LeaseOptions
}

// NewLease describes a lease; Run takes it.
func NewLease(db Queryer, o LeaseOptions) *Lease {
	o.TTL = cmp.Or(o.TTL, 10*time.Second)
	return &Lease{db: db, opts: o}
}

// Run waits until the lease is ours, runs fn, and gives the lease back when fn returns. fn's context ends with ErrLeaseLost when
// another process took the lease. It returns fn's error, or ErrLeaseLost; the caller may run it again.
func (l *Lease) Run(ctx context.Context, fn func(ctx context.Context) error) error {
	log := l.opts.Logger.With("component", "lease", "lease", l.opts.Name)
	if err := l.wait(ctx, log); err != nil {
		return err
	}
	log.LogAttrs(ctx, slog.LevelInfo, "lease taken")
	held, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		l.renew(held, lose, log)
	}()
	err := fn(held)
	if errors.Is(context.Cause(held), ErrLeaseLost) {
		err = ErrLeaseLost
	}
	lose(nil)
	<-renewed
	l.release(ctx, log)
	return err
}

// waitEvery is how often a standby asks; a holder renews less often.
const waitEvery = time.Second

// wait tries until the lease is ours. An unreachable Postgres is waited for too: without it nobody may act.
func (l *Lease) wait(ctx context.Context, log *slog.Logger) error {
	waiting := false
	for {
		taken, err := l.take(ctx)
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
		case <-time.After(min(waitEvery, l.opts.TTL/3)):
		}
	}
}

func (l *Lease) renew(ctx context.Context, lose context.CancelCauseFunc, log *slog.Logger) {
	ticker := time.NewTicker(l.opts.TTL / 3)
	defer ticker.Stop()
	unreachable := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		taken, err := l.take(ctx)
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

const leaseCall = 3 * time.Second

// take takes or renews the lease in one statement: the row changes hands only when it is ours or has expired.
func (l *Lease) take(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseCall)
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

func (l *Lease) release(ctx context.Context, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseCall)
	defer cancel()
	if _, err := l.db.Exec(ctx, `DELETE FROM lease WHERE name = $1 AND holder = $2`, l.opts.Name, l.opts.Holder); err != nil {
		log.LogAttrs(ctx, slog.LevelWarn, "lease not given back; it expires by itself", slog.Any("error", err))
	}
}
