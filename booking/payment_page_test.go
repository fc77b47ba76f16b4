package booking_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
	sandbox "pavilion/sandbox/gateway"
)

// dearer moves a hold to a time that costs twice as much.
func (l *paymentClub) dearer(who booking.Actor, id booking.ID) booking.Booking {
	l.t.Helper()
	at := time.Date(2026, 6, 3, 14, 0, 0, 0, time.UTC)
	moved, err := l.Reschedule(l.t.Context(), who, id, booking.RescheduleRequest{Start: at, End: at.Add(2 * time.Hour)})
	l.must(err)
	return moved.Booking
}

// wantClosed checks that the gateway refuses a payment on an old page, once all jobs have run.
func (l *paymentClub) wantClosed(p booking.Payment) {
	l.t.Helper()
	l.waitSettled()
	if err := l.sandbox.Pay(p.Checkout); err == nil {
		l.t.Errorf("the page of payment %d, which is %s, still takes money", p.ID, l.payment(p.ID).State)
	}
}

func TestPage_IsClosedWhenItsHoldIsPaidForOtherwise(t *testing.T) {
	t.Parallel()
	for _, provider := range []booking.Provider{booking.Stripe, booking.Razorpay, booking.Sandbox} {
		for name, act := range map[string]func(l *paymentClub, h booking.Booking){
			"moved to a dearer time": func(l *paymentClub, h booking.Booking) { l.dearer(player(1), h.ID) },
			"another provider": func(l *paymentClub, h booking.Booking) {
				other := booking.Stripe
				if provider == other {
					other = booking.Razorpay
				}
				l.checkout(player(1), h, other)
			},
			"an invoice in the chat": func(l *paymentClub, h booking.Booking) { l.invoice(player(1), h, booking.Telegram) },
			"paid at the desk": func(l *paymentClub, h booking.Booking) {
				_, err := l.PayAtDesk(l.t.Context(), boss(), h.ID, booking.Cash)
				l.must(err)
			},
			"given up": func(l *paymentClub, h booking.Booking) {
				_, err := l.Cancel(l.t.Context(), player(1), h.ID, false)
				l.must(err)
			},
		} {
			t.Run(string(provider)+", "+name, func(t *testing.T) {
				t.Parallel()
				l := newPaymentClub(t, "INR")
				l.at("2026-06-01T00:00:00Z")
				l.work()
				h := l.hold(player(1))
				p := l.checkout(player(1), h, provider)
				act(l, h)
				l.wantClosed(p)
				if got := l.payment(p.ID); got.State != booking.Failed {
					t.Errorf("the old payment is %s", got.State)
				}
				l.healthy()
			})
		}
	}
}

// The page of the new price takes the money.
func TestPage_OfTheNewPriceIsPaid(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p := l.checkout(player(1), h, booking.Sandbox)
	moved := l.dearer(player(1), h.ID)
	l.wantClosed(p)
	l.must(l.sandbox.Pay(l.checkout(player(1), moved, booking.Sandbox).Checkout))
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	if rung := l.alertsByReason(); len(rung) != 0 {
		t.Errorf("alerts %v", rung)
	}
	l.healthy()
}

// A move to a time of the same price leaves the page open.
func TestPage_StaysOpenAtTheSamePrice(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p := l.checkout(player(1), h, booking.Sandbox)
	at := h.Span.Start.Add(24 * time.Hour)
	_, err := l.Reschedule(t.Context(), player(1), h.ID, booking.RescheduleRequest{Start: at, End: at.Add(h.Span.End.Sub(h.Span.Start))})
	l.must(err)
	l.waitSettled()
	l.must(l.sandbox.Pay(p.Checkout))
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	l.healthy()
}

// The job is in the transaction of the move. It repeats a call whose answer was lost, and one during an outage of the gateway.
func TestPage_IsClosedAfterACrashInBetween(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	p := l.checkout(player(1), h, booking.Sandbox)
	l.dearer(player(1), h.ID) // no worker runs: the process dies after the commit
	l.sandbox.SetFaults(sandbox.Faults{APIDown: true})
	if err := l.ClosePage(t.Context(), p.ID); !errors.Is(err, booking.ErrGateway) {
		t.Errorf("while the gateway is down: %v", err)
	}
	l.sandbox.SetFaults(sandbox.Faults{LoseAnswers: 1})
	if err := l.ClosePage(t.Context(), p.ID); !errors.Is(err, booking.ErrGateway) {
		t.Errorf("with a lost answer: %v", err)
	}
	l.sandbox.SetFaults(sandbox.Faults{})
	l.work() // the next process
	l.wantClosed(p)
	if left := one[int](l.bundle, `SELECT count(*) FROM river_job WHERE kind = 'booking_close_page' AND state <> 'completed'`); left != 0 {
		t.Errorf("%d jobs are left", left)
	}
	l.healthy()
}

// slowGateway answers a call for a page after proceed is closed.
type slowGateway struct {
	booking.Gateway

	asked, proceed chan struct{}
}

func (g slowGateway) Create(ctx context.Context, r booking.CheckoutRequest) (booking.Checkout, error) {
	close(g.asked)
	<-g.proceed
	return g.Gateway.Create(ctx, r)
}

// The hold moves while the gateway creates the page.
func TestPage_ThatIsBeingCreatedIsClosedAfterwards(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	slow := slowGateway{l.gateways[booking.Sandbox], make(chan struct{}), make(chan struct{})}
	var p booking.Payment
	var running sync.WaitGroup
	running.Go(func() {
		var err error
		p, err = l.serviceWith(map[booking.Provider]booking.Gateway{booking.Sandbox: slow}).Pay(t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: booking.Sandbox})
		if err != nil {
			t.Error(err)
		}
	})
	<-slow.asked
	l.dearer(player(1), h.ID)
	id := booking.PaymentID(one[int64](l.bundle, `SELECT id FROM payment`))
	if err := l.ClosePage(t.Context(), id); !errors.Is(err, booking.ErrPageUnknown) {
		t.Errorf("while the page is being created: %v, want %v", err, booking.ErrPageUnknown)
	}
	close(slow.proceed)
	running.Wait()
	l.work()
	l.wantClosed(p)
	l.healthy()
}
