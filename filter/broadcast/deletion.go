package broadcast

import (
	"context"
	"log/slog"
	"time"
)

const (
	deleteEvery = 10 * time.Second
	// maxDeleteAfter leaves an hour before Telegram's limit of 48 hours, for a bot that is down when the messages are due.
	maxDeleteAfter = 47
)

// deleteUntil deletes messages at their time until ctx ends.
func (r *Runner) deleteUntil(ctx context.Context) {
	ticker := time.NewTicker(deleteEvery)
	defer ticker.Stop()
	for {
		if err := r.deleteDue(ctx); err != nil && ctx.Err() == nil {
			r.logger.LogAttrs(ctx, slog.LevelInfo, "messages of broadcasts are not deleted yet", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// deleteDue deletes the messages whose time has come. A repeated call after a crash deletes the same messages again, which changes nothing.
func (r *Runner) deleteDue(ctx context.Context) error {
	for {
		due, err := r.service.store.dueDeletions(ctx, revisePage)
		if err != nil {
			return err
		}
		for id, list := range due {
			if err := r.deleteOf(ctx, id, list); err != nil {
				return err
			}
		}
		if len(due) == 0 {
			return nil
		}
	}
}

// deleteOf deletes messages of one broadcast, and stores that. Messages that Telegram refuses to delete stay for good.
func (r *Runner) deleteOf(ctx context.Context, id ID, list []delivery) error {
	b, err := r.service.Get(ctx, id)
	if err != nil {
		return err
	}
	var done Revision
	if err := r.unsend(ctx, b, list, &done); err != nil {
		return err
	}
	if done.Failed > 0 {
		r.logger.LogAttrs(ctx, slog.LevelWarn, "messages of a broadcast cannot be deleted", slog.Int64("broadcast", int64(id)), slog.Int64("recipients", done.Failed))
	}
	return r.service.store.endDeletions(ctx, id, list, done.Changed)
}
