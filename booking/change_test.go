package booking_test

import (
	"errors"
	"testing"
	"time"

	"pavilion/booking"
)

func TestCancel_IsFreeUntilTheLimitAndCostsAShareAfter(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	start := time.Date(2026, 6, 3, 10, 0, 0, 0, time.UTC)
	for i, c := range []struct {
		before time.Duration
		fee    int64
	}{{24 * time.Hour, 0}, {24*time.Hour - time.Microsecond, 500}, {time.Minute, 500}} {
		b.at("2026-06-01T00:00:00Z")
		h := b.held(player(1), b.want("2026-06-03T10:00:00Z", time.Hour, i+1))
		_, err := b.Confirm(t.Context(), player(1), h.ID)
		b.must(err)
		b.stop(start.Add(-c.before))
		done, err := b.Cancel(t.Context(), player(1), h.ID, false)
		b.must(err)
		if *done.CancelFee != rupees(c.fee) {
			t.Errorf("%s before: fee %s, want %d", c.before, done.CancelFee, c.fee)
		}
	}
	b.at("2026-06-01T00:00:00Z")
	h := b.held(player(1), b.want("2026-06-03T10:00:00Z", time.Hour, 1))
	if _, err := b.Confirm(t.Context(), player(2), h.ID); !errors.Is(err, booking.ErrNoBooking) {
		t.Errorf("a stranger's confirm: %v", err)
	}
	_, err := b.Confirm(t.Context(), player(1), h.ID)
	b.must(err)
	b.stop(start)
	if _, err := b.Cancel(t.Context(), player(1), h.ID, false); !errors.Is(err, booking.ErrTooLate) {
		t.Errorf("cancel at the start: %v", err)
	}
	if waived, err := b.Cancel(t.Context(), boss(), h.ID, true); err != nil || waived.CancelFee.Minor != 0 {
		t.Errorf("staff waive: %v %v", waived.CancelFee, err)
	}
	b.healthy()
}

func TestExtend_EndsAtTheClubsLimit(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	start := b.at("2026-06-01T00:00:00Z")
	h := b.held(player(1), b.want("2026-06-03T10:00:00Z", time.Hour, 1))
	for minutes, want := range map[int]int{9: 19} {
		b.stop(start.Add(time.Duration(minutes) * time.Minute))
		e, err := b.Extend(t.Context(), player(1), h.ID)
		b.must(err)
		if !e.ExpiresAt.Equal(start.Add(time.Duration(want) * time.Minute)) {
			t.Errorf("extended to %s", e.ExpiresAt)
		}
	}
	b.stop(start.Add(18 * time.Minute))
	_, err := b.Extend(t.Context(), player(1), h.ID)
	b.must(err)
	b.stop(start.Add(27 * time.Minute))
	e, err := b.Extend(t.Context(), player(1), h.ID)
	b.must(err)
	if !e.ExpiresAt.Equal(start.Add(30 * time.Minute)) {
		t.Errorf("extended past the limit: %s", e.ExpiresAt)
	}
	if _, err := b.Extend(t.Context(), player(1), h.ID); !errors.Is(err, booking.ErrExtended) {
		t.Errorf("at the limit: %v", err)
	}
	b.stop(start.Add(30 * time.Minute))
	if _, err := b.Extend(t.Context(), player(1), h.ID); !errors.Is(err, booking.ErrHoldExpired) {
		t.Errorf("after the end: %v", err)
	}
}

