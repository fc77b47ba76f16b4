package booking_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pavilion/booking"
)

// A code checks in one booking, once, on its day, by the staff of its club.
func TestCheckInCode_IsOfOneBookingItsClubAndItsDay(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2026-06-01T00:00:00Z")
	day := booking.DayIn(now, time.UTC) + 1
	confirm := func(at string, net int) booking.Booking {
		t.Helper()
		held := b.held(player(1), b.want(at, time.Hour, net))
		booked, err := b.Confirm(t.Context(), player(1), held.ID)
		b.must(err)
		return booked
	}
	first, second := confirm("2026-06-02T10:00:00Z", 1), confirm("2026-06-02T10:00:00Z", 2)
	code, err := b.CheckInCode(t.Context(), player(1), first.ID)
	b.must(err)
	other, err := b.CheckInCode(t.Context(), player(1), second.ID)
	b.must(err)
	if _, err := b.CheckInCode(t.Context(), player(2), first.ID); !errors.Is(err, booking.ErrNoBooking) {
		t.Errorf("the code for somebody else: %v", err)
	}
	if _, err := b.CheckInCode(t.Context(), desk(), first.ID); !errors.Is(err, booking.ErrNoBooking) {
		t.Errorf("the code for the staff: %v", err)
	}
	_, secret, _ := strings.Cut(code, "-")
	number, _, _ := strings.Cut(other, "-")
	forged := code[:len(code)-1] + "A"
	if forged == code {
		forged = code[:len(code)-1] + "B"
	}
	for _, x := range []struct {
		name  string
		actor booking.Actor
		club  booking.ClubID
		day   booking.Day
		code  string
		want  error
	}{
		{"too early", desk(), b.club, day, code, booking.ErrCheckInEarly},
		{"a member", player(1), b.club, day, code, booking.ErrForbidden},
		{"another day", desk(), b.club, day + 1, code, booking.ErrCheckInDay},
		{"another club", desk(), b.club + 1, day, code, booking.ErrCheckInCode},
		{"another booking's number", desk(), b.club, day, number + "-" + secret, booking.ErrCheckInCode},
		{"a forged end", desk(), b.club, day, forged, booking.ErrCheckInCode},
		{"no code", desk(), b.club, day, "hello", booking.ErrCheckInCode},
		{"a number alone", desk(), b.club, day, number + "-", booking.ErrCheckInCode},
	} {
		if _, err := b.CheckInByCode(t.Context(), x.actor, x.club, x.day, x.code); !errors.Is(err, x.want) {
			t.Errorf("%s: %v", x.name, err)
		}
	}
	b.at("2026-06-02T09:55:00Z")
	done, err := b.CheckInByCode(t.Context(), desk(), b.club, day, " "+strings.ToLower(code)+"\n")
	b.must(err)
	if done.ID != first.ID || done.State != booking.CheckedIn {
		t.Errorf("checked in: %+v", done)
	}
	if _, err := b.CheckInByCode(t.Context(), desk(), b.club, day, code); !errors.Is(err, booking.ErrState) {
		t.Errorf("the code twice: %v", err)
	}
	if _, err := b.CheckInCode(t.Context(), player(1), first.ID); !errors.Is(err, booking.ErrState) {
		t.Errorf("the code of a booking that is checked in: %v", err)
	}
	if got := one[string](b, `SELECT string_agg(state, ' ' ORDER BY id) FROM booking`); got != "checked_in confirmed" {
		t.Error(got)
	}
}
