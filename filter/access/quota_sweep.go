package access

import (
	"context"
	"log/slog"
	"time"

	"pavilion/storage"
)

const (
	sweepEvery  = time.Minute
	sweepCall   = 10 * time.Second
	resumeAfter = "1 minute" // longer than the handler of a tap may take
)

// Run repeats the deliveries that an earlier process did not end. Then it repeats those whose outcome stays unknown, releases reservations whose owner shows no
// sign of life, and deletes old rows, until ctx ends. Only the holder of the bot's lease calls it. resume gets what ReserveOnce was given.
func (q *Quota) Run(ctx context.Context, resume func(data []byte)) {
	for _, data := range q.Resumable(ctx, true) {
		resume(data)
	}
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, data := range q.Resumable(ctx, false) {
			resume(data)
		}
		q.Sweep(ctx)
	}
}

// Resumable returns the data of deliveries that did not end: those that are due, or all of them. A delivery that is returned is due again a minute later.
func (q *Quota) Resumable(ctx context.Context, all bool) [][]byte {
	ctx, cancel := context.WithTimeout(ctx, sweepCall)
	defer cancel()
	list, err := q.rows.selectResumable(ctx, all)
	if err != nil {
		q.warn(ctx, "deliveries that did not end cannot be read", err)
	}
	return list
}

// Sweep releases the reservations that have expired, and deletes rows that count for nothing any more.
func (q *Quota) Sweep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, sweepCall)
	defer cancel()
	released, err := q.rows.releaseExpired(ctx)
	if released > 0 {
		q.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "reserved files were released", slog.Int("reservations", released))
	}
	if err == nil {
		err = q.rows.deleteOld(ctx)
	}
	if err != nil {
		q.warn(ctx, "reserved files cannot be released", err)
	}
}

func (q *Quota) warn(ctx context.Context, message string, err error) {
	if ctx.Err() == nil && !storage.Unreachable(err) { // an outage is logged by the health checks
		q.opts.Logger.LogAttrs(ctx, slog.LevelWarn, message, slog.Any("error", err)) //nolint:sloglint // the callers' constants
	}
}
