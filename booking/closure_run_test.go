package booking_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pavilion/booking"
)

// rain closes nets on 3 June 2026 between two hours; without nets it closes all.
func (b *bundle) rain(from, to int, nets ...booking.NetID) booking.Closure {
	start := time.Date(2026, 6, 3, 0, 0, 0, 0, time.UTC)
	return booking.Closure{
		Nets: nets, Reason: "Rain", Every: booking.Once,
		During: booking.Span{Start: start.Add(time.Duration(from) * time.Hour), End: start.Add(time.Duration(to) * time.Hour)},
	}
}

// previewed reads the preview of a closure.
func (b *bundle) previewed(closure booking.Closure) booking.ClosurePreview {
	b.t.Helper()
	p, err := b.PreviewClosure(b.t.Context(), boss(), b.club, closure)
	b.must(err)
	return p
}

// ids lists the ids of bookings.
func ids(list []booking.Booking) (all []booking.ID) {
	for _, x := range list {
		all = append(all, x.ID)
	}
	return all
}

// waitForRun waits until the run is in a state.
func (l *paymentClub) waitForRun(id booking.ClosureRunID, want booking.RunState) booking.ClosureRun {
	l.t.Helper()
	l.waitUntil(`SELECT NOT EXISTS (SELECT FROM closure_run_booking WHERE run_id = $1 AND outcome IS NULL)`, id)
	l.waitSettled()
	run, err := l.ClosureRun(l.t.Context(), boss(), l.club, id)
	l.must(err)
	if run.State() != want {
		l.t.Errorf("the run is %s, want %s: %+v", run.State(), want, run)
	}
	return run
}

// payOnline pays a hold at the gateway.
func (l *paymentClub) payOnline(who booking.Actor, b booking.Booking) booking.Payment {
	l.t.Helper()
	p := l.checkout(who, b, booking.Sandbox)
	l.must(l.sandbox.Pay(p.Checkout))
	l.waitUntil(`SELECT state = 'captured' FROM payment WHERE id = $1`, p.ID)
	return p
}

// refundPart has the staff give back a part of a booking's only payment.
func (l *paymentClub) refundPart(b booking.Booking, minor int64) {
	l.t.Helper()
	p := booking.PaymentID(one[int64](l.bundle, `SELECT id FROM payment WHERE booking_id = $1`, b.ID))
	_, err := l.Refund(l.t.Context(), desk(), booking.RefundRequest{Club: l.club, Payment: p, Amount: minor})
	l.must(err)
	l.waitSettled()
}

