package booking_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pavilion/booking"
)

// reported is a club in London whose clock goes back on 25 October: random bookings of two weeks, paid in three ways, of which some were cancelled,
// refunded, checked in or missed, beside a block and a closure.
func reported(t *testing.T) *paymentClub {
	t.Helper()
	l := newPaymentClub(t, "INR")
	l.moveToZone("Europe/London")
	l.work()
	random := rand.New(rand.NewPCG(14, 7)) // the same data at each run
	first := l.at("2026-10-18T23:00:00Z")  // midnight in London
	clock := first.Add(-500 * time.Hour)
	l.stop(clock)
	_, err := l.Block(t.Context(), boss(), booking.BlockRequest{Club: l.club, Nets: l.nets[5:], Start: first.Add(30 * time.Hour), End: first.Add(50 * time.Hour)})
	l.must(err)
	shut := booking.Closure{Nets: l.nets[5:], Every: booking.Once, During: booking.Span{Start: first.Add(40 * time.Hour), End: first.Add(60 * time.Hour)}}
	_, _, err = l.AddClosure(t.Context(), boss(), l.club, shut)
	l.must(err)
	var pages []string
	var booked []booking.Booking
	for len(booked) < 42 {
		if clock = clock.Add(10 * time.Hour); clock.After(first) {
			clock = first
		}
		l.stop(clock)
		start := first.Add(time.Duration(3+random.IntN(13*24)) * time.Hour)
		if len(booked) < 4 {
			start = first.Add(time.Duration(6*24+len(booked)) * time.Hour) // around the change of the clock
		}
		r := l.want(start.Format(time.RFC3339), time.Duration(1+random.IntN(3))*time.Hour, 1+random.IntN(3))
		if random.IntN(4) == 0 {
			r.Nets = append(r.Nets, l.nets[3+random.IntN(2)])
		}
		who := player(len(booked))
		h, err := l.Hold(t.Context(), who, r)
		if errors.Is(err, booking.ErrSlotTaken) || errors.Is(err, booking.ErrOutsideHours) {
			continue
		}
		l.must(err)
		booked = append(booked, h)
		switch len(booked) % 3 {
		case 0:
			p := l.checkout(who, h, booking.Sandbox)
			pages = append(pages, p.Checkout)
			l.must(l.sandbox.Pay(p.Checkout))
			l.waitSettled()
		case 1:
			_, err = l.PayAtDesk(t.Context(), boss(), h.ID, booking.Cash)
		case 2:
			_, err = l.PayAtDesk(t.Context(), boss(), h.ID, "card")
		}
		l.must(err)
	}
	l.must(l.sandbox.RefundOwn(pages[len(pages)-1], 100)) // a part, by the gateway itself
	l.waitSettled()
	type event struct {
		at  time.Time
		run func(ctx context.Context, by booking.Actor, id booking.ID) (booking.Booking, error)
		by  booking.Actor
		id  booking.ID
	}
	cancel := func(ctx context.Context, by booking.Actor, id booking.ID) (booking.Booking, error) {
		return l.Cancel(ctx, by, id, false)
	}
	var events []event
	for i, h := range booked {
		switch i % 6 {
		case 0: // for free
			events = append(events, event{later(h.Span.Start.Add(-30*time.Hour), first), cancel, player(i), h.ID})
		case 1: // with a fee
			events = append(events, event{later(h.Span.Start.Add(-3*time.Hour), first), cancel, player(i), h.ID})
		case 2:
			events = append(events, event{h.Span.Start.Add(-10 * time.Minute), l.CheckIn, boss(), h.ID})
		case 3:
			events = append(events, event{h.Span.Start.Add(20 * time.Minute), l.NoShow, boss(), h.ID})
		}
	}
	slices.SortFunc(events, func(x, y event) int { return x.at.Compare(y.at) })
	for _, e := range events {
		l.stop(e.at)
		_, err := e.run(t.Context(), e.by, e.id)
		l.must(err)
	}
	l.waitSettled()
	l.healthy()
	return l
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func TestReport_SumsEqualTheLedgerAndTheExport(t *testing.T) {
	t.Parallel()
	l := reported(t)
	from, to := day(t, "2026-10-19"), day(t, "2026-11-01")
	r, err := l.ClubReport(t.Context(), boss(), l.club, from, to)
	l.must(err)
	export, err := l.Export(t.Context(), boss(), l.club, from, to)
	l.must(err)

	type sums struct {
		bookings, checkedIn, noShows, late int
		price, fees                        int64
		booked                             time.Duration
	}
	var want, days, nets sums
	netPrice := map[booking.NetID]int64{}
	for _, b := range export {
		switch {
		case b.Kind == booking.Block || b.State == booking.Held:
			continue
		case b.State == booking.Cancelled:
			want.late++
			want.fees += b.CancelFee.Minor
			continue
		case b.State == booking.CheckedIn:
			want.checkedIn++
		case b.State == booking.NoShow:
			want.noShows++
		}
		if b.State != booking.NoShow {
			want.booked += b.Span.Length() * time.Duration(len(b.Nets))
		}
		want.bookings++
		want.price += b.Price.Minor
		for _, line := range b.Lines {
			netPrice[line.Net] += line.Amount.Minor
		}
	}
	if want.bookings < 20 || want.late < 4 || want.checkedIn < 4 || want.noShows < 4 {
		t.Fatalf("too little happened: %+v", want)
	}
	var received, refunded, leads int64
	for _, d := range r.Days {
		days = sums{days.bookings + d.Bookings, days.checkedIn + d.CheckedIn, days.noShows + d.NoShows, days.late + d.LateCancelled, days.price + d.Price, days.fees + d.Fees, 0}
		received, refunded = received+d.Received, refunded+d.Refunded
	}
	var use booking.Use
	for weekday, hours := range r.Use {
		for hour, u := range hours {
			use.Booked, use.Blocked, use.Open = use.Booked+u.Booked, use.Blocked+u.Blocked, use.Open+u.Open
			if u.Booked+u.Blocked > u.Open {
				t.Errorf("weekday %d, %d:00: %+v", weekday, hour, u)
			}
		}
	}
	if use.Blocked != 10*time.Hour {
		t.Errorf("%s are blocked while the net is open", use.Blocked)
	}
	days.booked = use.Booked
	if days != want {
		t.Errorf("the days have %+v, the export %+v", days, want)
	}
	for _, n := range r.Nets {
		nets.price, nets.booked = nets.price+n.Price, nets.booked+n.Booked
		if n.Price != netPrice[n.Net.ID] {
			t.Errorf("%s has %d, the lines of the export %d", n.Net.Name, n.Price, netPrice[n.Net.ID])
		}
	}
	if nets.price != want.price || nets.booked != want.booked {
		t.Errorf("the nets have %+v, the export %+v", nets, want)
	}
	for _, lead := range r.Leads {
		leads += int64(lead.Bookings)
	}
	if leads != int64(want.bookings) {
		t.Errorf("%d lead times of %d bookings", leads, want.bookings)
	}

	const during = ` AND at >= '2026-10-19 00:00 Europe/London' AND at < '2026-11-02 00:00 Europe/London'`
	if ledger := one[int64](l.bundle, `SELECT -sum(minor)::bigint FROM ledger WHERE account = 'sales'`+during); received-refunded != ledger || refunded == 0 {
		t.Errorf("%d came and %d went back, the ledger has %d", received, refunded, ledger)
	}
	for _, way := range r.Takings {
		account := "gateway:" + string(way.Provider)
		if way.Provider == booking.Desk {
			account = "desk:" + way.Method
		}
		for credit, got := range map[string]int64{"minor > 0": way.Received, "minor < 0": -way.Refunded} {
			if ledger := one[int64](l.bundle, `SELECT coalesce(sum(minor), 0)::bigint FROM ledger WHERE account = $1 AND `+credit+during, account); got != ledger {
				t.Errorf("%s, %s: %d, the ledger has %d", account, credit, got, ledger)
			}
		}
		received, refunded = received-way.Received, refunded-way.Refunded
	}
	if received != 0 || refunded != 0 {
		t.Errorf("the days and the ways differ by %d and %d", received, refunded)
	}
}

// The night of 25 October has one o'clock twice, and the club is open all the time.
func TestReport_ARepeatedHourIsTwiceAsLong(t *testing.T) {
	t.Parallel()
	b := newClub(t, "Europe/London", easy())
	b.at("2026-10-01T00:00:00Z")
	h := b.held(player(1), b.want("2026-10-25T00:00:00Z", 2*time.Hour, 1, 2))
	_, err := b.Confirm(t.Context(), player(1), h.ID)
	b.must(err)
	autumn, err := b.ClubReport(t.Context(), boss(), b.club, day(t, "2026-10-25"), day(t, "2026-10-25"))
	b.must(err)
	if u := autumn.Use[time.Sunday][1]; u.Open != 12*time.Hour || u.Booked != 4*time.Hour || autumn.Use[time.Sunday][2].Booked != 0 {
		t.Errorf("one o'clock, twice: %+v", u)
	}
	spring, err := b.ClubReport(t.Context(), boss(), b.club, day(t, "2026-03-29"), day(t, "2026-03-29"))
	b.must(err)
	if u := spring.Use[time.Sunday]; u[1].Open != 0 || u[0].Open != 6*time.Hour || u[2].Open != 6*time.Hour {
		t.Errorf("one o'clock, never: %+v", u[:3])
	}
}

// What is booked outside of the present hours was open then.
func TestReport_NoHourIsMoreThanFull(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	for n, start := range []string{"2026-06-02T05:00:00Z", "2026-06-02T12:00:00Z"} {
		h := b.held(player(n), b.want(start, time.Hour, 1+n))
		_, err := b.Confirm(t.Context(), player(n), h.ID)
		b.must(err)
	}
	b.held(player(9), b.want("2026-06-02T13:00:00Z", time.Hour, 1)) // it may expire, and does not count
	b.must(b.SetHours(t.Context(), boss(), b.club, wholeWeek(10*60, 20*60)))
	_, err := b.SaveNet(t.Context(), boss(), b.club, booking.Net{ID: b.nets[1], Name: "Net 2", Capacity: 6})
	b.must(err)
	r, err := b.ClubReport(t.Context(), boss(), b.club, day(t, "2026-06-02"), day(t, "2026-06-02"))
	b.must(err)
	for hour, want := range map[int]booking.Use{5: {Booked: time.Hour, Open: time.Hour}, 12: {Booked: time.Hour, Open: 6 * time.Hour}, 13: {Open: 5 * time.Hour}, 21: {}} {
		if u := r.Use[time.Tuesday][hour]; u != want {
			t.Errorf("%d:00: %+v, want %+v", hour, u, want)
		}
	}
	if len(r.Nets) != 6 {
		t.Errorf("%d nets, and the retired one had a booking", len(r.Nets))
	}
}

func TestReport_IsForTheStaffAndOfFewDays(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	from := day(t, "2026-06-01")
	if _, err := b.ClubReport(t.Context(), player(1), b.club, from, from); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("a member: %v", err)
	}
	for _, to := range []booking.Day{from - 1, from + 62} {
		if _, err := b.ClubReport(t.Context(), boss(), b.club, from, to); !errors.Is(err, booking.ErrRange) {
			t.Errorf("until %s: %v", to, err)
		}
	}
	if _, err := b.ClubReport(t.Context(), boss(), 999, from, from); !errors.Is(err, booking.ErrNoClub) {
		t.Error(fmt.Errorf("of no club: %w", err))
	}
}
