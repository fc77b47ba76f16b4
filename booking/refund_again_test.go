package booking_test

import (
	"maps"
	"testing"

	"pavilion/booking"
)

// starsPaid makes a booking that was paid with stars.
func (l *paymentClub) starsPaid(who, payer booking.Actor, charge string) booking.Payment {
	l.t.Helper()
	p, payload := l.invoice(who, l.hold(who), booking.Stars)
	l.must(l.PaidInTelegram(l.t.Context(), booking.InvoicePaid{Payload: payload, Payer: payer.ID, Amount: p.Amount, Charge: charge}))
	l.waitSettled()
	return l.payment(p.ID)
}

// A refused refund moved no money, so a repeated request makes a new refund.
func TestRefund_RefusedOnceItCanBeAskedForAgain(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
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
		l.waitSettled()
	}
	if back := l.stars.refunded(); !maps.Equal(back, map[string]int{"stars-1": 1}) || l.payment(p.ID).State != booking.Refunded {
		t.Errorf("stars back %v, payment %s", back, l.payment(p.ID).State)
	}
	if told := l.notices(player(1)); told["refunded"] != 1 {
		t.Errorf("told %v", told)
	}
	l.healthy()
}

// Money under review whose refund Telegram refuses stays under review until it is refunded.
func TestReview_ARefusedVerdictCanBeGivenAgain(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
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
		l.must(l.Resolve(t.Context(), boss(), l.club, open[0].ID, booking.RefundAll))
		l.waitSettled()
		l.healthy()
	}
	if back := l.stars.refunded(); !maps.Equal(back, map[string]int{"stars-1": 1}) || l.payment(p.ID).State != booking.Refunded {
		t.Errorf("stars back %v, payment %s", back, l.payment(p.ID).State)
	}
}
