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

// ErrLeaseLost means that another process has the lease, or may have it. It is the cause of the context that Run cancels.
var ErrLeaseLost = errors.New("the lease is lost")

// LeaseOptions configure a Lease.
type LeaseOptions struct {
	Name   string
	Holder string        // unique for each start of a process
	TTL    time.Duration // 0 means 10 s. A standby takes over at most one TTL and one second after the holder died.
	Logger *slog.Logger
}

// Lease lets one of several processes act. A row in Postgres has the holder and the expiry, by the database's clock.
//
// A holder that cannot reach Postgres stops when its lease expires, if a standby waited at the last renewal: that standby takes over. Without a
// standby the holder continues, because search must survive an outage of Postgres.
//
// Two processes can therefore be active for a short time: the holder is cut off from Postgres, has no standby, and another process starts. This lasts
// until the holder's next renewal. Their concurrent work is safe: a posting list is replaced only if it has not changed since it was read, and both
// processes make equal documents from the same posts.
type Lease struct {
	db   Queryer
	opts LeaseOptions
}

// NewLease makes a Lease; Run acquires it.
func NewLease(db Queryer, o LeaseOptions) *Lease {
	o.TTL = cmp.Or(o.TTL, 10*time.Second)
	return &Lease{db: db, opts: o}
}

// Run waits until it acquires the lease, calls fn, and releases the lease when fn returns. If the lease is lost, Run cancels fn's context with the
// cause ErrLeaseLost and returns ErrLeaseLost. Otherwise it returns fn's error. It may be called again.
func (l *Lease) Run(ctx context.Context, fn func(ctx context.Context) error) error {
	log := l.opts.Logger.With("component", "lease", "lease", l.opts.Name)
	now, err := l.waitUntilAcquired(ctx, log)
	if err != nil {
		return err
	}
	log.LogAttrs(ctx, slog.LevelInfo, "lease taken")
	held, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		l.renewLoop(held, now, lose, log)
	}()
	err = fn(held)
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

// tenure is a successful acquisition or renewal.
type tenure struct {
	valid   context.Context //nolint:containedctx // ends when the lease expires, or with the context of Run
	end     context.CancelFunc
	standby bool // another process waits for the lease
}

// waitUntilAcquired tries until it has the lease. It also waits for an unreachable Postgres, because without the lease this process may not act.
func (l *Lease) waitUntilAcquired(ctx context.Context, log *slog.Logger) (tenure, error) {
	waiting := false
	for {
		now, taken, err := l.acquireOrRenew(ctx, ctx)
		if taken {
			return now, nil
		}
		if ctx.Err() != nil {
			return now, context.Cause(ctx)
		}
		if !waiting {
			waiting = true
			log.LogAttrs(ctx, slog.LevelInfo, "waiting for the lease", slog.Any("error", err))
		}
		if err == nil {
			l.noteStandby(ctx)
		}
		select {
		case <-ctx.Done():
			return now, context.Cause(ctx)
		case <-time.After(min(standbyPoll, l.opts.TTL/3)):
		}
	}
}

// renewLoop renews the lease until ctx ends. It calls lose when another process has it, or may have it.
func (l *Lease) renewLoop(ctx context.Context, now tenure, lose context.CancelCauseFunc, log *slog.Logger) {
	ticker := time.NewTicker(l.opts.TTL / 3)
	defer ticker.Stop()
	defer func() { now.end() }()
	unreachable := false
	for {
		limit := ctx //nolint:contextcheck // the tenure's context is derived from ctx
		if now.standby {
			limit = now.valid
		}
		select {
		case <-limit.Done():
		case <-ticker.C:
		}
		var next tenure
		var taken bool
		err := limit.Err()
		if err == nil {
			next, taken, err = l.acquireOrRenew(ctx, limit)
		}
		switch {
		case ctx.Err() != nil:
			return
		case limit.Err() != nil && !taken:
			log.LogAttrs(ctx, slog.LevelError, "lease ran out while Postgres cannot be reached; the process that stands by takes over", slog.Any("error", err))
			lose(ErrLeaseLost)
			return
		case err != nil:
			if !unreachable {
				log.LogAttrs(ctx, slog.LevelWarn, "lease cannot be renewed", slog.Bool("standby", now.standby), slog.Any("error", err))
			}
			unreachable = true
		case !taken:
			log.LogAttrs(ctx, slog.LevelError, "lease lost to another process")
			lose(ErrLeaseLost)
			return
		default:
			now.end()
			now, unreachable = next, false
		}
	}
}

const (
	leaseTimeout = 3 * time.Second
	standbyFor   = 30 * time.Second // a standby counts as waiting for this long after its last try
)

// acquireOrRenew inserts or updates the row in one statement. taken is false if another holder's lease has not expired. The statement is cancelled
// with limit.
func (l *Lease) acquireOrRenew(ctx, limit context.Context) (now tenure, taken bool, err error) {
	now.valid, now.end = context.WithTimeout(ctx, l.opts.TTL)
	defer func() {
		if !taken {
			now.end()
		}
	}()
	limit, cancel := context.WithTimeout(limit, leaseTimeout)
	defer cancel()
	err = l.db.QueryRow(limit, `
		INSERT INTO lease (name, holder, expires_at) VALUES ($1, $2, clock_timestamp() + $3)
		ON CONFLICT (name) DO UPDATE SET holder = $2, expires_at = clock_timestamp() + $3, standby_at = CASE WHEN lease.holder = $2 THEN lease.standby_at END
			WHERE lease.holder = $2 OR lease.expires_at <= clock_timestamp()
		RETURNING coalesce(standby_at > clock_timestamp() - $4::interval, false)`, l.opts.Name, l.opts.Holder, l.opts.TTL, standbyFor).Scan(&now.standby)
	if errors.Is(err, pgx.ErrNoRows) {
		return now, false, nil
	}
	if err != nil {
		return now, false, fmt.Errorf("take lease %s: %w", l.opts.Name, err)
	}
	return now, true, nil
}

// noteStandby records in the row that this process waits. An error is ignored, because the next try records it.
func (l *Lease) noteStandby(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	_, _ = l.db.Exec(ctx, `UPDATE lease SET standby_at = clock_timestamp() WHERE name = $1 AND holder <> $2`, l.opts.Name, l.opts.Holder)
}

// deleteRow gives the lease back, also after ctx has ended.
func (l *Lease) deleteRow(ctx context.Context, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseTimeout)
	defer cancel()
	if _, err := l.db.Exec(ctx, `DELETE FROM lease WHERE name = $1 AND holder = $2`, l.opts.Name, l.opts.Holder); err != nil {
		log.LogAttrs(ctx, slog.LevelWarn, "lease not given back; it expires by itself", slog.Any("error", err))
	}
}
