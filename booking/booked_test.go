package booking_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"pavilion/booking"
)

func TestBooked_ConfirmedBookingsOnOneOfTheDaysCount(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	books := func(who booking.Actor, start string, net int) booking.Booking {
		t.Helper()
		confirmed, err := b.Confirm(t.Context(), who, b.held(who, b.want(start, time.Hour, net)).ID)
		b.must(err)
		return confirmed
	}
	books(player(1), "2026-06-05T10:00:00Z", 1)
	books(player(2), "2026-06-08T10:00:00Z", 1)
	books(player(3), "2026-06-30T10:00:00Z", 1)
	b.held(player(4), b.want("2026-06-05T10:00:00Z", time.Hour, 2))
	_, err := b.Cancel(t.Context(), player(5), books(player(5), "2026-06-05T10:00:00Z", 3).ID, false)
	b.must(err)
	people := make([]booking.MemberID, 0, 6)
	for n := 1; n <= 6; n++ {
		people = append(people, player(n).ID)
	}
	for _, c := range []struct {
		from, to string
		want     []booking.MemberID
	}{
		{"2026-06-01", "2026-06-07", []booking.MemberID{player(1).ID}},
		{"2026-06-05", "2026-06-08", []booking.MemberID{player(1).ID, player(2).ID}},
		{"2026-07-01", "2026-07-31", nil},
	} {
		from, err := booking.ParseDay(c.from)
		b.must(err)
		to, err := booking.ParseDay(c.to)
		b.must(err)
		found, err := b.Booked(t.Context(), people, from, to)
		b.must(err)
		if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, c.want) {
			t.Errorf("%s to %s: %v, want %v", c.from, c.to, got, c.want)
		}
	}
}
