package booking_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
	sandbox "pavilion/sandbox/gateway"
)

func TestPay_MoneyConfirmsOnceAndIsSaidOnce(t *testing.T) {
	t.Parallel()
	for _, provider := range []booking.Provider{booking.Stripe, booking.Razorpay, booking.Sandbox} {
		t.Run(string(provider), func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, "INR")
			l.at("2026-06-01T00:00:00Z")
			l.work()
			h := l.hold(player(1))
			if _, err := l.Confirm(t.Context(), player(1), h.ID); !errors.Is(err, booking.ErrPayFirst) {
				t.Errorf("confirmed by word: %v", err)
			}
			p := l.checkout(player(1), h, provider)
			if again := l.checkout(player(1), h, provider); again.ID != p.ID || again.Checkout != p.Checkout {
				t.Errorf("asked again: %+v, first %+v", again, p)
			}
			l.must(l.sandbox.Pay(p.Checkout))
			l.waitSettled()
			l.wantState(h.ID, booking.Confirmed)
			if again, err := l.Pay(t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: provider}); err != nil || again.ID != p.ID || again.State != booking.Captured {
				t.Errorf("asked again when paid: %+v %v", again, err)
			}
			if b, err := l.Confirm(t.Context(), player(1), h.ID); err != nil || b.State != booking.Confirmed {
				t.Errorf("confirmed again: %s %v", b.State, err)
			}
			if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"confirmed": 1}) {
				t.Errorf("told: %v", told)
			}
			if in, out := l.balance("gateway:"+string(provider)), l.balance("sales"); in != 1000 || out != -1000 {
				t.Errorf("ledger: %d and %d", in, out)
			}
			if len(l.alertsByReason()) > 0 {
				t.Errorf("alerts: %v", l.alertsByReason())
			}
			l.healthy()
		})
	}
}

// Every order of a gateway's events, fifty times each, at the same time.
func TestEvents_AnyOrderAndAnyNumberEndTheSame(t *testing.T) {
	t.Parallel()
	orders := [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}
	for i, order := range orders {
		for _, provider := range []booking.Provider{booking.Sandbox, booking.Stripe, booking.Razorpay} {
			if provider != booking.Sandbox && i != len(orders)-1 {
				continue // order is booking's task, so other providers run the hardest order only
			}
			t.Run(fmt.Sprint(provider, order), func(t *testing.T) {
				t.Parallel()
				l := newPaymentClub(t, "INR")
				l.at("2026-06-01T00:00:00Z")
				l.work()
				h := l.hold(player(1))
				p := l.checkout(player(1), h, provider)
				l.sandbox.SetFaults(sandbox.Faults{Hold: true, Copies: 50})
				l.must(l.sandbox.Pay(p.Checkout)) // authorized, captured
				l.must(l.sandbox.RefundOwn(p.Checkout, 400))
				l.sandbox.Release(func(n int) []int {
					if n == 3 {
						return order
					}
					return sandbox.Reversed(n)
				})
				l.waitSettled()
				l.waitUntil(`SELECT NOT EXISTS (SELECT FROM payment_event WHERE applied_at IS NULL)`)
				l.waitSettled()
				l.wantState(h.ID, booking.Confirmed)
				if got := l.payment(p.ID); got.State != booking.PartRefunded || got.Refunded != 400 {
					t.Errorf("in the end %s, %d given back", got.State, got.Refunded)
				}
				if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"confirmed": 1, "refunded": 1}) {
					t.Errorf("told: %v", told)
				}
				if n := one[int](l.bundle, `SELECT count(*) FROM ledger WHERE cause LIKE 'capture:%'`); n != 2 {
					t.Errorf("%d entries of the capture, want 2", n)
				}
				for _, d := range l.sandbox.Delivered() {
					if d.Status != 200 {
						t.Errorf("%s was answered %d", d.Kind, d.Status)
					}
				}
				if got, want := one[int](l.bundle, `SELECT count(*) FROM payment_event`), len(l.sandbox.Delivered())/50; got != want {
					t.Errorf("%d events kept, want %d", got, want)
				}
				if in := l.balance("gateway:" + string(provider)); in != 600 {
					t.Errorf("the gateway has %d, want 600", in)
				}
				l.healthy()
			})
		}
	}
}

