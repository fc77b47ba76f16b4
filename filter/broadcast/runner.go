package broadcast

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"pavilion/filter"
)

// Runner sends the broadcasts that are due, one after the other. Only the process with the bot's session runs it.
type Runner struct {
	service *Service
	sender  sender
	pinner  pinner
	isAdmin func(person filter.UserID) bool
	logger  *slog.Logger
	// again is when to go on with a broadcast that waits for some chats only. Run's goroutine uses it.
	again map[ID]time.Time
}

// NewRunner makes a Runner.
func NewRunner(s *Service, to sender, pins pinner, isAdmin func(person filter.UserID) bool, logger *slog.Logger) *Runner {
	return &Runner{service: s, sender: to, pinner: pins, isAdmin: isAdmin, logger: logger.With("part", "broadcast"), again: map[ID]time.Time{}}
}

const (
	idle       = 5 * time.Second // between looks for something to send
	sweepEvery = time.Hour
	sweepBatch = 5000
	draftKept  = 30 * 24 * time.Hour // since it was made
)

// Run sends until ctx ends.
func (r *Runner) Run(ctx context.Context) {
	var deleting sync.WaitGroup
	defer deleting.Wait()
	deleting.Go(func() { r.deleteUntil(ctx) })
	var swept time.Time
	for ctx.Err() == nil {
		worked, err := r.step(ctx)
		if err != nil && ctx.Err() == nil {
			r.logger.LogAttrs(ctx, slog.LevelWarn, "broadcasts do not go on", slog.Any("error", err))
		}
		if now := r.service.opts.Now(); now.Sub(swept) > sweepEvery {
			swept = now
			r.sweep(ctx)
		}
		if worked && err == nil {
			continue
		}
		timer := time.NewTimer(idle)
		select {
		case <-ctx.Done():
		case <-r.service.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// step revises, sends the first broadcast that can go on, or starts the next one. It returns false if there is nothing to do.
func (r *Runner) step(ctx context.Context) (worked bool, err error) {
	revised, err := r.service.store.revised(ctx)
	if err != nil {
		return false, err
	}
	for _, b := range revised {
		did, err := r.revise(ctx, b)
		if err != nil {
			return false, err
		}
		worked = worked || did
	}
	running, err := r.service.store.running(ctx)
	if err != nil {
		return worked, err
	}
	for _, b := range running {
		if r.service.opts.Now().Before(r.again[b.ID]) || !r.service.InHours(b) {
			continue
		}
		parked, err := r.send(ctx, b)
		if err != nil {
			return worked, err
		}
		if !parked {
			return true, nil
		}
	}
	due, err := r.service.store.due(ctx, r.service.opts.Now())
	if err != nil || len(due) == 0 {
		return worked, err
	}
	_, err = r.service.move(ctx, due[0], Running)
	if errors.Is(err, ErrChanged) { // an admin cancelled it
		err = nil
	}
	return true, err
}

// send sends a broadcast until it is done, stopped, or waits: for pools that do not answer, or for chats that Telegram makes wait.
func (r *Runner) send(ctx context.Context, b Broadcast) (parked bool, err error) {
	if !r.isAdmin(b.Author) {
		return false, r.pause(ctx, b.ID, NotAdmin)
	}
	cursors, err := r.service.store.openCursors(ctx, b.ID, r.service.sourceOf(b.Plan.Segment).pools())
	if err != nil {
		return false, err
	}
	chosen, err := r.service.selection(ctx, b.Plan.Segment)
	if err != nil {
		return false, err
	}
	var again time.Time
	delete(r.again, b.ID)
	paid := newBudget(b)
	for _, c := range cursors {
		if c.finished {
			continue
		}
		p := newPass(r, b, c, chosen, paid)
		err := p.run(ctx)
		switch {
		case errors.Is(err, errPoolDown):
			parked = true
			err = r.service.store.park(ctx, b.ID, c.pool, true)
		case err == nil:
			if again.IsZero() || !p.again.IsZero() && p.again.Before(again) {
				again = p.again
			}
			err = r.service.store.park(ctx, b.ID, c.pool, false)
		case errors.Is(p.stopped(), errHours):
			return true, nil
		case p.stopped() != nil:
			return false, r.stop(ctx, b.ID, p.stopped())
		}
		if err != nil {
			return false, err
		}
		b.Content = p.content.get()
	}
	if !parked && !again.IsZero() {
		r.again[b.ID] = again
	}
	if parked || !again.IsZero() {
		return true, nil
	}
	return false, r.finish(ctx, b.ID)
}

// stop pauses a broadcast if the pass stopped for a reason that the broadcast's row does not have yet.
func (r *Runner) stop(ctx context.Context, id ID, why error) error {
	switch {
	case errors.Is(why, errNotAdmin):
		return r.pause(ctx, id, NotAdmin)
	case errors.Is(why, errContent):
		return r.pause(ctx, id, BadContent)
	}
	return nil
}

func (r *Runner) pause(ctx context.Context, id ID, why PauseReason) error {
	return r.change(ctx, id, func(b Broadcast) error {
		_, err := r.service.Pause(ctx, b, why)
		return err
	})
}

func (r *Runner) finish(ctx context.Context, id ID) error {
	return r.change(ctx, id, func(b Broadcast) error {
		_, err := r.service.move(ctx, b, Done)
		return err
	})
}

// change changes a running broadcast, again if an admin changed it at the same time.
func (r *Runner) change(ctx context.Context, id ID, apply func(b Broadcast) error) error {
	for {
		b, err := r.service.Get(ctx, id)
		if err != nil || b.State != Running {
			return err
		}
		if err := apply(b); !errors.Is(err, ErrChanged) {
			return err
		}
	}
}

func (r *Runner) sweep(ctx context.Context) {
	if err := r.service.store.deleteDrafts(ctx, r.service.opts.Now().Add(-draftKept)); err != nil {
		r.logger.LogAttrs(ctx, slog.LevelWarn, "old drafts were not deleted", slog.Any("error", err))
	}
	for more := true; more; {
		var err error
		if more, err = r.service.store.sweep(ctx, r.service.opts.Now().Add(-revisionWindow), sweepBatch); err != nil {
			r.logger.LogAttrs(ctx, slog.LevelWarn, "old deliveries were not deleted", slog.Any("error", err))
			return
		}
	}
}
