package booking_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
	sandbox "pavilion/sandbox/gateway"
)

func TestRefund_TwoAdminsAtOnceMakeOne(t *testing.T) {
	t.Parallel()
	for _, amount := range []int64{0, 1000, 300} {
		l := newPaymentClub(t, "INR")
		l.at("2026-06-01T00:00:00Z")
		l.work()
		h, p := l.paid(player(1), booking.Stripe)
		ids := map[booking.RefundID]int{}
		var mu sync.Mutex
		var running sync.WaitGroup
		for i := range 16 {
			running.Go(func() {
				admin := booking.Actor{ID: booking.MemberID(1 + i%2), Role: booking.Admin, Origin: "test"}
				r, err := l.Refund(context.WithoutCancel(t.Context()), admin, booking.RefundRequest{Club: l.club, Payment: p.ID, Amount: amount})
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				ids[r.ID]++
			})
		}
		running.Wait()
		if len(ids) != 1 {
			t.Errorf("amount %d: %d refunds", amount, len(ids))
		}
		l.waitSettled()
		want := amount
		if want == 0 {
			want = 1000
		}
		if list := l.sandbox.Refunds(p.Charge); len(list) != 1 || list[0].Amount != want {
			t.Errorf("at the gateway: %+v", list)
		}
		if _, err := l.Refund(t.Context(), boss(), booking.RefundRequest{Club: l.club, Payment: p.ID, Amount: 200}); !errors.Is(err, booking.ErrRefundChanged) {
			t.Errorf("another amount from an old view: %v", err)
		}
		if _, err := l.Refund(t.Context(), boss(), booking.RefundRequest{Club: l.club, Payment: p.ID, Amount: 1001 - want, Seen: want}); !errors.Is(err, booking.ErrRefundAmount) && !errors.Is(err, booking.ErrNothingLeft) {
			t.Errorf("more than is left: %v", err)
		}
		if want < 1000 { // the rest, with the current Seen
			_, err := l.Refund(t.Context(), boss(), booking.RefundRequest{Club: l.club, Payment: p.ID, Seen: want})
			l.must(err)
			l.waitSettled()
		}
		if got := l.payment(p.ID); got.State != booking.Refunded || l.balance("gateway:stripe") != 0 {
			t.Errorf("in the end %s, %d at the gateway", got.State, l.balance("gateway:stripe"))
		}
		if _, err := l.Refund(t.Context(), player(1), booking.RefundRequest{Club: l.club, Payment: p.ID}); !errors.Is(err, booking.ErrForbidden) {
			t.Errorf("a member: %v", err)
		}
		if _, err := l.Refund(t.Context(), boss(), booking.RefundRequest{Club: l.club + 1, Payment: p.ID, Seen: 1000}); !errors.Is(err, booking.ErrNoPayment) {
			t.Errorf("the staff of another club: %v", err)
		}
		l.wantState(h.ID, booking.Confirmed) // a refund does not cancel the booking
		l.healthy()
	}
}

func TestRefund_ALostAnswerIsNoSecondRefund(t *testing.T) {
	t.Parallel()
	for _, provider := range []booking.Provider{booking.Stripe, booking.Razorpay, booking.Sandbox} {
		t.Run(string(provider), func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, "INR")
			l.at("2026-06-01T00:00:00Z")
			l.work()
			_, p := l.paid(player(1), provider)
			l.sandbox.SetFaults(sandbox.Faults{LoseAnswers: 2})
			_, err := l.Refund(t.Context(), boss(), booking.RefundRequest{Club: l.club, Payment: p.ID, Amount: 250})
			l.must(err)
			l.waitSettled()
			if list := l.sandbox.Refunds(p.Charge); len(list) != 1 {
				t.Errorf("refunds %+v", list)
			}
			if told := l.notices(player(1)); told["refunded"] != 1 {
				t.Errorf("told %v", told)
			}
			l.healthy()
		})
	}
}

// The gateway has made the refund, and the process is killed before it stores that.
func TestRefund_KilledBetweenGatewayAndRow(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	p := l.checkout(player(1), h, booking.Sandbox)
	l.must(l.sandbox.Pay(p.Checkout))
	l.must(l.sandbox.Settled(t.Context()))
	l.must(l.ApplyEvents(t.Context()))
	_, err := l.Cancel(t.Context(), player(1), h.ID, false)
	l.must(err)
	id := booking.RefundID(one[int64](l.bundle, `SELECT id FROM refund`))
	l.must(l.AskAndDie(t.Context(), id))
	if list := l.sandbox.Refunds(l.payment(p.ID).Charge); len(list) != 1 {
		t.Fatalf("refunds %+v", list)
	}
	if err := l.RunRefund(t.Context(), id); err == nil {
		t.Error("a second one asked while the first may still be at it")
	}
	l.stop(start.Add(10 * time.Minute)) // its lease is over
	l.must(l.RunRefund(t.Context(), id))
	l.must(l.RunRefund(t.Context(), id))
	if list := l.sandbox.Refunds(l.payment(p.ID).Charge); len(list) != 1 {
		t.Errorf("refunds %+v", list)
	}
	if got := l.payment(p.ID); got.State != booking.Refunded {
		t.Errorf("%s", got.State)
	}
	l.work()
	l.waitSettled()
	if told := l.notices(player(1)); told["refunded"] != 1 {
		t.Errorf("told %v", told)
	}
	l.healthy()
}