// The ids of the events differ, so only the payment's state detects the repeat.
func TestEvents_DifferentEventsThatSayTheSame(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p := l.checkout(player(1), h, booking.Sandbox)
	report := booking.Report{Reference: p.Reference, Checkout: p.Checkout, Charge: "ch_1", State: booking.Captured, Amount: rupees(1000)}
	var running sync.WaitGroup
	for i := range 50 {
		running.Go(func() {
			e := booking.Event{ID: fmt.Sprintf("evt_%d", i), Kind: "payment.captured", Report: report}
			if err := l.StoreEvent(t.Context(), booking.Sandbox, e, fmt.Appendf(nil, "body %d", i)); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	// The same body under another id is the same event: not every provider signs the id.
	l.must(l.StoreEvent(t.Context(), booking.Sandbox, booking.Event{ID: "evt_new", Kind: "payment.captured", Report: report}, []byte("body 7")))
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	if n := one[int](l.bundle, `SELECT count(*) FROM payment_event`); n != 50 {
		t.Errorf("%d events, want 50", n)
	}
	if told := l.notices(player(1)); told["confirmed"] != 1 {
		t.Errorf("told: %v", told)
	}
	if in := l.balance("gateway:sandbox"); in != 1000 {
		t.Errorf("the gateway has %d", in)
	}
	l.healthy()
}

func TestAmounts_OnlyExactlyWhatWasAskedForConfirms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		currency string // the club's; an hour is 1000 of its smallest units
		pays     int64  // in ISO 4217's smallest units
		in       string
		ok       bool
		reason   booking.ReviewReason
	}{
		"exact":             {"INR", 1000, "INR", true, ""},
		"a unit less":       {"INR", 999, "INR", false, booking.ReviewAmount},
		"a tip":             {"INR", 1001, "INR", false, booking.ReviewAmount},
		"in major units":    {"INR", 10, "INR", false, booking.ReviewAmount},
		"another currency":  {"INR", 1000, "USD", false, booking.ReviewAmount},
		"a made-up one":     {"INR", 1000, "QQQ", false, booking.ReviewAmount},
		"yen":               {"JPY", 1000, "JPY", true, ""},
		"yen a hundredfold": {"JPY", 100_000, "JPY", false, booking.ReviewAmount},
		"dinars":            {"KWD", 1000, "KWD", true, ""},
		"dinars as if of 2": {"KWD", 100, "KWD", false, booking.ReviewAmount},
		"half a dinar less": {"KWD", 999, "KWD", false, booking.ReviewAmount},
		"parts of a dinar":  {"RSD", 100_050, "RSD", false, booking.ReviewAmount}, // not a whole number of our units
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, c.currency)
			l.at("2026-06-01T00:00:00Z")
			l.work()
			h := l.hold(player(1))
			p := l.checkout(player(1), h, booking.Sandbox)
			l.must(l.sandbox.PayOther(p.Checkout, c.pays, c.in))
			l.waitSettled()
			for _, d := range l.sandbox.Delivered() {
				if d.Status != 200 {
					t.Errorf("the gateway was answered %d", d.Status)
				}
			}
			got := l.payment(p.ID)
			if c.ok {
				l.wantState(h.ID, booking.Confirmed)
				if got.State != booking.Captured || len(l.alertsByReason()) > 0 {
					t.Errorf("%s, alerts %v", got.State, l.alertsByReason())
				}
				l.healthy()
				return
			}
			l.wantState(h.ID, booking.Held)
			if got.State != booking.InReview || l.alertsByReason()[c.reason] != 1 || !maps.Equal(l.notices(player(1)), map[string]int{"payment_review": 1}) {
				t.Errorf("%s, alerts %v, told %v", got.State, l.alertsByReason(), l.notices(player(1)))
			}
			if own := l.balance("sales"); own != 0 {
				t.Errorf("%d counts as the club's", own)
			}
			l.healthy()
		})
	}
}