// A closure refunds every way of paying in full, although a cancellation at that time would cost the member a fee. Each member gets one message.
func TestClosureRun_RefundsInFullAndTellsEachMemberOnce(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	ctx := t.Context()
	l.at("2026-06-03T08:00:00Z") // two hours before: the fee is half of the price
	l.work()
	at := func(who booking.Actor, start string, net int) booking.Booking {
		return l.held(who, l.want("2026-06-03T"+start+":00Z", time.Hour, net))
	}
	first, second := at(player(1), "10:00", 1), at(player(1), "11:00", 2)
	l.payOnline(player(1), first)
	l.payOnline(player(1), second)
	cash := at(player(2), "10:00", 3)
	_, err := l.PayAtDesk(ctx, desk(), cash.ID, booking.Cash)
	l.must(err)
	stars := at(player(3), "10:00", 4)
	bill, err := l.Pay(ctx, player(3), booking.PayRequest{Booking: stars.ID, Provider: booking.Stars, Title: "Net 4"})
	l.must(err)
	l.must(l.PaidInTelegram(ctx, booking.InvoicePaid{Payload: l.InvoicePayload(bill), Payer: player(3).ID, Amount: bill.Amount, Charge: "stars-1"}))
	l.waitUntil(`SELECT state = 'confirmed' FROM booking WHERE id = $1`, stars.ID)
	unpaid := at(player(4), "10:00", 5)
	before, elsewhere := at(player(5), "09:00", 1), at(player(5), "12:00", 1)
	block, err := l.Block(ctx, desk(), booking.BlockRequest{Club: l.club, Nets: l.nets[5:], Start: unpaid.Span.Start, End: unpaid.Span.End})
	l.must(err)
	l.waitSettled()
	l.messages.mu.Lock()
	told := len(l.messages.sent)
	l.messages.mu.Unlock()

	closure := l.rain(10, 12)
	preview := l.previewed(closure)
	if got, want := ids(preview.Bookings), []booking.ID{first.ID, second.ID, cash.ID, stars.ID, unpaid.ID}; !slices.Equal(got, want) {
		t.Errorf("inside: %v, want %v", got, want)
	}
	if preview.Holds() != 1 || preview.People() != 4 {
		t.Errorf("%d holds, %d people", preview.Holds(), preview.People())
	}
	want := []booking.PaymentSum{
		{Provider: booking.Desk, Method: booking.Cash, Payments: 1, Amount: rupees(1000)},
		{Provider: booking.Sandbox, Payments: 2, Amount: rupees(2000)},
		{Provider: booking.Stars, Payments: 1, Amount: bill.Amount},
	}
	if !slices.Equal(preview.Back, want) || preview.Reviewed != nil {
		t.Errorf("goes back: %+v, want %+v; reviewed: %+v", preview.Back, want, preview.Reviewed)
	}

	run, err := l.CloseAndRefund(ctx, boss(), l.club, closure, preview.Version)
	l.must(err)
	run = l.waitForRun(run.ID, booking.RunForStaff) // cash goes back by hand
	if run.Bookings != 5 || run.Cancelled != 5 || run.Left != 0 || run.People != 4 {
		t.Errorf("the run: %+v", run)
	}
	var sums []booking.PaymentSum
	for _, back := range run.Refunds {
		sums = append(sums, back.PaymentSum)
		if byHand := back.Provider == booking.Desk; back.Failed != 0 || (back.ByHand == 1) != byHand || (back.Done == back.Amount) == byHand {
			t.Errorf("refunds: %+v", back)
		}
	}
	if !slices.Equal(sums, want) {
		t.Errorf("refunds %+v, previewed %+v", sums, want)
	}
	for _, id := range ids(preview.Bookings) {
		l.wantState(id, booking.Cancelled)
	}
	l.wantState(before.ID, booking.Held)
	l.wantState(elsewhere.ID, booking.Held)
	l.wantState(block.ID, booking.Confirmed)
	if got := l.stars.refunded(); !maps.Equal(got, map[string]int{"stars-1": 1}) {
		t.Errorf("stars went back: %v", got)
	}
	if in := l.balance("gateway:sandbox"); in != 0 {
		t.Errorf("the gateway still has %d", in)
	}
	if reasons := l.alertsByReason(); !maps.Equal(reasons, map[booking.ReviewReason]int{booking.ReviewRefundByHand: 1}) {
		t.Errorf("alerts: %v", reasons)
	}

	l.messages.mu.Lock()
	sent := slices.Clone(l.messages.sent[told:])
	l.messages.mu.Unlock()
	texts := map[booking.MemberID]string{}
	for _, m := range sent {
		if m.Kind != "closed" || texts[m.Member] != "" {
			t.Errorf("also told: %s %q", m.Kind, m.Text)
		}
		texts[m.Member] = m.Text
	}
	for who, parts := range map[int][]string{
		1: {"so 2 of your bookings are cancelled", "Why: Rain", "Net 1 · Wed 3 June, 10:00–11:00", "Net 2 · Wed 3 June, 11:00–12:00", "₹20 goes back to your test card"},
		2: {"so your booking is cancelled", "₹10 by hand"},
		3: {"back to your Telegram balance"},
		4: {"Nothing was paid"},
	} {
		for _, part := range parts {
			if !strings.Contains(texts[player(who).ID], part) {
				t.Errorf("player %d: no %q in %q", who, part, texts[player(who).ID])
			}
		}
	}
	if len(texts) != 4 {
		t.Errorf("%d people were told", len(texts))
	}
	// The release before drops this kind of notification in its jobs booking_deliver.
	if kinds := one[string](l.bundle, `SELECT string_agg(DISTINCT j.kind, ' ') FROM river_job j JOIN notification n ON n.id = (j.args ->> 'notification')::bigint WHERE n.kind = 'closed'`); kinds != "booking_deliver_closed" {
		t.Errorf("delivered by jobs %s", kinds)
	}
	l.healthy()
}

