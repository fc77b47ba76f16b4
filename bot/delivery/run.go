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
	// mostWithPriority leaves places to people without priority.
	mostWithPriority = 48
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
		live, err := s.Jobs.Live(ctx)
		if err != nil && ctx.Err() == nil {
			s.Logger.LogAttrs(ctx, slog.LevelDebug, "deliveries cannot be read", slog.Any("error", err))
		}
		for _, job := range live {
			if s.begin(job) {
				work.Go(func() {
					defer s.end(job.ID)
					s.runJob(ctx, job.ID)
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
func (s *Screens) begin(job delivery.LiveJob) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	withPriority := 0
	for _, priority := range s.running {
		if priority {
			withPriority++
		}
	}
	if _, runs := s.running[job.ID]; runs || len(s.running) >= jobsAtOnce || job.Priority && withPriority >= mostWithPriority {
		return false
	}
	s.running[job.ID] = job.Priority
	return true
}

func (s *Screens) end(id delivery.JobID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, id)
}
