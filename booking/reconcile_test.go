package booking_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pavilion/booking"
	sandbox "pavilion/sandbox/gateway"
)

// No callback arrives for an hour. Reconciling then updates all payments.
func TestReconcile_TheGatewayWasSilentForAnHour(t *testing.T) {
	t.Parallel()
	for _, provider := range []booking.Provider{booking.Stripe, booking.Razorpay, booking.Sandbox} {
		t.Run(string(provider), func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, "INR")
			start := l.at("2026-06-01T00:00:00Z")
			l.work()
			l.sandbox.SetFaults(sandbox.Faults{Silent: true})
			free := l.hold(player(1))
			sold := l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2))
			open := l.held(player(3), l.want("2026-06-03T10:00:00Z", time.Hour, 3))
			p, q, o := l.checkout(player(1), free, provider), l.checkout(player(2), sold, provider), l.checkout(player(3), open, provider)
			l.must(l.sandbox.Pay(p.Checkout))
			l.must(l.sandbox.Pay(q.Checkout))
			l.stop(start.Add(9 * time.Minute))
			calls := l.sandbox.Calls()
			l.must(l.Reconcile(t.Context()))
			if l.sandbox.Calls() != calls {
				t.Error("asked before anybody could have paid")
			}
			l.stop(start.Add(time.Hour))
			rival := l.held(player(4), l.want("2026-06-03T10:00:00Z", time.Hour, 2))
			_, err := l.Confirm(t.Context(), boss(), rival.ID)
			l.must(err)
			l.sandbox.SetFaults(sandbox.Faults{Silent: true, APIDown: true})
			l.must(l.SweepPayments(t.Context()))                                                                                                                 // down as well: later
			if got := one[string](l.bundle, `SELECT state FROM booking WHERE id = $1`, free.ID); got != string(booking.Held) && got != string(booking.Expired) { // the jobs may have expired it
				t.Errorf("the free one is %s while nobody could say that it is paid", got)
			}
			l.stop(start.Add(2 * time.Hour))
			l.sandbox.SetFaults(sandbox.Faults{Silent: true})
			l.must(l.SweepPayments(t.Context()))
			l.waitSettled()
			l.wantState(free.ID, booking.Confirmed)
			l.wantState(sold.ID, booking.SlotLost)
			l.wantState(rival.ID, booking.Confirmed)
			if first, second, third := l.payment(p.ID), l.payment(q.ID), l.payment(o.ID); first.State != booking.Captured || second.State != booking.Refunded || third.State != booking.Created {
				t.Errorf("%s, %s, %s", first.State, second.State, third.State)
			}
			l.must(l.SweepPayments(t.Context()))
			l.waitSettled()
			if told := l.notices(player(1)); told["confirmed"] != 1 {
				t.Errorf("told %v", told)
			}
			_, err = l.Expire(t.Context())
			l.must(err)
			l.healthy()
		})
	}
}

// A crash before the gateway's answer leaves a row without a page, which cannot have been paid. A repeated call returns the same page.
func TestReconcile_ACrashBeforeTheGatewayAnswered(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	l.sandbox.SetFaults(sandbox.Faults{LoseAnswers: 1})
	_, err := l.Pay(t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: booking.Sandbox, Title: "Net 1"})
	if !errors.Is(err, booking.ErrGateway) {
		t.Fatalf("an answer that was lost: %v", err)
	}
	if rows := one[int](l.bundle, `SELECT count(*) FROM payment WHERE checkout IS NULL`); rows != 1 || len(l.sandbox.Payments()) != 1 {
		t.Fatalf("%d rows, %d pages", rows, len(l.sandbox.Payments()))
	}
	p := l.checkout(player(1), h, booking.Sandbox)
	if len(l.sandbox.Payments()) != 1 || l.sandbox.Payments()[0].ID != p.Checkout {
		t.Errorf("pages: %+v", l.sandbox.Payments())
	}
	h2 := l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2))
	l.sandbox.SetFaults(sandbox.Faults{APIDown: true})
	if _, err := l.Pay(t.Context(), player(2), booking.PayRequest{Booking: h2.ID, Provider: booking.Sandbox}); !errors.Is(err, booking.ErrGateway) {
		t.Errorf("down: %v", err)
	}
	l.stop(start.Add(time.Hour))
	l.must(l.Reconcile(t.Context()))
	if state := one[string](l.bundle, `SELECT state FROM payment WHERE booking_id = $1`, h2.ID); state != "failed" {
		t.Errorf("a payment that never had a page is %s", state)
	}
	_, err = l.Expire(t.Context())
	l.must(err)
	l.healthy()
}