// If anything in the preview changes before the closure, the closure is refused with the new figures.
func TestClosureRun_CarriesTheFiguresThatWereSeen(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	ctx := t.Context()
	l.at("2026-06-01T00:00:00Z")
	l.work()
	closure := l.rain(10, 12, l.nets[0], l.nets[1])
	h := l.hold(player(1))
	var other booking.Booking
	seen := l.previewed(closure).Version
	for _, c := range []struct {
		name   string
		change func()
		inside int
		back   int64
	}{
		{"paid", func() { l.payOnline(player(1), h) }, 1, 1000},
		{"another hold", func() { other = l.held(player(2), l.want("2026-06-03T11:00:00Z", time.Hour, 2)) }, 2, 1000},
		{"given up", func() { _, err := l.Cancel(ctx, player(2), other.ID, false); l.must(err) }, 1, 1000},
		{"refunded in part", func() { l.refundPart(h, 300) }, 1, 700},
	} {
		c.change()
		_, err := l.CloseAndRefund(ctx, boss(), l.club, closure, seen)
		changed, ok := errors.AsType[*booking.ClosureChangedError](err)
		if !ok || !errors.Is(err, booking.ErrClosureChanged) {
			t.Fatalf("%s: %v", c.name, err)
		}
		var back int64
		for _, sum := range changed.Preview.Back {
			back += sum.Amount.Minor
		}
		if len(changed.Preview.Bookings) != c.inside || back != c.back || changed.Preview.Version == seen {
			t.Errorf("%s: the new figures are %+v", c.name, changed.Preview)
		}
		seen = changed.Preview.Version
	}
	if n := one[int](l.bundle, `SELECT (SELECT count(*) FROM closure) + (SELECT count(*) FROM closure_run)`); n != 0 {
		t.Errorf("%d rows of refused closures", n)
	}
	if _, err := l.CloseAndRefund(ctx, desk(), l.club, closure, seen); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("by the staff: %v", err)
	}
	if _, err := l.CloseAndRefund(ctx, boss(), l.club, l.rain(10, 12, 999_999), seen); !errors.Is(err, booking.ErrNoNet) {
		t.Errorf("another club's net: %v", err)
	}
	run, err := l.CloseAndRefund(ctx, boss(), l.club, closure, seen)
	l.must(err)
	run = l.waitForRun(run.ID, booking.RunDone)
	if len(run.Refunds) != 1 || run.Refunds[0].Done != rupees(700) {
		t.Errorf("refunds %+v", run.Refunds)
	}
	l.healthy()
}

