package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/booking"
	"pavilion/internal/fault"
)

// takings are messages that money moved, on their way into booking's inbox. One that cannot be stored at once waits here, and the update
// state in Postgres stays behind it: whoever starts next is told of it again. Storing it twice is harmless.
type takings struct {
	logger *slog.Logger

	mu      sync.Mutex
	waiting []taking
	wake    chan struct{}
}

// taking stores one message.
type taking func(ctx context.Context) error

const (
	takingCall  = 3 * time.Second
	takingPause = time.Second // between two tries
)

func newTakings(logger *slog.Logger) *takings {
	return &takings{logger: logger, wake: make(chan struct{}, 1)}
}

// take stores a message, or keeps it for later. While others wait it does not try: the one that handles updates must not wait for each.
func (t *takings) take(ctx context.Context, keep taking) {
	if !t.owes() && t.try(ctx, keep) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = append(t.waiting, keep)
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// try tells whether a message needs no other try.
func (t *takings) try(ctx context.Context, keep taking) bool {
	ctx, cancel := context.WithTimeout(ctx, takingCall)
	defer cancel()
	err := keep(ctx)
	switch {
	case err == nil:
		return true
	case fault.KindOf(err) == fault.Invalid:
		t.logger.LogAttrs(ctx, slog.LevelError, "a message that money moved makes no sense", slog.Any("error", err))
		return true
	}
	t.logger.LogAttrs(ctx, slog.LevelWarn, "a message that money moved is not stored yet", slog.Any("error", err))
	return false
}

// owes tells whether something is not stored yet.
func (t *takings) owes() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting) > 0
}

// Run stores what waits until ctx ends.
func (t *takings) Run(ctx context.Context) {
	for {
		t.mu.Lock()
		var next taking
		if len(t.waiting) > 0 {
			next = t.waiting[0]
		}
		t.mu.Unlock()
		pause := t.wake
		var timer <-chan time.Time
		if next != nil {
			if t.try(ctx, next) {
				t.mu.Lock()
				t.waiting = t.waiting[1:]
				t.mu.Unlock()
				continue
			}
			pause, timer = nil, time.After(takingPause)
		}
		select {
		case <-ctx.Done():
			return
		case <-pause:
		case <-timer:
		}
	}
}

// service takes what Telegram itself writes into private chats: that somebody paid, or that stars went back.
func (b *Bot) service(ctx context.Context, m *tg.MessageService) {
	peer, ok := m.PeerID.(*tg.PeerUser)
	if !ok {
		return
	}
	paid := booking.InvoicePaid{Payer: booking.MemberID(peer.UserID)}
	switch a := m.Action.(type) {
	case *tg.MessageActionPaymentSentMe:
		paid.Payload, paid.Charge, paid.Amount = a.Payload, a.Charge.ID, booking.Money{Minor: a.TotalAmount, Currency: a.Currency}
		b.takings.take(ctx, func(ctx context.Context) error { return b.deps.Booking.PaidInTelegram(ctx, paid) })
	case *tg.MessageActionPaymentRefunded:
		paid.Payload, paid.Charge, paid.Amount = a.Payload, a.Charge.ID, booking.Money{Minor: a.TotalAmount, Currency: a.Currency}
		b.takings.take(ctx, func(ctx context.Context) error { return b.deps.Booking.RefundedInTelegram(ctx, paid) })
	}
}
