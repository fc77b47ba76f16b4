package booking_test

import (
	"errors"
	"testing"

	"pavilion/booking"
	"pavilion/internal/fault"
	sandbox "pavilion/sandbox/gateway"
)

// A provider refuses a different request under the same idempotency key. After a lost answer the same request is sent again, even if the return page and
// the club's name have changed.
func TestPay_ALostAnswerIsAskedForWithTheSameRequest(t *testing.T) {
	t.Parallel()
	for _, provider := range []booking.Provider{booking.Stripe, booking.Razorpay, booking.Sandbox} {
		t.Run(string(provider), func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, "INR")
			l.at("2026-06-01T00:00:00Z")
			h := l.hold(player(1))
			ask := func(title string) (booking.Payment, error) {
				return l.Pay(t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: provider, Title: title})
			}
			l.sandbox.SetFaults(sandbox.Faults{LoseAnswers: 2})
			if _, err := ask("Riverside"); fault.KindOf(err) != fault.Unavailable {
				t.Fatalf("the answer was not lost: %v", err)
			}
			l.sandbox.SetFaults(sandbox.Faults{})
			l.returnTo = "https://t.me/another_bot"
			p, err := ask("Lakeside")
			if err != nil || p.URL == "" {
				t.Fatalf("asked again: %+v, %v", p, err)
			}
		})
	}
}

func TestRefund_APartThatCardsCannotPayIsRefused(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "KWD")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	_, p := l.paid(player(1), booking.Stripe)
	if _, err := l.Refund(t.Context(), boss(), booking.RefundRequest{Club: l.club, Payment: p.ID, Amount: 333}); !errors.Is(err, booking.ErrRefundAmount) {
		t.Errorf("0.333: %v, want %v", err, booking.ErrRefundAmount)
	}
	_, err := l.Refund(t.Context(), boss(), booking.RefundRequest{Club: l.club, Payment: p.ID, Amount: 330})
	l.must(err)
	l.waitSettled()
	if list := l.sandbox.Refunds(p.Charge); len(list) != 1 || list[0].Amount != 330 {
		t.Errorf("refunds %+v", list)
	}
	l.healthy()
}