func TestLate_TheSlotIsStillFree(t *testing.T) {
	t.Parallel()
	for name, sweep := range map[string]bool{"not swept": false, "swept": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newPaymentClub(t, "INR")
			start := l.at("2026-06-01T00:00:00Z")
			l.work()
			h := l.hold(player(1))
			p := l.checkout(player(1), h, booking.Razorpay)
			l.must(l.sandbox.Decline(p.Checkout))
			l.waitSettled()
			if got := l.payment(p.ID); got.State != booking.Failed {
				t.Fatalf("declined: %s", got.State)
			}
			l.stop(start.Add(30 * time.Hour)) // the bank changed its mind
			if sweep {
				_, err := l.Expire(t.Context())
				l.must(err)
				l.wantState(h.ID, booking.Expired)
			}
			l.must(l.sandbox.Pay(p.Checkout))
			l.waitSettled()
			l.wantState(h.ID, booking.Confirmed)
			if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"confirmed": 1}) {
				t.Errorf("told: %v", told)
			}
			l.healthy()
		})
	}
}

func TestLate_TheSlotWasSoldAgain(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p := l.checkout(player(1), h, booking.Stripe)
	l.stop(start.Add(10 * time.Minute))
	second := l.hold(player(2))
	q := l.checkout(player(2), second, booking.Sandbox)
	l.must(l.sandbox.Pay(q.Checkout))
	l.waitSettled()
	l.sandbox.SetFaults(sandbox.Faults{Copies: 20})
	l.must(l.sandbox.Pay(p.Checkout))
	l.waitSettled()
	l.waitSettled() // the refund has callbacks of its own
	l.wantState(h.ID, booking.SlotLost)
	l.wantState(second.ID, booking.Confirmed)
	got := l.payment(p.ID)
	if list := l.sandbox.Refunds(got.Charge); len(list) != 1 || list[0].Amount != 1000 || got.State != booking.Refunded {
		t.Errorf("refunds %+v, payment %s", list, got.State)
	}
	if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"slot_lost": 1, "refunded": 1}) {
		t.Errorf("the first was told %v", told)
	}
	if told := l.notices(player(2)); !maps.Equal(told, map[string]int{"confirmed": 1}) {
		t.Errorf("the second was told %v", told)
	}
	if in, own := l.balance("gateway:stripe"), one[int64](l.bundle, `SELECT sum(minor)::bigint FROM ledger WHERE payment_id = $1`, p.ID); in != 0 || own != 0 {
		t.Errorf("of the first payment %d is at the gateway, the entries add up to %d", in, own)
	}
	l.healthy()
}

func TestLate_AfterTheStartOrACancellationItGoesBack(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	l.work()
	cancelled := l.hold(player(1))
	p := l.checkout(player(1), cancelled, booking.Sandbox)
	_, err := l.Cancel(t.Context(), player(1), cancelled.ID, false)
	l.must(err)
	l.must(l.sandbox.PayLate(p.Checkout))
	over := l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2))
	q := l.checkout(player(2), over, booking.Sandbox)
	l.waitSettled()
	l.stop(start.Add(72 * time.Hour))
	l.must(l.sandbox.Pay(q.Checkout))
	l.waitSettled()
	l.wantState(cancelled.ID, booking.Cancelled)
	l.wantState(over.ID, booking.SlotLost)
	for _, id := range []booking.PaymentID{p.ID, q.ID} {
		if got := l.payment(id); got.State != booking.Refunded {
			t.Errorf("payment %d is %s", id, got.State)
		}
	}
	l.healthy()
}