func TestReschedule(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	h := b.held(player(1), b.want("2026-06-03T10:00:00Z", 2*time.Hour, 1, 2))
	_, err := b.Confirm(t.Context(), player(1), h.ID)
	b.must(err)
	at := func(hour int) time.Time { return time.Date(2026, 6, 3, hour, 0, 0, 0, time.UTC) }
	move := func(r booking.RescheduleRequest) (booking.Rescheduled, error) {
		return b.Reschedule(t.Context(), player(1), h.ID, r)
	}

	moved, err := move(booking.RescheduleRequest{Start: at(11), End: at(13)})
	b.must(err)
	if !moved.Booking.Span.Start.Equal(at(11)) || moved.Difference.Minor != 0 {
		t.Errorf("onto its own second half: %+v", moved)
	}
	moved, err = move(booking.RescheduleRequest{Nets: []booking.NetID{b.nets[1], b.nets[2]}, Start: at(12), End: at(13)})
	b.must(err)
	if moved.Difference != rupees(-2000) {
		t.Errorf("two nets for an hour less: %s", moved.Difference)
	}
	_, err = move(booking.RescheduleRequest{Nets: b.nets[3:4], Start: at(12), End: at(13)})
	b.must(err)
	b.held(player(2), b.want("2026-06-03T15:00:00Z", time.Hour, 4))
	before, err := b.Booking(t.Context(), player(1), h.ID)
	b.must(err)
	if _, err := move(booking.RescheduleRequest{Start: at(15), End: at(16)}); !errors.Is(err, booking.ErrSlotTaken) {
		t.Errorf("onto a taken slot: %v", err)
	}
	after, err := b.Booking(t.Context(), player(1), h.ID)
	b.must(err)
	if !after.Span.Start.Equal(before.Span.Start) || after.Version != before.Version || after.Nets[0] != b.nets[3] {
		t.Errorf("the old place is lost: %+v", after)
	}
	b.stop(at(12).Add(-24*time.Hour + time.Second))
	if _, err := move(booking.RescheduleRequest{Start: at(18), End: at(19)}); !errors.Is(err, booking.ErrMoveLate) {
		t.Errorf("after the limit: %v", err)
	}
	if n, err := b.Expire(t.Context()); n != 1 || err != nil {
		t.Errorf("%d expired, %v", n, err)
	}
	b.healthy()
}

func TestSwap_ExchangesInOneUpdate(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	first := b.held(player(1), b.want("2026-06-03T10:00:00Z", time.Hour, 1))
	second := b.held(player(2), b.want("2026-06-03T10:00:00Z", 2*time.Hour, 2, 3))
	if _, err := b.Swap(t.Context(), boss(), first.ID, second.ID); !errors.Is(err, booking.ErrState) {
		t.Errorf("holds: %v", err)
	}
	for _, h := range []booking.Booking{first, second} {
		_, err := b.Confirm(t.Context(), boss(), h.ID)
		b.must(err)
	}
	if _, err := b.Swap(t.Context(), player(1), first.ID, second.ID); !errors.Is(err, booking.ErrForbidden) {
		t.Errorf("a member: %v", err)
	}
	_, err := b.Swap(t.Context(), boss(), first.ID, second.ID)
	b.must(err)
	a, err := b.Booking(t.Context(), player(1), first.ID)
	b.must(err)
	z, err := b.Booking(t.Context(), player(2), second.ID)
	b.must(err)
	if len(a.Nets) != 2 || a.Nets[0] != b.nets[1] || len(z.Nets) != 1 || z.Nets[0] != b.nets[0] || a.Span.Length() != 2*time.Hour || a.Price != first.Price {
		t.Errorf("after the swap: %+v, %+v", a, z)
	}
	b.healthy()
}

// A closure that refunds has fixed the list of its bookings, so a swap must not bring another booking into its time.
func TestSwap_DoesNotEnterClosedTime(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	inside := b.held(player(1), b.want("2026-06-03T10:00:00Z", time.Hour, 1))
	outside := b.held(player(2), b.want("2026-06-03T12:00:00Z", time.Hour, 1))
	for _, h := range []booking.Booking{inside, outside} {
		_, err := b.Confirm(t.Context(), boss(), h.ID)
		b.must(err)
	}
	_, err := b.CloseAndRefund(t.Context(), boss(), b.club, b.rain(10, 11), b.previewed(b.rain(10, 11)).Version)
	b.must(err)
	for _, pair := range [][2]booking.ID{{inside.ID, outside.ID}, {outside.ID, inside.ID}} {
		if _, err := b.Swap(t.Context(), boss(), pair[0], pair[1]); !errors.Is(err, booking.ErrClosed) {
			t.Errorf("swap %d with %d: %v", pair[0], pair[1], err)
		}
	}
	b.healthy()
}

