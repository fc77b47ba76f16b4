package booking_test

import (
	"errors"
	"maps"
	"testing"
	"time"

	"pavilion/booking"
)

// reviewed makes a hold and a payment under review: the hold moved to a dearer time, then it was paid at the old price.
func (l *paymentClub) reviewed(who booking.Actor) (booking.Booking, booking.Payment) {
	l.t.Helper()
	h := l.hold(who)
	p := l.checkout(who, h, booking.Sandbox)
	at := time.Date(2026, 6, 3, 14, 0, 0, 0, time.UTC)
	moved, err := l.Reschedule(l.t.Context(), who, h.ID, booking.RescheduleRequest{Start: at, End: at.Add(2 * time.Hour)})
	l.must(err)
	l.must(l.sandbox.Pay(p.Checkout))
	l.waitSettled()
	if got := l.payment(p.ID); got.State != booking.InReview {
		l.t.Fatalf("the payment is %s", got.State)
	}
	return moved.Booking, p
}

// verdict resolves the only open review.
func (l *paymentClub) verdict(v booking.Verdict) {
	l.t.Helper()
	list, err := l.Reviews(l.t.Context(), boss(), l.club)
	l.must(err)
	if len(list) != 1 {
		l.t.Fatalf("reviews %+v", list)
	}
	l.must(l.Resolve(l.t.Context(), boss(), l.club, list[0].ID, v))
	l.waitSettled()
}

// A hold with a payment under review does not expire. The member and the staff are notified, and a second payment is refused.
func TestReview_KeepsTheSlotWhileTheMoneyIsLookedAt(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h, p := l.reviewed(player(1))
	if told := l.notices(player(1)); told["payment_review"] != 1 {
		t.Errorf("the member was told %v", told)
	}
	if alerts := l.alertsByReason(); alerts[booking.ReviewPrice] != 1 {
		t.Errorf("the staff were told %v", alerts)
	}
	l.at("2026-06-03T13:59:00Z") // long after the usual expiry
	if n, err := l.Expire(t.Context()); err != nil || n != 0 {
		t.Errorf("%d holds ran out, %v", n, err)
	}
	if _, err := l.Hold(t.Context(), boss(), booking.HoldRequest{SlotRequest: booking.SlotRequest{Club: l.club, Nets: h.Nets, Start: h.Span.Start, End: h.Span.End}}); !errors.Is(err, booking.ErrSlotTaken) {
		t.Errorf("sold again: %v", err)
	}
	if _, err := l.Pay(t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: booking.Sandbox}); !errors.Is(err, booking.ErrPaymentReviewed) {
		t.Errorf("paid again: %v, want %v", err, booking.ErrPaymentReviewed)
	}
	if _, err := l.PayAtDesk(t.Context(), boss(), h.ID, booking.Cash); !errors.Is(err, booking.ErrInReview) {
		t.Errorf("paid at the desk: %v, want %v", err, booking.ErrInReview)
	}
	l.verdict(booking.Accept)
	l.wantState(h.ID, booking.Confirmed)
	if got := l.payment(p.ID); got.State != booking.Captured {
		t.Errorf("the payment is %s", got.State)
	}
	if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"payment_review": 1, "confirmed": 1}) {
		t.Errorf("the member was told %v", told)
	}
	l.healthy()
}

// After the refund the member has the usual hold time to pay again.
func TestReview_MoneyThatGoesBackLeavesTimeToPayAgain(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h, _ := l.reviewed(player(1))
	at := l.at("2026-06-02T00:00:00Z")
	l.verdict(booking.RefundAll)
	now, err := l.Booking(t.Context(), player(1), h.ID)
	l.must(err)
	if want := at.Add(10 * time.Minute); now.State != booking.Held || !now.ExpiresAt.Equal(want) {
		t.Errorf("%s until %s, want until %s", now.State, now.ExpiresAt, want)
	}
	q := l.checkout(player(1), now, booking.Sandbox)
	l.must(l.sandbox.Pay(q.Checkout))
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	l.healthy()
}

// Members cannot move a hold with a payment under review. Staff can; the hold is then kept at its new time.
func TestReview_KeepsAHoldThatStaffMove(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h, _ := l.reviewed(player(1))
	later := booking.RescheduleRequest{Start: h.Span.Start.Add(48 * time.Hour), End: h.Span.End.Add(48 * time.Hour)}
	if _, err := l.Reschedule(t.Context(), player(1), h.ID, later); !errors.Is(err, booking.ErrPaymentReviewed) {
		t.Errorf("moved by its member: %v, want %v", err, booking.ErrPaymentReviewed)
	}
	moved, err := l.Reschedule(t.Context(), boss(), h.ID, later)
	l.must(err)
	if !moved.Booking.ExpiresAt.Equal(later.End) {
		t.Errorf("kept until %s, want %s", moved.Booking.ExpiresAt, later.End)
	}
	l.healthy()
}