func TestLate_AClosureOrARetiredNetLosesTheSlot(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p := l.checkout(player(1), h, booking.Sandbox)
	l.stop(start.Add(time.Hour))
	_, err := l.Expire(t.Context())
	l.must(err)
	_, _, err = l.AddClosure(t.Context(), boss(), l.club, booking.Closure{Every: booking.EveryWeek, First: day(t, "2026-06-03"), From: 0, To: 1440})
	l.must(err)
	l.must(l.sandbox.Pay(p.Checkout))
	l.waitSettled()
	l.wantState(h.ID, booking.SlotLost)
	l.healthy()
}

func TestPay_TwoProvidersForOneBookingSendTheSecondMoneyBack(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p, q := l.checkout(player(1), h, booking.Stripe), l.checkout(player(1), h, booking.Razorpay)
	l.must(l.sandbox.PayLate(p.Checkout))
	l.waitSettled()
	l.must(l.sandbox.Pay(q.Checkout))
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	if first, second := l.payment(p.ID), l.payment(q.ID); first.State != booking.Captured || second.State != booking.Refunded {
		t.Errorf("%s and %s", first.State, second.State)
	}
	if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"confirmed": 1, "refunded": 1}) {
		t.Errorf("told: %v", told)
	}
	l.healthy()
}

func TestPay_WhatCannotBePaid(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	for name, c := range map[string]struct {
		who  booking.Actor
		by   booking.Provider
		want error
	}{
		"somebody else's":     {player(2), booking.Stripe, booking.ErrNoBooking},
		"at a desk online":    {player(1), booking.Desk, booking.ErrNoGateway},
		"a provider unknown":  {player(1), "paypal", booking.ErrNoGateway},
		"a currency of none":  {player(1), booking.Stars, nil},
		"in its own currency": {player(1), booking.Sandbox, nil},
	} {
		p, err := l.Pay(t.Context(), c.who, booking.PayRequest{Booking: h.ID, Provider: c.by})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if c.by == booking.Stars && p.Amount != (booking.Money{Minor: 7, Currency: "XTR"}) { // 1000/150, up
			t.Errorf("in stars: %s", p.Amount)
		}
	}
	l.stop(start.Add(10 * time.Minute))
	if _, err := l.Pay(t.Context(), player(1), booking.PayRequest{Booking: h.ID, Provider: booking.Stripe}); !errors.Is(err, booking.ErrHoldExpired) {
		t.Errorf("at its end: %v", err)
	}
}

func TestPay_APriceThatChangedIsAskedAnew(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p := l.checkout(player(1), h, booking.Sandbox)
	at := time.Date(2026, 6, 3, 14, 0, 0, 0, time.UTC)
	moved, err := l.Reschedule(t.Context(), player(1), h.ID, booking.RescheduleRequest{Start: at, End: at.Add(2 * time.Hour)})
	l.must(err)
	q := l.checkout(player(1), moved.Booking, booking.Sandbox)
	if q.ID == p.ID || q.Amount != rupees(2000) {
		t.Fatalf("the old page for the new price: %+v", q)
	}
	l.must(l.sandbox.PayLate(p.Checkout)) // the bank was asked before the page closed
	l.waitSettled()
	l.wantState(h.ID, booking.Held)
	if got := l.payment(p.ID); got.State != booking.InReview || l.alertsByReason()[booking.ReviewPrice] != 1 {
		t.Errorf("%s, alerts %v", got.State, l.alertsByReason())
	}
	l.must(l.sandbox.Pay(q.Checkout))
	l.waitSettled()
	l.wantState(h.ID, booking.Confirmed)
	l.healthy()
}