// A machine stands in its lane, so a swap is refused that would take it from the member who paid for it.
func TestSwap_WhatIsHiredStaysWithItsNet(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	machine, err := b.SaveAddOn(t.Context(), boss(), b.club, booking.AddOn{Net: b.nets[0], Name: "Bowling machine", Price: rupees(500), Active: true})
	b.must(err)
	r := b.want("2026-06-03T10:00:00Z", time.Hour, 1)
	r.AddOns = []booking.AddOnID{machine.ID}
	hired := b.held(player(1), r)
	elsewhere := b.held(player(2), b.want("2026-06-03T10:00:00Z", time.Hour, 2))
	later := b.held(player(2), b.want("2026-06-03T12:00:00Z", time.Hour, 1))
	for _, h := range []booking.Booking{hired, elsewhere, later} {
		_, err := b.Confirm(t.Context(), boss(), h.ID)
		b.must(err)
	}
	if _, err := b.Swap(t.Context(), boss(), elsewhere.ID, hired.ID); !errors.Is(err, booking.ErrNoAddOn) {
		t.Errorf("to a net without the machine: %v", err)
	}
	_, err = b.Swap(t.Context(), boss(), hired.ID, later.ID)
	b.must(err)
	b.healthy()
}

// The rules apply to resolutions too: no booking is moved into the past, and a checked-in booking is not moved.
func TestBlock_MovesNobodyIntoThePastNorWhoIsThere(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	start := b.at("2026-06-01T09:45:00Z").Add(15 * time.Minute)
	here := b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	ahead := b.held(player(2), b.want("2026-06-01T11:00:00Z", time.Hour, 1))
	for _, h := range []booking.Booking{here, ahead} {
		_, err := b.Confirm(t.Context(), boss(), h.ID)
		b.must(err)
	}
	_, err := b.CheckIn(t.Context(), player(1), here.ID)
	b.must(err)
	move := func(from time.Time, id booking.ID, to time.Time) error {
		_, err := b.Block(t.Context(), boss(), booking.BlockRequest{Club: b.club, Nets: b.nets[:1], Start: from, End: from.Add(time.Hour), Resolve: map[booking.ID]booking.Resolution{
			id: {Move: &booking.RescheduleRequest{Nets: b.nets[1:2], Start: to, End: to.Add(time.Hour)}},
		}})
		return err
	}
	var conflict *booking.BlockConflictError
	if err := move(start, here.ID, start.Add(5*time.Hour)); !errors.As(err, &conflict) || len(conflict.Bookings) != 1 || conflict.Bookings[0].ID != here.ID {
		t.Errorf("who is there: %v", err)
	}
	var stuck *booking.BlockMoveError
	if err := move(start.Add(time.Hour), ahead.ID, start.Add(-5*time.Hour)); !errors.Is(err, booking.ErrPast) || !errors.As(err, &stuck) || stuck.Booking != ahead.ID {
		t.Errorf("into the past: %v", err)
	}
	b.must(move(start.Add(time.Hour), ahead.ID, start.Add(5*time.Hour)))
	// The lights fail: only staff may cancel a checked-in booking, and without a fee.
	if _, err := b.Cancel(t.Context(), player(1), here.ID, false); !errors.Is(err, booking.ErrState) {
		t.Errorf("a member who is there gives the booking up: %v", err)
	}
	_, err = b.Block(t.Context(), boss(), booking.BlockRequest{Club: b.club, Nets: b.nets[:1], Start: start, End: start.Add(time.Hour), Resolve: map[booking.ID]booking.Resolution{here.ID: {}}})
	b.must(err)
	gone, err := b.Booking(t.Context(), player(1), here.ID)
	b.must(err)
	if gone.State != booking.Cancelled || gone.CancelFee.Minor != 0 {
		t.Errorf("who was there: %s, fee %s", gone.State, gone.CancelFee)
	}
	b.healthy()
}

