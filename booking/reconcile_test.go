package booking_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pavilion/booking"
	sandbox "pavilion/sandbox/gateway"
)

// TestReconcile_TheGatewayWasSilentForAnHour: nothing arrives, the clock moves, and asking brings everything to where it belongs.
func TestReconcile_TheGatewayWasSilentForAnHour(t *testing.T) {
	t.Parallel()
	for _, provider := range []booking.Provider{booking.Stripe, booking.Razorpay, booking.Sandbox} {
		t.Run(string(provider), func(t *testing.T) {
			t.Parallel()
			l := newTill(t, "INR")
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
			l.must(l.SweepPayments(t.Context())) // down as well: later
			l.is(free.ID, booking.Held)
			l.stop(start.Add(2 * time.Hour))
			l.sandbox.SetFaults(sandbox.Faults{Silent: true})
			l.must(l.SweepPayments(t.Context()))
			l.settled()
			l.is(free.ID, booking.Confirmed)
			l.is(sold.ID, booking.SlotLost)
			l.is(rival.ID, booking.Confirmed)
			if first, second, third := l.payment(p.ID), l.payment(q.ID), l.payment(o.ID); first.State != booking.Captured || second.State != booking.Refunded || third.State != booking.Created {
				t.Errorf("%s, %s, %s", first.State, second.State, third.State)
			}
			l.must(l.SweepPayments(t.Context()))
			l.settled()
			if told := l.told(player(1)); told["confirmed"] != 1 {
				t.Errorf("told %v", told)
			}
			_, err = l.Expire(t.Context())
			l.must(err)
			l.healthy()
		})
	}
}

// TestReconcile_ACrashBeforeTheGatewayAnswered leaves a row without a page. Nobody can have paid; asking again gives the same page.
func TestReconcile_ACrashBeforeTheGatewayAnswered(t *testing.T) {
	t.Parallel()
	l := newTill(t, "INR")
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

// TestEvents_AreSafeWhenNobodyWorks: the receiver dies after its commit, before any job has run; also a job that was lost.
func TestEvents_AreSafeWhenNobodyWorks(t *testing.T) {
	t.Parallel()
	l := newTill(t, "INR")
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
	l.is(h.ID, booking.Confirmed)
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
	l.settled()
	if got := l.payment(p.ID); got.State != booking.Refunded {
		t.Errorf("%s", got.State)
	}
	l.healthy()
}

func TestEvents_BodiesAreForgottenAfterAWhile(t *testing.T) {
	t.Parallel()
	l := newTill(t, "INR")
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

// puzzled answers nothing that can be used about one checkout.
type puzzled struct {
	booking.Gateway
	about string
}

func (g puzzled) Fetch(ctx context.Context, known booking.Handle) (booking.Report, error) {
	if known.Checkout == g.about {
		return booking.Report{}, errPuzzled
	}
	return g.Gateway.Fetch(ctx, known)
}

var errPuzzled = errors.New("no answer that anybody understands")

// TestReconcile_OneThatFailsKeepsNobodyWaiting: what a gateway says of one payment cannot be used; the next one is asked about all the same.
func TestReconcile_OneThatFailsKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	l := newTill(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	l.sandbox.SetFaults(sandbox.Faults{Silent: true})
	odd, h := l.hold(player(1)), l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2))
	first, second := l.checkout(player(1), odd, booking.Sandbox), l.checkout(player(2), h, booking.Sandbox)
	l.must(l.sandbox.Pay(second.Checkout))
	l.stop(start.Add(11 * time.Minute))
	service := l.serviceWith(map[booking.Provider]booking.Gateway{booking.Sandbox: puzzled{l.gateways[booking.Sandbox], first.Checkout}})
	if err := service.SweepPayments(t.Context()); !errors.Is(err, errPuzzled) {
		t.Errorf("what failed is not reported: %v", err)
	}
	l.is(h.ID, booking.Confirmed)
}