func TestUnknown_MoneyThatNobodyAskedForIsParkedAndSaid(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	start := l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	p := l.checkout(player(1), h, booking.Sandbox)
	other := l.checkout(player(2), l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2)), booking.Sandbox)
	keep := func(id string, r booking.Report) {
		t.Helper()
		r.State, r.Amount = booking.Captured, rupees(1000)
		l.must(l.StoreEvent(t.Context(), booking.Sandbox, booking.Event{ID: id, Kind: "payment.captured", Report: r}, []byte(id)))
	}
	keep("1", booking.Report{Reference: "of-somebody-else-entirely-0", Charge: "ch_x"})
	keep("2", booking.Report{Reference: p.Reference, Checkout: other.Checkout, Charge: "ch_y"}) // another booking's page
	l.must(l.sandbox.Pay(other.Checkout))
	l.waitSettled()
	theirs := l.payment(other.ID)
	keep("3", booking.Report{Reference: p.Reference, Checkout: p.Checkout, Charge: theirs.Charge}) // another booking's money
	keep("4", booking.Report{Charge: "ch_stray"})
	l.waitSettled()
	l.wantState(h.ID, booking.Held)
	if got := l.payment(p.ID); got.State != booking.Created {
		t.Errorf("the payment is %s", got.State)
	}
	if rung := l.alertsByReason(); rung[booking.ReviewUnknown] != 1 || rung[booking.ReviewMismatch] != 2 {
		t.Errorf("alerts %v", rung)
	}
	if waiting := one[int](l.bundle, `SELECT count(*) FROM payment_event WHERE applied_at IS NULL`); waiting != 1 {
		t.Errorf("%d events wait, want the one without our reference", waiting)
	}
	l.stop(start.Add(10 * time.Minute))
	l.must(l.SweepPayments(t.Context()))
	l.waitSettled()
	if rung := l.alertsByReason(); rung[booking.ReviewUnknown] != 2 {
		t.Errorf("alerts %v", rung)
	}
	list, err := l.Reviews(t.Context(), boss(), l.club)
	l.must(err)
	if len(list) != 4 {
		t.Errorf("%d reviews open, want 4", len(list))
	}
	for _, r := range list {
		l.must(l.Resolve(t.Context(), boss(), l.club, r.ID, booking.Close))
		if err := l.Resolve(t.Context(), boss(), l.club, r.ID, booking.Close); !errors.Is(err, booking.ErrNoReview) {
			t.Errorf("closed twice: %v", err)
		}
	}
	l.healthy()
}

func TestReview_AcceptedOrGivenBack(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	tip, short := l.hold(player(1)), l.held(player(2), l.want("2026-06-03T10:00:00Z", time.Hour, 2))
	p, q := l.checkout(player(1), tip, booking.Sandbox), l.checkout(player(2), short, booking.Stripe)
	l.must(l.sandbox.PayOther(p.Checkout, 1100, "INR"))
	l.must(l.sandbox.PayOther(q.Checkout, 10, "INR"))
	l.waitSettled()
	list, err := l.Reviews(t.Context(), boss(), l.club)
	l.must(err)
	if len(list) != 2 {
		t.Fatalf("reviews %+v", list)
	}
	if _, err := l.Reviews(t.Context(), player(1), l.club); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("a member reads reviews: %v", err)
	}
	for _, r := range list {
		if err := l.Resolve(t.Context(), boss(), l.club, r.ID, booking.Close); !errors.Is(err, booking.ErrVerdict) {
			t.Errorf("closed with the money in between: %v", err)
		}
		verdict := booking.Accept
		if r.Payment == q.ID {
			verdict = booking.RefundAll
		}
		var won int
		var running sync.WaitGroup
		var mu sync.Mutex
		for range 8 {
			running.Go(func() {
				err := l.Resolve(context.WithoutCancel(t.Context()), boss(), l.club, r.ID, verdict)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won++
				} else if !errors.Is(err, booking.ErrNoReview) {
					t.Error(err)
				}
			})
		}
		running.Wait()
		if won != 1 {
			t.Errorf("%d of eight decided", won)
		}
	}
	l.waitSettled()
	l.wantState(tip.ID, booking.Confirmed)
	l.wantState(short.ID, booking.Held)
	if kept, back := l.payment(p.ID), l.payment(q.ID); kept.State != booking.Captured || back.State != booking.Refunded {
		t.Errorf("%s and %s", kept.State, back.State)
	}
	if own, between := l.balance("sales"), l.balance("suspense"); own != -1100 || between != 0 {
		t.Errorf("sales %d, suspense %d", own, between)
	}
	l.healthy()
}

