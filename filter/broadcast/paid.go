package broadcast

import (
	"context"
	"sync"
)

// Telegram's paid speed for bots: messages beyond the free limit cost a tenth of a Star each, at most 1,000 a second.
const (
	PaidSpeed       = 500 // messages a second; the answers of the other handlers keep their share of the connection
	messagesForStar = 10
)

// stars is the price of a number of messages, if none of them falls within the free limit.
func stars(messages int) int { return (messages + messagesForStar - 1) / messagesForStar }

// budget counts the messages that a broadcast may still pay for: those of the confirmed price, less the delivered ones.
type budget struct {
	mu   sync.Mutex
	left int
}

func newBudget(b Broadcast) *budget {
	if !b.Plan.Paid {
		return &budget{}
	}
	return &budget{left: b.Plan.Stars*messagesForStar - int(b.Counts.Reached)*b.Parts()}
}

// take takes the messages of one recipient, or returns false.
func (p *budget) take(messages int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left < messages {
		return false
	}
	p.left -= messages
	return true
}

// end forbids further payments. It returns false if they had ended before.
func (p *budget) end() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	ended := p.left < 0
	p.left = -1
	return !ended
}

// endPaid goes on at the free speed, because Telegram refused the paid one. The panel says so.
func (r *Runner) endPaid(ctx context.Context, id ID, why string) error {
	return r.change(ctx, id, func(b Broadcast) error {
		b.Plan.Paid, b.Plan.PaidRefused = false, why
		_, err := r.service.store.update(ctx, b)
		return err
	})
}
