package broadcast

import (
	"context"
	"log/slog"
	"sync"
)

// pinner pins a message in a recipient's chat.
type pinner interface {
	Pin(ctx context.Context, b Broadcast, to RecipientID, message int) error
}

const (
	pinsAtOnce = 8
	pinsMost   = 10_000 // pins that wait; more are left out
)

// startPins starts the workers that pin. end waits until every queued pin was tried or ctx has ended. Then it stores the number of pins made.
func (p *pass) startPins(ctx context.Context) (end func()) {
	if !p.b.Plan.Pin {
		return func() {}
	}
	p.pins = make(chan result, pinsMost)
	var workers sync.WaitGroup
	for range pinsAtOnce {
		workers.Go(func() {
			for r := range p.pins {
				if err := p.r.pinner.Pin(ctx, p.b, r.to, r.Messages[0]); err == nil {
					p.pinned.Add(1)
				} else {
					p.r.logger.LogAttrs(ctx, slog.LevelDebug, "a broadcast is not pinned", slog.Int64("recipient", int64(r.to)), slog.Any("error", err))
				}
			}
		})
	}
	return func() {
		close(p.pins)
		workers.Wait()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushWithin)
		defer cancel()
		p.storePins(ctx)
	}
}

// queuePins queues the pins of stored outcomes. It never blocks: pins that do not fit into the queue are left out and count as not pinned. So do
// messages of an earlier try, because Telegram does not tell their ids.
func (p *pass) queuePins(results []result) {
	if p.pins == nil {
		return
	}
	for _, r := range results {
		if r.Class != Sent || len(r.Messages) < p.parts {
			continue
		}
		select {
		case p.pins <- r:
		default:
		}
	}
}

// storePins stores the number of pins that were made.
func (p *pass) storePins(ctx context.Context) {
	n := p.pinned.Swap(0)
	if n == 0 {
		return
	}
	if err := p.r.service.store.countPins(ctx, p.id, n); err != nil {
		p.pinned.Add(n)
		p.r.logger.LogAttrs(ctx, slog.LevelInfo, "the number of pins is not stored", slog.Int64("broadcast", int64(p.id)), slog.Any("error", err))
	}
}
