package booking_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pavilion/booking"
)

func TestGuests_AreNamedByTheirHostAndFitIn(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	b.at("2026-06-01T00:00:00Z")
	h := b.held(player(1), b.want("2026-06-01T10:00:00Z", time.Hour, 1)) // a net for six
	five := []string{"Asha", "Ravi", "Meera", "Tom", "Zoya"}
	for name, c := range map[string]struct {
		who   booking.Actor
		names []string
		want  error
	}{
		"six and the member": {player(1), append([]string{"Arjun"}, five...), booking.ErrGuestsRoom},
		"a long name":        {player(1), []string{strings.Repeat("ä", 61)}, booking.ErrGuests},
		"too many names":     {player(1), slices.Repeat([]string{"Asha"}, 21), booking.ErrGuests},
		"by somebody else":   {player(2), five, booking.ErrNoBooking},
	} {
		if _, err := b.SetGuests(t.Context(), c.who, h.ID, c.names); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	r := b.want("2026-06-01T12:00:00Z", time.Hour, 1)
	r.Guests = append([]string{"Arjun"}, five...)
	if _, err := b.Hold(t.Context(), player(1), r); !errors.Is(err, booking.ErrGuestsRoom) {
		t.Errorf("a hold for six and the member: %v", err)
	}
	r.Guests = []string{strings.Repeat("ä", 61)}
	if _, err := b.Hold(t.Context(), player(1), r); !errors.Is(err, booking.ErrGuests) {
		t.Errorf("a hold with a long name: %v", err)
	}
	r.Guests = []string{" Asha \n\x00K ", "", "Ravi"}
	with := b.held(player(1), r)
	stored, err := b.Booking(t.Context(), player(1), with.ID)
	b.must(err)
	if want := []string{"Asha K", "Ravi"}; !slices.Equal(with.Guests, want) || !slices.Equal(stored.Guests, want) {
		t.Errorf("the hold has the guests %q, and %q are stored", with.Guests, stored.Guests)
	}
	made, err := b.Audit(t.Context(), boss(), booking.AuditQuery{Club: b.club, Booking: with.ID})
	b.must(err)
	if got := fmt.Sprint(made[0].Action, " ", made[0].Detail); len(made) != 1 || got != "hold map[guests:2]" {
		t.Errorf("the record of the hold: %s", got)
	}
	_, err = b.SetGuests(t.Context(), player(1), h.ID, []string{" Asha \n\x00K ", "", "Ravi"})
	b.must(err)
	_, err = b.SetGuests(t.Context(), boss(), h.ID, five)
	b.must(err)
	_, err = b.Confirm(t.Context(), player(1), h.ID)
	b.must(err)
	seen, err := b.Booking(t.Context(), player(1), h.ID)
	b.must(err)
	if !slices.Equal(seen.Guests, five) {
		t.Errorf("guests: %q", seen.Guests)
	}
	if _, err = b.Cancel(t.Context(), player(1), h.ID, false); err != nil {
		t.Fatal(err)
	}
	if _, err := b.SetGuests(t.Context(), player(1), h.ID, nil); !errors.Is(err, booking.ErrState) {
		t.Errorf("of a cancelled booking: %v", err)
	}
	lines, err := b.Audit(t.Context(), boss(), booking.AuditQuery{Club: b.club, Booking: h.ID})
	b.must(err)
	var noted []string
	for _, l := range lines {
		if l.Action == "guests" {
			noted = append(noted, fmt.Sprint(l.Detail))
		}
	}
	if want := []string{"map[guests:2]", "map[guests:5]"}; !slices.Equal(noted, want) {
		t.Errorf("the record: %q", noted)
	}
}
