package booking_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pavilion/booking"
)

// doubleEveningPrices doubles a club's prices in the evening.
func (b *bundle) doubleEveningPrices() {
	b.t.Helper()
	b.must(b.SetPrices(b.t.Context(), boss(), b.club, []booking.PriceRule{
		{Label: "base", Weekdays: everyWeekday(), To: 1440, Member: rupees(1000), Guest: rupees(2000)},
		{Label: "evening", Rank: 1, Weekdays: everyWeekday(), From: 1080, To: 1440, Member: rupees(2000), Guest: rupees(4000)},
	}))
}

// A member who has paid for the morning cannot move to a more expensive evening.
func TestReschedule_WhatCostsMoreThanIsPaidIsRefused(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	b.doubleEveningPrices()
	move := func(a booking.Actor, id booking.ID, hour int, length time.Duration) error {
		t.Helper()
		start := time.Date(2026, 6, 3, hour, 0, 0, 0, time.UTC)
		_, err := b.Reschedule(t.Context(), a, id, booking.RescheduleRequest{Start: start, End: start.Add(length)})
		return err
	}
	dearer := func(what string, err error, by int64) {
		t.Helper()
		var d *booking.CostsMoreError
		if !errors.As(err, &d) || !errors.Is(err, booking.ErrCostsMore) || d.Difference != rupees(by) {
			t.Errorf("%s: %v", what, err)
		}
	}
	h := b.held(player(1), b.want("2026-06-03T17:00:00Z", time.Hour, 1))
	b.must(move(player(1), h.ID, 18, time.Hour)) // a hold is paid afterwards, at its new price
	b.must(move(player(1), h.ID, 17, time.Hour))
	_, err := b.PayAtDesk(t.Context(), boss(), h.ID, booking.Cash)
	b.must(err)
	dearer("into the evening", move(player(1), h.ID, 18, time.Hour), 1000)
	dearer("and longer", move(player(1), h.ID, 17, 2*time.Hour), 2000)
	if got := one[time.Time](b, `SELECT lower(during) FROM booking_slot WHERE booking_id = $1`, h.ID); got.Hour() != 17 {
		t.Errorf("it moved to %s", got)
	}
	b.must(move(player(1), h.ID, 16, time.Hour))
	b.must(move(boss(), h.ID, 18, time.Hour)) // staff may; the difference opens a review
	if n := one[int](b, `SELECT count(*) FROM payment_review WHERE reason = 'difference' AND closed_at IS NULL`); n != 1 {
		t.Errorf("%d differences to look at", n)
	}
	// The paid amount counts, not the booking's current price.
	long := b.held(player(1), b.want("2026-06-03T08:00:00Z", 3*time.Hour, 2))
	_, err = b.PayAtDesk(t.Context(), boss(), long.ID, booking.Card)
	b.must(err)
	b.must(move(player(1), long.ID, 8, time.Hour))
	b.must(move(player(1), long.ID, 9, 3*time.Hour))
	dearer("beyond what was paid", move(player(1), long.ID, 9, 4*time.Hour), 1000)
	// Without a payment it depends on whether the club takes payments online.
	unpaid := b.held(player(2), b.want("2026-06-03T10:00:00Z", time.Hour, 3))
	_, err = b.Confirm(t.Context(), player(2), unpaid.ID)
	b.must(err)
	b.must(move(player(2), unpaid.ID, 18, time.Hour)) // at the desk, later
	b.must(move(player(2), unpaid.ID, 10, time.Hour))
	_, err = b.db.Exec(t.Context(), `UPDATE club SET pays_online = true`)
	b.must(err)
	b.must(b.SetHours(t.Context(), boss(), b.club, wholeWeek(0, 1440))) // readers learn of it
	dearer("a booking that was let through", move(player(2), unpaid.ID, 18, time.Hour), 1000)
	b.healthy()
}