func TestAttendance(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	start := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	var ids []booking.ID
	b.at("2026-06-01T00:00:00Z")
	for i := range 2 {
		h := b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, i+1))
		_, err := b.Confirm(t.Context(), player(1), h.ID)
		b.must(err)
		ids = append(ids, h.ID)
	}
	b.stop(start.Add(-30*time.Minute - time.Microsecond))
	if _, err := b.CheckIn(t.Context(), player(1), ids[0]); !errors.Is(err, booking.ErrCheckInEarly) {
		t.Error(err)
	}
	b.stop(start.Add(-30 * time.Minute))
	in, err := b.CheckIn(t.Context(), player(1), ids[0])
	b.must(err)
	if in.State != booking.CheckedIn {
		t.Error(in.State)
	}
	b.stop(start.Add(15*time.Minute - time.Microsecond))
	if _, err := b.NoShow(t.Context(), boss(), ids[1]); !errors.Is(err, booking.ErrNoShowEarly) {
		t.Error(err)
	}
	b.stop(start.Add(15 * time.Minute))
	_, err = b.NoShow(t.Context(), boss(), ids[1])
	b.must(err)
	if _, err := b.NoShow(t.Context(), boss(), ids[0]); !errors.Is(err, booking.ErrState) {
		t.Errorf("no-show of one who came: %v", err)
	}
	sheet, err := b.DaySheet(t.Context(), boss(), b.club, day(t, "2026-06-01"))
	b.must(err)
	if len(sheet) != 2 {
		t.Errorf("%d on the day sheet", len(sheet))
	}
}

func TestBlock_ListsWhatIsInTheWayAndResolvesAllOrNothing(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	goes := b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	moves := b.held(player(2), b.want("2026-06-01T11:00:00Z", time.Hour, 1, 2))
	for _, h := range []booking.Booking{goes, moves} {
		_, err := b.Confirm(t.Context(), boss(), h.ID)
		b.must(err)
	}
	ten := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	r := booking.BlockRequest{Club: b.club, Nets: b.nets[:1], Start: ten.Add(-17 * time.Minute), End: ten.Add(5 * time.Hour)}
	_, err := b.Block(t.Context(), boss(), r)
	var conflict *booking.BlockConflictError
	if !errors.As(err, &conflict) || len(conflict.Bookings) != 2 {
		t.Fatalf("conflicts: %v", err)
	}
	r.Resolve = map[booking.ID]booking.Resolution{goes.ID: {}, moves.ID: {Move: &booking.RescheduleRequest{Nets: b.nets[0:1], Start: ten, End: ten.Add(time.Hour)}}}
	r.Nets = b.nets[:1]
	if _, err := b.Block(t.Context(), boss(), r); !errors.Is(err, booking.ErrSlotTaken) {
		t.Errorf("moved to where the block will be: %v", err)
	}
	if state := one[string](b, `SELECT state FROM booking WHERE id = $1`, goes.ID); state != "confirmed" {
		t.Errorf("a failed block left the first booking %s", state)
	}
	r.Resolve[moves.ID] = booking.Resolution{Move: &booking.RescheduleRequest{Nets: b.nets[2:4], Start: ten.Add(time.Hour), End: ten.Add(2 * time.Hour)}}
	block, err := b.Block(t.Context(), boss(), r)
	b.must(err)
	gone, err := b.Booking(t.Context(), player(1), goes.ID)
	b.must(err)
	moved, err := b.Booking(t.Context(), player(2), moves.ID)
	b.must(err)
	if gone.State != booking.Cancelled || gone.CancelFee.Minor != 0 || moved.Nets[0] != b.nets[2] || moved.Price != moves.Price {
		t.Errorf("resolved: %+v, %+v", gone, moved)
	}
	if _, err := b.Booking(t.Context(), player(1), block.ID); !errors.Is(err, booking.ErrNoBooking) {
		t.Errorf("a member sees the block as a booking: %v", err)
	}
	_, err = b.Cancel(t.Context(), boss(), block.ID, false)
	b.must(err)
	b.held(player(3), b.want("2026-06-01T10:00:00Z", time.Hour, 1))
	b.healthy()
}
