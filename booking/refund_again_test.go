package booking_test

import (
	"maps"
	"testing"

	"pavilion/booking"
)

// starsPaid is a booking whose stars came.
func (l *till) starsPaid(who, payer booking.Actor, charge string) booking.Payment {
	l.t.Helper()
	p, payload := l.invoice(who, l.hold(who), booking.Stars)
	l.must(l.PaidInTelegram(l.t.Context(), booking.InvoicePaid{Payload: payload, Payer: payer.ID, Amount: p.Amount, Charge: charge}))
	l.settled()
	return l.payment(p.ID)
}

// TestRefund_RefusedOnceItCanBeAskedForAgain: a refusal moved no money, so the same person, asking for the same, gets a refund of his own.
func TestRefund_RefusedOnceItCanBeAskedForAgain(t *testing.T) {
	t.Parallel()
	l := newTill(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	p := l.starsPaid(player(1), player(1), "stars-1")
	l.stars.refuse(1)
	for n := range 2 {
		r, err := l.Refund(t.Context(), boss(), booking.RefundRequest{Club: l.club, Payment: p.ID})
		l.must(err)
		if r.State != booking.RefundOpen {
			t.Errorf("try %d: %s", n, r.State)
		}
		l.settled()
	}
	if back := l.stars.gaveBack(); !maps.Equal(back, map[string]int{"stars-1": 1}) || l.payment(p.ID).State != booking.Refunded {
		t.Errorf("stars back %v, payment %s", back, l.payment(p.ID).State)
	}
	if told := l.told(player(1)); told["refunded"] != 1 {
		t.Errorf("told %v", told)
	}
	l.healthy()
}

// TestReview_ARefusedVerdictCanBeGivenAgain: money under review that Telegram would not take back stays in the queue until it went.
func TestReview_ARefusedVerdictCanBeGivenAgain(t *testing.T) {
	t.Parallel()
	l := newTill(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	p := l.starsPaid(player(1), player(2), "stars-1")
	l.stars.refuse(2)
	for range 3 {
		open, err := l.Reviews(t.Context(), boss(), l.club)
		l.must(err)
		if len(open) != 1 {
			t.Fatalf("open: %+v", open)
		}
		l.must(l.Resolve(t.Context(), boss(), l.club, open[0].ID, booking.GiveAll))
		l.settled()
		l.healthy()
	}
	if back := l.stars.gaveBack(); !maps.Equal(back, map[string]int{"stars-1": 1}) || l.payment(p.ID).State != booking.Refunded {
		t.Errorf("stars back %v, payment %s", back, l.payment(p.ID).State)
	}
}