// Add-ons belong to nets: a move keeps them where the new nets have them, drops them, or changes them.
func TestReschedule_WhatIsHiredCanBeDroppedAndChanged(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	machine, err := b.SaveAddOn(t.Context(), boss(), b.club, booking.AddOn{Net: b.nets[0], Name: "Bowling machine", Price: rupees(500), Active: true})
	b.must(err)
	other, err := b.SaveAddOn(t.Context(), boss(), b.club, booking.AddOn{Net: b.nets[1], Name: "Bowling machine", PerHour: true, Price: rupees(300), Active: true})
	b.must(err)
	r := b.want("2026-06-03T10:00:00Z", time.Hour, 1)
	r.AddOns = []booking.AddOnID{machine.ID}
	h := b.held(player(1), r)
	to := func(addOns []booking.AddOnID, net int) (booking.Rescheduled, error) {
		return b.Reschedule(t.Context(), player(1), h.ID, booking.RescheduleRequest{Nets: b.nets[net-1 : net], Start: r.Start, End: r.End, AddOns: addOns})
	}
	if _, err := to(nil, 2); !errors.Is(err, booking.ErrNoAddOn) {
		t.Errorf("to a net without it: %v", err)
	}
	if _, err := to(r.AddOns, 1); !errors.Is(err, booking.ErrNoMove) {
		t.Errorf("nothing changes: %v", err)
	}
	for _, c := range []struct {
		addOns []booking.AddOnID
		net    int
		price  int64
	}{{[]booking.AddOnID{other.ID}, 2, 1300}, {[]booking.AddOnID{}, 2, 1000}, {[]booking.AddOnID{}, 1, 1000}, {[]booking.AddOnID{machine.ID}, 1, 1500}, {[]booking.AddOnID{}, 3, 1000}} {
		_, err := to(c.addOns, c.net)
		b.must(err)
		got, err := b.Booking(t.Context(), player(1), h.ID)
		b.must(err)
		if !slices.Equal(got.AddOns, c.addOns) || got.Price != rupees(c.price) || got.Nets[0] != b.nets[c.net-1] {
			t.Errorf("net %d with %v: %+v", c.net, c.addOns, got)
		}
	}
	b.healthy()
}

// A block moves a booking without the add-ons that its new nets lack. They are not paid for; if they were paid, the difference opens a review.
func TestBlock_WhatIsHiredStaysInItsLane(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	start := b.at("2026-06-01T00:00:00Z").Add(10 * time.Hour)
	machine, err := b.SaveAddOn(t.Context(), boss(), b.club, booking.AddOn{Net: b.nets[0], Name: "Bowling machine", Price: rupees(500), Active: true})
	b.must(err)
	r := b.want("2026-06-01T10:00:00Z", time.Hour, 1)
	r.AddOns = []booking.AddOnID{machine.ID}
	h := b.held(player(1), r)
	_, err = b.PayAtDesk(t.Context(), boss(), h.ID, booking.Cash)
	b.must(err)
	block := func(start time.Time, to booking.RescheduleRequest) booking.Booking {
		t.Helper()
		_, err := b.Block(t.Context(), boss(), booking.BlockRequest{Club: b.club, Nets: b.nets[:1], Start: start, End: start.Add(time.Hour), Resolve: map[booking.ID]booking.Resolution{h.ID: {Move: &to}}})
		b.must(err)
		moved, err := b.Booking(t.Context(), player(1), h.ID)
		b.must(err)
		return moved
	}
	later := start.Add(2 * time.Hour)
	if moved := block(start, booking.RescheduleRequest{Start: later, End: later.Add(time.Hour)}); !slices.Equal(moved.AddOns, r.AddOns) || moved.Price != rupees(1500) {
		t.Errorf("within its lane: %+v", moved)
	}
	if moved := block(later, booking.RescheduleRequest{Nets: b.nets[1:2], Start: later, End: later.Add(time.Hour)}); len(moved.AddOns) != 0 || moved.Price != rupees(1000) || len(moved.Lines) != 1 {
		t.Errorf("to another lane: %+v", moved)
	}
	if n := one[int](b, `SELECT count(*) FROM payment_review WHERE reason = 'difference' AND closed_at IS NULL`); n != 1 {
		t.Errorf("%d differences to look at", n)
	}
	b.healthy()
}
