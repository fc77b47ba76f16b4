package broadcast

import (
	"context"
	"time"
)

// PoolEstimate is one pool's part of a broadcast.
type PoolEstimate struct {
	Pool    string
	People  int // recipients who would get it
	Blocked int // those who blocked the bot, or groups that refused its messages
	Down    bool
}

// Estimate is what a broadcast would be, for people or for groups. A person who has a document in two pools counts once.
type Estimate struct {
	Pools    []PoolEstimate
	OptedOut int
	Duration time.Duration // of the sending
	End      time.Time     // of the last message if it starts now and keeps to its hours; zero without hours
	Stars    int           // at most, of a paid broadcast
}

// People is the number of people who would get it.
func (e Estimate) People() (n int) {
	for _, p := range e.Pools {
		n += p.People
	}
	return n
}

// Blocked is the number of people who blocked the bot.
func (e Estimate) Blocked() (n int) {
	for _, p := range e.Pools {
		n += p.Blocked
	}
	return n
}

// Down lists the pools that do not answer.
func (e Estimate) Down() (names []string) {
	for _, p := range e.Pools {
		if p.Down {
			names = append(names, p.Pool)
		}
	}
	return names
}

// Estimate counts the recipients of a broadcast in every pool.
func (s *Service) Estimate(ctx context.Context, b Broadcast) (Estimate, error) {
	sel, err := s.selection(ctx, b.Plan.Segment)
	if err != nil {
		return Estimate{}, err
	}
	var e Estimate
	seen := map[RecipientID]bool{}
	from := s.sourceOf(b.Plan.Segment)
	for _, name := range from.pools() {
		pool := PoolEstimate{Pool: name}
		for after, more := RecipientID(0), true; more; {
			people, err := from.read(ctx, name, after)
			if ctx.Err() != nil {
				return e, context.Cause(ctx)
			}
			if err != nil {
				pool.Down = true
				break
			}
			if more = len(people) == page; len(people) > 0 {
				after = people[len(people)-1].ID
			}
			if err := s.count(ctx, sel, people, seen, &e, &pool); err != nil {
				return e, err
			}
		}
		e.Pools = append(e.Pools, pool)
	}
	if b.Plan.Paid {
		e.Stars = stars(e.People() * b.Parts())
	}
	e.Duration = time.Duration(float64(e.People()*b.calls()) / float64(s.speed(b)) * float64(time.Second))
	if b.Plan.Hours != (Hours{}) {
		e.End = b.Plan.Hours.end(s.opts.Now().In(s.opts.Zone), e.Duration)
	}
	return e, nil
}

// count adds a page of a pool to an estimate.
func (s *Service) count(ctx context.Context, sel selection, people []Recipient, seen map[RecipientID]bool, e *Estimate, pool *PoolEstimate) error {
	chosen, err := sel.filter(ctx, people)
	if err != nil {
		return err
	}
	out, err := s.optedOut(ctx, sel.segment, chosen)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.Blocked {
			pool.Blocked++
		}
	}
	for _, p := range chosen {
		switch {
		case seen[p.ID]:
			continue
		case out[p.ID]:
			e.OptedOut++
		default:
			pool.People++
		}
		seen[p.ID] = true
	}
	return nil
}

// speed is a broadcast's messages a second.
func (s *Service) speed(b Broadcast) int {
	if b.Plan.Paid {
		return PaidSpeed
	}
	return s.freeSpeed(b)
}

func (s *Service) freeSpeed(b Broadcast) int {
	if b.Plan.Speed == 0 {
		return s.opts.MaxSpeed
	}
	return min(b.Plan.Speed, s.opts.MaxSpeed)
}

// Parts is the number of messages that each person gets. Telegram takes no buttons with an album or a forward, so these follow in a message of their
// own.
func (b Broadcast) Parts() int {
	if b.ButtonsFollow() {
		return max(1, len(b.Content.Media)) + 1
	}
	return 1
}

// calls is the number of calls to Telegram for each person: the messages, and the pin.
func (b Broadcast) calls() int {
	if b.Plan.Pin {
		return b.Parts() + 1
	}
	return b.Parts()
}

// ButtonsFollow reports that the buttons go in a message of their own.
func (b Broadcast) ButtonsFollow() bool { return b.Plan.Mode == Forward || len(b.Content.Media) > 1 }
