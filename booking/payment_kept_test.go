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
	l.must(l.sandbox.PayLate(p.Checkout))
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

// A gateway may report a payment of nothing. There is nothing to refund, and either verdict lets the member pay again.
func TestReview_OfAPaymentWithoutMoneyReleasesTheHold(t *testing.T) {
	t.Parallel()
	for _, v := range []booking.Verdict{booking.Close, booking.RefundAll} {
		t.Run(string(v), func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, "INR")
			l.at("2026-06-01T00:00:00Z")
			l.work()
			h := l.hold(player(1))
			p := l.checkout(player(1), h, booking.Sandbox)
			l.must(l.sandbox.PayOther(p.Checkout, 0, "INR"))
			l.waitSettled()
			l.wantKept(player(1), h.ID)
			at := l.at("2026-06-02T00:00:00Z")
			l.verdict(v)
			if got := l.payment(p.ID); got.State != booking.Refunded || got.IsReviewed() {
				t.Errorf("the payment is %s, under review: %v", got.State, got.IsReviewed())
			}
			l.wantReleased(player(1), h.ID, at)
			l.healthy()
		})
	}
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

// wantKept checks that a hold lasts until its end, and that its member cannot pay a second time.
func (l *paymentClub) wantKept(who booking.Actor, id booking.ID) {
	l.t.Helper()
	b, err := l.Booking(l.t.Context(), who, id)
	l.must(err)
	if b.State != booking.Held || !b.ExpiresAt.Equal(b.Span.End) {
		l.t.Errorf("%s until %s, want it kept until %s", b.State, b.ExpiresAt, b.Span.End)
	}
	if _, err := l.Pay(l.t.Context(), who, booking.PayRequest{Booking: id, Provider: booking.Sandbox}); !errors.Is(err, booking.ErrPaymentReviewed) {
		l.t.Errorf("paid again: %v, want %v", err, booking.ErrPaymentReviewed)
	}
	if _, err := l.PayAtDesk(l.t.Context(), boss(), id, booking.Cash); !errors.Is(err, booking.ErrInReview) {
		l.t.Errorf("paid at the desk: %v, want %v", err, booking.ErrInReview)
	}
}

// wantReleased checks that a hold has the usual time from an instant on, and that its member can pay anew.
func (l *paymentClub) wantReleased(who booking.Actor, id booking.ID, from time.Time) {
	l.t.Helper()
	b, err := l.Booking(l.t.Context(), who, id)
	l.must(err)
	if want := from.Add(10 * time.Minute); b.State != booking.Held || !b.ExpiresAt.Equal(want) {
		l.t.Fatalf("%s until %s, want until %s", b.State, b.ExpiresAt, want)
	}
	l.must(l.sandbox.Pay(l.checkout(who, b, booking.Sandbox).Checkout))
	l.waitSettled()
	l.wantState(id, booking.Confirmed)
}

// A refund in the gateway's dashboard releases a kept hold as the verdict does.
func TestReview_ARefundAtTheGatewayReleasesTheHold(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h, p := l.reviewed(player(1))
	at := l.at("2026-06-02T00:00:00Z")
	l.must(l.sandbox.RefundOwn(l.payment(p.ID).Charge, 1000))
	l.waitSettled()
	if got := l.payment(p.ID); got.State != booking.Refunded {
		t.Errorf("the payment is %s", got.State)
	}
	l.wantReleased(player(1), h.ID, at)
	l.healthy()
}

// A refund of a part leaves the rest under review: the hold stays kept until the rest goes back, by whichever way.
func TestReview_APartRefundKeepsTheHoldUntilTheRestGoesBack(t *testing.T) {
	t.Parallel()
	for name, refund := range map[string]func(l *paymentClub, p booking.Payment, review booking.ReviewID) error{
		"by a verdict": func(l *paymentClub, _ booking.Payment, review booking.ReviewID) error {
			return l.Resolve(l.t.Context(), boss(), l.club, review, booking.RefundAll)
		},
		"by the desk": func(l *paymentClub, p booking.Payment, _ booking.ReviewID) error {
			_, err := l.Refund(l.t.Context(), boss(), booking.RefundRequest{Club: l.club, Payment: p.ID, Seen: p.Refund})
			return err
		},
		"at the gateway": func(l *paymentClub, p booking.Payment, _ booking.ReviewID) error {
			return l.sandbox.RefundOwn(p.Charge, 700)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, "INR")
			l.at("2026-06-01T00:00:00Z")
			l.work()
			h, p := l.reviewed(player(1))
			l.must(l.sandbox.RefundOwn(l.payment(p.ID).Charge, 300))
			l.waitSettled()
			part := l.payment(p.ID)
			if part.State != booking.PartRefunded {
				t.Errorf("the payment is %s", part.State)
			}
			l.wantKept(player(1), h.ID)
			open, err := l.Reviews(t.Context(), boss(), l.club)
			l.must(err)
			if len(open) != 2 {
				t.Fatalf("reviews %+v", open)
			}
			for _, r := range open {
				if err := l.Resolve(t.Context(), boss(), l.club, r.ID, booking.Close); !errors.Is(err, booking.ErrVerdict) {
					t.Errorf("closed with money under review: %v", err)
				}
			}
			at := l.at("2026-06-02T00:00:00Z")
			l.must(refund(l, part, open[0].ID))
			l.waitSettled()
			if got := l.payment(p.ID); got.State != booking.Refunded {
				t.Errorf("in the end %s", got.State)
			}
			l.wantReleased(player(1), h.ID, at)
			l.healthy()
		})
	}
}

// A refund that the provider refuses leaves the money under review, so the hold is kept again.
func TestReview_ARefusedRefundKeepsTheHoldAgain(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	p := l.starsPaid(player(1), player(2), "stars-1")
	l.stars.refuse(1)
	l.verdict(booking.RefundAll)
	if got := l.payment(p.ID); got.State != booking.InReview {
		t.Fatalf("the payment is %s", got.State)
	}
	l.wantKept(player(1), p.Booking)
	at := l.at("2026-06-02T00:00:00Z") // long after the usual time
	if n, err := l.Expire(t.Context()); err != nil || n != 0 {
		t.Errorf("%d holds ran out, %v", n, err)
	}
	l.verdict(booking.RefundAll)
	l.wantReleased(player(1), p.Booking, at)
	l.healthy()
}

// A kept hold does not count in the quota of unpaid holds; once its money goes back it counts again.
func TestQuota_OfHoldsLeavesOutThoseUnderReview(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	_, err := l.db.Exec(t.Context(), `UPDATE club SET quota_held = 2`)
	l.must(err)
	l.at("2026-06-01T00:00:00Z")
	l.work()
	l.reviewed(player(1))
	next := func(net int) error {
		_, err := l.Hold(t.Context(), player(1), l.want("2026-06-04T10:00:00Z", time.Hour, net))
		return err
	}
	l.must(next(1))
	l.must(next(2))
	if err := next(3); !errors.Is(err, booking.ErrQuotaHeld) {
		t.Errorf("a third unpaid hold: %v, want %v", err, booking.ErrQuotaHeld)
	}
	l.at("2026-06-02T00:00:00Z")
	if n, err := l.Expire(t.Context()); err != nil || n != 2 {
		t.Errorf("%d holds ran out, %v", n, err)
	}
	l.verdict(booking.RefundAll)
	l.must(next(1))
	if err := next(2); !errors.Is(err, booking.ErrQuotaHeld) {
		t.Errorf("beside a released hold and another one: %v, want %v", err, booking.ErrQuotaHeld)
	}
	l.healthy()
}
