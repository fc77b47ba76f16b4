package archivechaos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pavilion/sandbox"
)

// fault is a failure. It begins, lasts for a time while events go on, and ends.
type fault struct {
	name  string
	begin func(ctx context.Context) error
	lasts time.Duration
	end   func(ctx context.Context) error
}

func nothing(context.Context) error { return nil }

// faults lists the faults in their order.
func (s *scene) faults() []fault {
	lasts, kills := 10*time.Second, 5
	if s.options.Short {
		lasts, kills = 1500*time.Millisecond, 2
	}
	var list []fault
	killAll := func(what string) {
		for i := range kills {
			list = append(list, fault{fmt.Sprintf("kill -9 of the bot%s, %d of %d", what, i+1, kills), s.restart, 0, nothing})
		}
	}
	list = append(list, s.stopPool(0, lasts), s.hangPool(1, lasts), s.fillPools(lasts, 2))
	killAll("")
	list = append(list, s.killBeside(s.hangPool(2, lasts)), s.twoBots(lasts, true))
	if s.options.Short {
		return list
	}
	list = append(list, s.stopPool(1, lasts), s.stopPool(2, lasts), s.hangPool(0, lasts), s.fillPools(lasts, 0), s.fillPools(lasts, 0, 1, 2),
		s.twoBots(lasts, false), s.killBeside(s.stopPool(0, lasts)), s.killBeside(s.fillPools(lasts, 0, 1, 2)))
	two := s.twoBots(2*lasts, true)
	list = append(list, within(two, s.hangPool(1, lasts)))
	killAll(", again")
	return list
}

func (s *scene) stopPool(i int, lasts time.Duration) fault {
	return fault{fmt.Sprintf("database %d stopped", i+1), func(context.Context) error { s.Engines.StopMongo(i); return nil }, lasts, func(ctx context.Context) error { return s.Engines.StartMongo(ctx, i) }}
}

func (s *scene) hangPool(i int, lasts time.Duration) fault {
	return fault{fmt.Sprintf("database %d hangs", i+1), func(context.Context) error { return s.Engines.PauseMongo(i) }, lasts, func(context.Context) error { return s.Engines.ResumeMongo(i) }}
}

func (s *scene) fillPools(lasts time.Duration, which ...int) fault {
	set := func(on bool) func(context.Context) error {
		return func(context.Context) error {
			for _, i := range which {
				s.quotas[i].SetFull(on)
			}
			return nil
		}
	}
	name := fmt.Sprintf("database %d full", which[0]+1)
	if len(which) > 1 {
		name = "all databases full"
	}
	return fault{name, set(true), lasts, set(false)}
}

// killBeside kills the bot in the middle of another fault.
func (s *scene) killBeside(f fault) fault {
	return within(f, fault{"kill -9 of the bot", s.restart, 0, nothing})
}

// within lets a fault happen in the middle of another.
func within(outer, inner fault) fault {
	begin := func(ctx context.Context) error {
		return errors.Join(outer.begin(ctx), sandbox.Pause(ctx, outer.lasts/4), inner.begin(ctx), sandbox.Pause(ctx, inner.lasts), inner.end(ctx))
	}
	return fault{outer.name + ", meanwhile " + inner.name, begin, outer.lasts / 4, outer.end}
}

var errOneBot = errors.New("only one process was the bot")

// twoBots cuts the bot off from Postgres and starts another process, which takes the lease. Both are the bot and index the same posts. At the end the
// first one is killed, or reaches Postgres again and finds that its lease is lost.
func (s *scene) twoBots(lasts time.Duration, killed bool) fault {
	var first *process
	name := "lease lost, both index, and the first one comes back"
	if killed {
		name = "lease lost, both index, and kill -9 of the first one"
	}
	return fault{name, func(ctx context.Context) (err error) {
		first = s.bot
		first.way.Cut()
		if err := s.freeLease(ctx); err != nil {
			return err
		}
		if s.bot, err = s.start(ctx); err != nil {
			return err
		}
		if err := s.ready(ctx, s.bot); err != nil {
			return err
		}
		for _, p := range []*process{first, s.bot} {
			active, err := s.figure(ctx, p, "pavilion_bot_active")
			if err != nil {
				return err
			}
			if active != 1 {
				return errOneBot
			}
		}
		return nil
	}, lasts, func(ctx context.Context) error {
		if !killed {
			if err := first.way.LeadTo(ctx, s.postgres.Host); err != nil {
				return err
			}
			if err := s.untilFigure(ctx, first, "pavilion_bot_active", 0); err != nil {
				return err
			}
		}
		first.kill()
		return nil
	}}
}

// untilFigure waits until a figure of a process has a value.
func (s *scene) untilFigure(ctx context.Context, p *process, name string, want float64) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("%w: %s is not %v", errNoFigure, name, want))
	defer cancel()
	for {
		if got, err := s.figure(ctx, p, name); err == nil && got == want {
			return nil
		}
		if sandbox.Pause(ctx, 100*time.Millisecond) != nil { // the metrics send no signal
			return context.Cause(ctx)
		}
	}
}