// Twenty closings at once, and one afterwards, make one closure with one run.
func TestClosureRun_RepeatedIsTheSameRun(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	ctx := t.Context()
	l.at("2026-06-01T00:00:00Z")
	h := l.hold(player(1))
	closure := l.rain(10, 12, l.nets[1], l.nets[0])
	seen := l.previewed(closure).Version
	runs := make([]booking.ClosureRunID, 20)
	var all sync.WaitGroup
	for i := range runs {
		all.Go(func() {
			run, err := l.CloseAndRefund(ctx, boss(), l.club, closure, seen)
			if err != nil {
				t.Error(err)
			}
			runs[i] = run.ID
		})
	}
	all.Wait()
	if slices.Sort(runs); runs[0] != runs[19] {
		t.Errorf("runs %v", runs)
	}
	l.work()
	l.waitForRun(runs[0], booking.RunDone)
	l.wantState(h.ID, booking.Cancelled)
	again, err := l.CloseAndRefund(ctx, boss(), l.club, l.rain(10, 12, l.nets[0], l.nets[1]), l.previewed(closure).Version)
	l.must(err)
	if again.ID != runs[0] || again.Cancelled != 1 {
		t.Errorf("closed again: %+v", again)
	}
	const decided = `action = 'close_and_refund' AND reason = 'Rain' AND detail ->> 'bookings' = '1' AND detail ->> 'people' = '1'`
	if n := one[int](l.bundle, `SELECT (SELECT count(*) FROM closure) * 100 + (SELECT count(*) FROM audit WHERE `+decided+`)`); n != 101 {
		t.Errorf("closures and audit lines: %d", n)
	}
	if told := l.notices(player(1)); !maps.Equal(told, map[string]int{"closed": 1}) {
		t.Errorf("told: %v", told)
	}
	// A closure that was added without refunds is given its run. Once lifted, the same time can be closed again.
	plain, _, err := l.AddClosure(ctx, boss(), l.club, l.rain(14, 15))
	l.must(err)
	run, err := l.CloseAndRefund(ctx, boss(), l.club, l.rain(14, 15), l.previewed(l.rain(14, 15)).Version)
	l.must(err)
	if run.Closure.ID != plain.ID || run.State() != booking.RunDone {
		t.Errorf("a run of the closure %d: %+v", plain.ID, run)
	}
	l.must(l.RemoveClosure(ctx, boss(), l.club, plain.ID))
	later, err := l.CloseAndRefund(ctx, boss(), l.club, l.rain(14, 15), l.previewed(l.rain(14, 15)).Version)
	l.must(err)
	if later.ID == run.ID || later.Closure.ID == plain.ID {
		t.Errorf("closed again after it was lifted: %+v", later)
	}
	list, err := l.ClosureRuns(ctx, boss(), l.club)
	l.must(err)
	if len(list) != 3 || list[0].ID != later.ID || list[2].ID != runs[0] {
		t.Errorf("runs: %+v", list)
	}
	l.healthy()
}

// A booking may change after the closure and before its job. A member who cancels pays no fee. A booking that was moved out of the closure stays. An offer to
// a waiting member is withdrawn.
func TestClosureRun_BookingsThatChangeBeforeTheirTurn(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	ctx := t.Context()
	l.at("2026-06-03T08:00:00Z")
	var booked []booking.Booking
	for i := range 3 {
		h := l.held(player(i+1), l.want("2026-06-03T10:00:00Z", time.Hour, i+1))
		_, err := l.PayAtDesk(ctx, desk(), h.ID, booking.Card)
		l.must(err)
		booked = append(booked, h)
	}
	_, err := l.JoinWaitlist(ctx, player(4), booking.WaitRequest{Club: l.club, Net: l.nets[2], Start: booked[2].Span.Start, End: booked[2].Span.End})
	l.must(err)
	_, err = l.Cancel(ctx, player(3), booked[2].ID, false)
	l.must(err)
	offer := booking.ID(one[int64](l.bundle, `SELECT booking_id FROM waitlist WHERE state = 'offered'`))

	run, err := l.CloseAndRefund(ctx, boss(), l.club, l.rain(10, 11), l.previewed(l.rain(10, 11)).Version)
	l.must(err)
	terms, err := l.CancelTerms(ctx, player(1), booked[0].ID)
	l.must(err)
	if terms.Fee.Minor != 0 || len(terms.Back) != 1 || terms.Back[0] != rupees(1000) {
		t.Errorf("the member is shown a fee: %+v", terms)
	}
	gone, err := l.Cancel(ctx, player(1), booked[0].ID, false)
	l.must(err)
	if gone.CancelFee == nil || gone.CancelFee.Minor != 0 {
		t.Errorf("the member pays a fee: %+v", gone.CancelFee)
	}
	_, err = l.Reschedule(ctx, desk(), booked[1].ID, booking.RescheduleRequest{Start: booked[1].Span.Start.Add(4 * time.Hour), End: booked[1].Span.End.Add(4 * time.Hour)})
	l.must(err)
	l.work()
	l.waitUntil(`SELECT NOT EXISTS (SELECT FROM closure_run_booking WHERE outcome IS NULL)`)
	l.waitSettled()
	run, err = l.ClosureRun(ctx, boss(), l.club, run.ID)
	l.must(err)
	if run.Bookings != 3 || run.Cancelled != 1 || run.Left != 2 {
		t.Errorf("the run: %+v", run)
	}
	l.wantState(booked[1].ID, booking.Confirmed)
	l.wantState(offer, booking.Cancelled)
	for who, want := range map[int]map[string]int{1: {"cancelled": 1}, 2: {"moved": 1}, 4: {"closed": 1}} {
		got := l.notices(player(who))
		for _, early := range []string{"confirmed", "offered"} {
			delete(got, early)
		}
		if !maps.Equal(got, want) {
			t.Errorf("player %d was told %v, want %v", who, got, want)
		}
	}
	l.healthy()
}