func TestRefund_ACancellationKeepsWhatThePolicySays(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 3, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		before time.Duration
		who    booking.Actor
		waive  bool
		back   int64
	}{
		"in time": {25 * time.Hour, player(1), false, 1000}, "late": {time.Hour, player(1), false, 500}, "late, by staff who waive": {time.Hour, boss(), true, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, "INR")
			l.at("2026-06-01T00:00:00Z")
			l.work()
			h, p := l.paid(player(1), booking.Razorpay)
			l.stop(start.Add(-c.before))
			_, err := l.Cancel(t.Context(), c.who, h.ID, c.waive)
			l.must(err)
			l.waitSettled()
			if list := l.sandbox.Refunds(p.Charge); len(list) != 1 || list[0].Amount != c.back {
				t.Errorf("refunds %+v, want one of %d", list, c.back)
			}
			if in := l.balance("gateway:razorpay"); in != 1000-c.back {
				t.Errorf("the gateway has %d", in)
			}
			if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"confirmed": 1, "cancelled": 1, "refunded": 1}) {
				t.Errorf("told %v", told)
			}
			l.healthy()
		})
	}
}

func TestRefund_ABlockGivesEverythingBack(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h, p := l.paid(player(1), booking.Sandbox)
	_, err := l.Block(t.Context(), boss(), booking.BlockRequest{Club: l.club, Nets: l.nets[:1], Start: h.Span.Start, End: h.Span.End, Resolve: map[booking.ID]booking.Resolution{h.ID: {}}})
	l.must(err)
	l.waitSettled()
	if got := l.payment(p.ID); got.State != booking.Refunded {
		t.Errorf("%s", got.State)
	}
	l.healthy()
}

func TestRefund_OnTheGatewaysOwnSide(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h, p := l.paid(player(1), booking.Stripe)
	l.must(l.sandbox.RefundOwn(p.Charge, 1000))
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed) // staff decide
	if got := l.payment(p.ID); got.State != booking.Refunded || l.alertsByReason()[booking.ReviewRefunded] != 1 {
		t.Errorf("%s, alerts %v", got.State, l.alertsByReason())
	}
	// Our own refund is refused because nothing is left, so the money is not refunded twice.
	if _, err := l.Refund(t.Context(), boss(), booking.RefundRequest{Club: l.club, Payment: p.ID, Seen: 1000}); !errors.Is(err, booking.ErrNothingLeft) {
		t.Errorf("a refund of ours as well: %v", err)
	}
	l.healthy()
}

func TestRefund_RefusedBecauseTheGatewayWasFaster(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h, p := l.paid(player(1), booking.Sandbox)
	l.sandbox.SetFaults(sandbox.Faults{Silent: true})
	l.must(l.sandbox.RefundOwn(p.Charge, 1000))
	_, err := l.Cancel(t.Context(), player(1), h.ID, false)
	l.must(err)
	l.waitSettled()
	l.waitUntil(`SELECT state = 'refunded' FROM payment WHERE id = $1`, p.ID)
	if list := l.sandbox.Refunds(p.Charge); len(list) != 1 {
		t.Errorf("refunds %+v", list)
	}
	l.waitSettled()
	if rung := l.alertsByReason(); rung[booking.ReviewRefundRefused] != 1 || rung[booking.ReviewRefunded] != 1 {
		t.Errorf("alerts %v", rung)
	}
	l.healthy()
}

func TestDesk_MarkedOnceGivenBackByHandOnce(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	if _, err := l.PayAtDesk(t.Context(), player(1), h.ID, booking.Cash); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("a member marks himself paid: %v", err)
	}
	if _, err := l.PayAtDesk(t.Context(), boss(), h.ID, "cheque"); !errors.Is(err, booking.ErrMethod) {
		t.Errorf("by cheque: %v", err)
	}
	ids := map[booking.PaymentID]bool{}
	var mu sync.Mutex
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			p, err := l.PayAtDesk(context.WithoutCancel(t.Context()), boss(), h.ID, booking.Cash)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			ids[p.ID] = true
		})
	}
	running.Wait()
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	if len(ids) != 1 || l.balance("desk:cash") != 1000 {
		t.Errorf("%d payments, %d in the till", len(ids), l.balance("desk:cash"))
	}
	if _, err := l.Pay(t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: booking.Stripe}); err != nil {
		t.Errorf("online after the desk: %v", err) // returns the payment with the money
	}
	_, err := l.Cancel(t.Context(), player(1), h.ID, false)
	l.must(err)
	l.waitSettled()
	l.waitUntil(`SELECT by_hand FROM refund`)
	l.waitSettled()
	if l.alertsByReason()[booking.ReviewRefundByHand] != 1 || l.balance("desk:cash") != 1000 {
		t.Errorf("alerts %v, %d in the till", l.alertsByReason(), l.balance("desk:cash"))
	}
	id := booking.RefundID(one[int64](l.bundle, `SELECT id FROM refund`))
	for range 2 {
		l.must(l.RecordManualRefund(t.Context(), boss(), l.club, id))
	}
	l.waitSettled()
	if open, err := l.Reviews(t.Context(), boss(), l.club); err != nil || len(open) != 0 || l.balance("desk:cash") != 0 {
		t.Errorf("open %v %v, %d in the till", open, err, l.balance("desk:cash"))
	}
	if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"confirmed": 1, "cancelled": 1, "refunded": 1}) {
		t.Errorf("told %v", told)
	}
	l.healthy()
}
