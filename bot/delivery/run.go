package delivery

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"pavilion/filter/delivery"
)

const (
	pollEvery  = 5 * time.Second
	jobsAtOnce = 64
)

// wake makes Run look for new deliveries at once.
func (s *Screens) wake() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// Run sends the deliveries that are stored, and deletes messages whose time has come, until ctx ends.
func (s *Screens) Run(ctx context.Context) {
	select {
	case <-s.Client.SignedIn():
	case <-ctx.Done():
		return
	}
	var work sync.WaitGroup
	defer work.Wait()
	work.Go(func() { sweeper{s}.sweep(ctx) })
	for ctx.Err() == nil {
		ids, err := s.Jobs.Live(ctx)
		if err != nil && ctx.Err() == nil {
			s.Logger.LogAttrs(ctx, slog.LevelDebug, "deliveries cannot be read", slog.Any("error", err))
		}
		for _, id := range ids {
			if s.begin(id) {
				work.Go(func() {
					defer s.end(id)
					s.runJob(ctx, id)
				})
			}
		}
		select {
		case <-ctx.Done():
		case <-s.kick:
		case <-time.After(pollEvery):
		}
	}
}

// begin notes that a delivery runs; false where it does already, or too many do.
func (s *Screens) begin(id delivery.JobID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[id] || len(s.running) >= jobsAtOnce {
		return false
	}
	s.running[id] = true
	return true
}

func (s *Screens) end(id delivery.JobID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, id)
}