// The receiver is killed after its commit, before a job has run; and a job is lost.
func TestEvents_AreSafeWhenNobodyWorks(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	p := l.checkout(player(1), h, booking.Sandbox)
	l.must(l.sandbox.Pay(p.Checkout))
	l.must(l.sandbox.Settled(t.Context()))
	if kept, jobs := one[int](l.bundle, `SELECT count(*) FROM payment_event`), one[int](l.bundle, `SELECT count(*) FROM river_job WHERE kind = 'booking_payment_event'`); kept != 2 || jobs != 2 {
		t.Errorf("%d events, %d jobs", kept, jobs)
	}
	_, err := l.db.Exec(t.Context(), `DELETE FROM river_job`)
	l.must(err)
	l.stop(start.Add(10 * time.Minute))
	l.must(l.SweepPayments(t.Context()))
	l.wantState(h.ID, booking.Confirmed)
	if _, err := l.Cancel(t.Context(), player(1), h.ID, false); err != nil {
		t.Fatal(err)
	}
	_, err = l.db.Exec(t.Context(), `DELETE FROM river_job WHERE kind = 'booking_refund'`)
	l.must(err)
	l.stop(start.Add(30 * time.Minute))
	for range 2 {
		l.must(l.SweepPayments(t.Context()))
	}
	if jobs := one[int](l.bundle, `SELECT count(*) FROM river_job WHERE kind = 'booking_refund'`); jobs != 1 {
		t.Errorf("%d jobs for one refund", jobs)
	}
	l.work()
	l.waitSettled()
	if got := l.payment(p.ID); got.State != booking.Refunded {
		t.Errorf("%s", got.State)
	}
	l.healthy()
}

func TestEvents_BodiesAreForgottenAfterAWhile(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	l.work()
	l.paid(player(1), booking.Sandbox)
	l.must(l.Sweep(t.Context(), "old"))
	if n := one[int](l.bundle, `SELECT count(*) FROM payment_event WHERE body IS NULL`); n != 0 {
		t.Errorf("%d bodies gone at once", n)
	}
	l.stop(start.Add(91 * 24 * time.Hour))
	l.must(l.Sweep(t.Context(), "old"))
	if n := one[int](l.bundle, `SELECT count(*) FROM payment_event WHERE body IS NOT NULL`); n != 0 {
		t.Errorf("%d bodies kept for ever", n)
	}
}

// unreadableGateway returns an unusable answer for one checkout.
type unreadableGateway struct {
	booking.Gateway
	about string
}

func (g unreadableGateway) Fetch(ctx context.Context, known booking.Handle) (booking.Report, error) {
	if known.Checkout == g.about {
		return booking.Report{}, errPuzzled
	}
	return g.Gateway.Fetch(ctx, known)
}

var errPuzzled = errors.New("no answer that anybody understands")

// An unusable answer for one payment does not stop the reconciliation of the next one.
func TestReconcile_OneThatFailsKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	l.sandbox.SetFaults(sandbox.Faults{Silent: true})
	odd, h := l.hold(player(1)), l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2))
	first, second := l.checkout(player(1), odd, booking.Sandbox), l.checkout(player(2), h, booking.Sandbox)
	l.must(l.sandbox.Pay(second.Checkout))
	l.stop(start.Add(11 * time.Minute))
	service := l.serviceWith(map[booking.Provider]booking.Gateway{booking.Sandbox: unreadableGateway{l.gateways[booking.Sandbox], first.Checkout}})
	if err := service.SweepPayments(t.Context()); !errors.Is(err, errPuzzled) {
		t.Errorf("what failed is not reported: %v", err)
	}
	l.wantState(h.ID, booking.Confirmed)
}
