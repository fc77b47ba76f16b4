package nets

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// paymentInbox hands payments to booking. A payment that cannot be stored yet is kept and retried. Meanwhile hasUnstored holds the update state back,
// so that Telegram repeats the payment to the next process. Storing one twice is harmless.
type paymentInbox struct {
	logger *slog.Logger

	mu      sync.Mutex
	waiting []storePayment
	wake    chan struct{}
}

// storePayment stores one payment.
type storePayment func(ctx context.Context) error

const (
	paymentCall  = 3 * time.Second
	paymentPause = time.Second // between tries
)

func newPaymentInbox(logger *slog.Logger) *paymentInbox {
	return &paymentInbox{logger: logger, wake: make(chan struct{}, 1)}
}

// receive stores a payment, or keeps it for later. While others are kept it does not try, because its caller handles updates and may not wait.
func (t *paymentInbox) receive(ctx context.Context, store storePayment) {
	if !t.hasUnstored() && t.try(ctx, store) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting = append(t.waiting, store)
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// try stores a payment; true where it needs no other try.
func (t *paymentInbox) try(ctx context.Context, store storePayment) bool {
	ctx, cancel := context.WithTimeout(ctx, paymentCall)
	defer cancel()
	err := store(ctx)
	switch {
	case err == nil:
		return true
	case fault.KindOf(err) == fault.Invalid:
		t.logger.LogAttrs(ctx, slog.LevelError, "a payment inside Telegram makes no sense", slog.Any("error", err))
		return true
	}
	t.logger.LogAttrs(ctx, slog.LevelWarn, "a payment inside Telegram is not stored yet", slog.Any("error", err))
	return false
}

// hasUnstored tells whether a payment is not stored yet.
func (t *paymentInbox) hasUnstored() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting) > 0
}

// Run retries the kept payments until ctx ends.
func (t *paymentInbox) Run(ctx context.Context) {
	for {
		t.mu.Lock()
		var next storePayment
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
			pause, timer = nil, time.After(paymentPause)
		}
		select {
		case <-ctx.Done():
			return
		case <-pause:
		case <-timer:
		}
	}
}

// ReceivePayment stores a payment or refund that happened inside Telegram.
func (s *Screens) ReceivePayment(ctx context.Context, p telegram.Payment) {
	paid := booking.InvoicePaid{
		Payer: booking.MemberID(p.Payer), Payload: p.Payload, Charge: p.Charge, Amount: booking.Money{Minor: p.Amount, Currency: p.Currency},
	}
	store := s.Booking.PaidInTelegram
	if p.Refunded {
		store = s.Booking.RefundedInTelegram
	}
	s.payments.receive(ctx, func(ctx context.Context) error { return store(ctx, paid) })
}