func TestPaymentStates_EveryPair(t *testing.T) {
	t.Parallel()
	allowed := map[booking.PaymentState][]booking.PaymentState{
		booking.Created:       {booking.Failed, booking.Authorized, booking.InReview, booking.Captured},
		booking.Failed:        {booking.Authorized, booking.InReview, booking.Captured},
		booking.Authorized:    {booking.InReview, booking.Captured},
		booking.InReview:      {booking.Captured, booking.RefundPending, booking.PartRefunded, booking.Refunded},
		booking.Captured:      {booking.RefundPending, booking.PartRefunded, booking.Refunded},
		booking.RefundPending: {booking.InReview, booking.Captured, booking.PartRefunded, booking.Refunded},
		booking.PartRefunded:  {booking.RefundPending, booking.Refunded},
	}
	for _, from := range booking.PaymentStates() {
		for _, to := range booking.PaymentStates() {
			if err := from.To(to); (err == nil) != slices.Contains(allowed[from], to) || err != nil && !errors.Is(err, booking.ErrState) {
				t.Errorf("%s to %s: %v", from, to, err)
			}
		}
	}
}

func TestSchema_MoneyCannotBeWrong(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	_, p := l.paid(player(1), booking.Sandbox)
	for name, sql := range map[string]string{
		"more back than came":            `UPDATE payment SET refund_minor = 1001`,
		"given back and not asked for":   `UPDATE payment SET refunded_minor = 1`,
		"captured with another amount":   `UPDATE payment SET received_minor = 999`,
		"captured in another currency":   `UPDATE payment SET received_currency = 'USD'`,
		"entries that do not add up":     `INSERT INTO ledger (cause, account, payment_id, currency, minor, at) SELECT 'x', 'sales', id, 'INR', 5, now() FROM payment`,
		"a cause twice":                  `INSERT INTO ledger (cause, account, payment_id, currency, minor, at) SELECT cause, account, payment_id, currency, minor, at FROM ledger`,
		"the past rewritten":             `UPDATE ledger SET minor = minor * 2`,
		"the past forgotten":             `DELETE FROM ledger`,
		"all of it":                      `TRUNCATE ledger`,
		"a charge of two payments":       `INSERT INTO payment (reference, club_id, booking_id, member_id, version, provider, state, currency, amount_minor, price_currency, price_minor, charge, created_at, changed_at) SELECT reference || '2', club_id, booking_id, member_id, version, provider, 'failed', currency, amount_minor, price_currency, price_minor, charge, now(), now() FROM payment`,
		"an event twice":                 `INSERT INTO payment_event (provider, event_id, digest, kind, reference, checkout, charge, payer_id, state, currency, amount_minor, refunded_minor) SELECT provider, event_id, 'x', kind, reference, checkout, charge, payer_id, state, currency, amount_minor, refunded_minor FROM payment_event`,
		"a state that there is not":      `UPDATE payment SET state = 'paid'`,
		"a refund of the same key twice": `INSERT INTO refund (reference, key, payment_id, reason, state, currency, amount_minor, actor_id, created_at) SELECT n::text, 'k', id, 'staff', 'pending', 'INR', 1, 1, now() FROM payment, generate_series(1, 2) n`,
	} {
		if _, err := l.db.Exec(t.Context(), sql); err == nil {
			t.Errorf("the schema took %s", name)
		}
	}
	if got := l.payment(p.ID); got.State != booking.Captured {
		t.Errorf("%s", got.State)
	}
	l.healthy()
}