// A refund that the gateway refuses is left to the staff. When they have given the money back, the run is done.
func TestClosureRun_ARefusedRefundWaitsForTheStaff(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	ctx := t.Context()
	l.at("2026-06-01T00:00:00Z")
	l.work()
	h := l.hold(player(1))
	bill, err := l.Pay(ctx, player(1), booking.PayRequest{Booking: h.ID, Provider: booking.Stars, Title: "Net 1"})
	l.must(err)
	l.must(l.PaidInTelegram(ctx, booking.InvoicePaid{Payload: l.InvoicePayload(bill), Payer: player(1).ID, Amount: bill.Amount, Charge: "stars-1"}))
	l.waitUntil(`SELECT state = 'confirmed' FROM booking WHERE id = $1`, h.ID)
	l.stars.refuse(1)
	run, err := l.CloseAndRefund(ctx, boss(), l.club, l.rain(10, 12), l.previewed(l.rain(10, 12)).Version)
	l.must(err)
	if run = l.waitForRun(run.ID, booking.RunForStaff); run.Refunds[0].Failed != 1 || run.Refunds[0].Done.Minor != 0 {
		t.Errorf("%+v", run.Refunds)
	}
	_, err = l.Refund(ctx, desk(), booking.RefundRequest{Club: l.club, Payment: bill.ID})
	l.must(err)
	if run = l.waitForRun(run.ID, booking.RunDone); len(run.Refunds) != 1 || run.Refunds[0].Payments != 1 || run.Refunds[0].Amount != bill.Amount || run.Refunds[0].Done != bill.Amount {
		t.Errorf("after the staff gave the money back: %+v", run.Refunds)
	}
	if got := l.stars.refunded(); !maps.Equal(got, map[string]int{"stars-1": 1}) {
		t.Errorf("stars went back: %v", got)
	}
	l.healthy()
}

// A payment under review stays when a closure cancels its booking, so the run waits for the staff.
func TestClosureRun_AReviewedPaymentWaitsForTheStaff(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	ctx := t.Context()
	l.at("2026-06-01T00:00:00Z")
	l.work()
	_, p := l.reviewed(player(1))
	closure := l.rain(14, 16)
	run, err := l.CloseAndRefund(ctx, boss(), l.club, closure, l.previewed(closure).Version)
	l.must(err)
	if run = l.waitForRun(run.ID, booking.RunForStaff); run.Cancelled != 1 || len(run.Refunds) != 0 {
		t.Errorf("before the decision: %+v", run)
	}
	l.at("2026-06-01T00:01:00Z")
	l.verdict(booking.RefundAll)
	l.waitSettled()
	if run = l.waitForRun(run.ID, booking.RunDone); len(run.Refunds) != 1 || run.Refunds[0].Done != l.payment(p.ID).Received {
		t.Errorf("after the decision: %+v", run.Refunds)
	}
	l.healthy()
}
