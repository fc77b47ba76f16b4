package broadcast

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

const (
	deleteEvery = 10 * time.Second
	// maxDeleteAfter leaves an hour before Telegram's limit of 48 hours, for a bot that is down when the messages are due.
	maxDeleteAfter = 47
	// unansweredPause is the time until messages are tried again for which Telegram has no answer.
	unansweredPause = time.Minute
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

// deleteOf deletes messages of one broadcast, and stores the outcome of each call. Messages that Telegram refuses to delete stay for good. Messages without
// an answer are put off, so that they delay no others.
func (r *Runner) deleteOf(ctx context.Context, id ID, list []delivery) error {
	b, err := r.service.Get(ctx, id)
	if err != nil {
		return err
	}
	var refused int
	err = r.deleteMessages(ctx, b, list, func(list []delivery, out Outcome) error {
		switch {
		case out.Class == Aborted:
			return fmt.Errorf("%w: %s", errNoOutcome, out.Name)
		case out.unanswered():
			return r.service.store.postponeDeletions(ctx, id, list, max(out.Wait, unansweredPause))
		case out.Class != Sent:
			refused += len(list)
		}
		return r.service.store.endDeletions(ctx, id, list, out.Class == Sent)
	})
	if refused > 0 {
		r.logger.LogAttrs(ctx, slog.LevelWarn, "messages of a broadcast cannot be deleted", slog.Int64("broadcast", int64(id)), slog.Int("recipients", refused))
	}
	return err
}
