package booking_test

import (
	"errors"
	"testing"
	"time"

	"pavilion/booking"
)

// A night that begins in the old year belongs to its evening everywhere: it is on one day sheet, once in the export, and in the
// availability of the evening.
func TestNight_BelongsToItsEvening(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Grid, policy.Min = 30*time.Minute, 30*time.Minute
	b := newClub(t, "Asia/Kolkata", policy)
	b.must(b.SetHours(t.Context(), boss(), b.club, wholeWeek(16*60, 26*60)))
	for _, evening := range []string{"2027-12-31", "2028-02-29"} {
		eve := day(t, evening)
		midnight, err := booking.Instant(eve, 1440, time.FixedZone("IST", 19800), booking.Ask)
		b.must(err)
		b.stop(midnight.Add(-20 * time.Hour))
		start := midnight.Add(-30 * time.Minute)
		h := b.held(player(1), booking.HoldRequest{SlotRequest: booking.SlotRequest{Club: b.club, Nets: b.nets[:1], Start: start, End: start.Add(90 * time.Minute)}})
		if h.Day != eve {
			t.Errorf("a night of %s belongs to %s", eve, h.Day)
		}
		if _, err := b.Confirm(t.Context(), player(1), h.ID); err != nil {
			t.Error(err)
		}
		for d, want := range map[booking.Day]int{eve - 1: 0, eve: 1, eve + 1: 0} {
			sheet, err := b.DaySheet(t.Context(), boss(), b.club, d)
			b.must(err)
			if len(sheet) != want {
				t.Errorf("%s: %d on the sheet of %s, want %d", evening, len(sheet), d, want)
			}
		}
		books, err := b.Export(t.Context(), boss(), b.club, eve-1, eve+1)
		b.must(err)
		if len(books) != 1 {
			t.Errorf("%s: %d lines in the books", evening, len(books))
		}
		a, err := b.Availability(t.Context(), booking.AvailabilityRequest{Club: b.club, Nets: b.nets[:1], From: eve - 1, To: eve + 1})
		b.must(err)
		for i, want := range []int{0, 3, 0} {
			taken := 0
			for _, c := range a.Days[i].Cells {
				if c.Status == booking.Taken {
					taken++
				}
			}
			if taken != want || len(a.Days[i].Cells) != 20 {
				t.Errorf("%s: %d of %d cells are taken on %s, want %d of 20", evening, taken, len(a.Days[i].Cells), a.Days[i].Day, want)
			}
		}
		// The next morning belongs to no evening, and a night ends at closing time.
		for name, begin := range map[string]time.Duration{"past closing": 90 * time.Minute, "before opening": 15 * time.Hour} {
			late := booking.HoldRequest{SlotRequest: booking.SlotRequest{Club: b.club, Nets: b.nets[1:2], Start: midnight.Add(begin), End: midnight.Add(begin + 2*time.Hour)}}
			if _, err := b.Hold(t.Context(), player(1), late); !errors.Is(err, booking.ErrOutsideHours) {
				t.Errorf("%s, %s: %v", evening, name, err)
			}
		}
	}
	b.healthy()
}

// Closing at 24:00 means midnight: the last hour can be booked, and no booking runs past it.
func TestNight_TwentyFourHundredIsTheEndOfTheDay(t *testing.T) {
	t.Parallel()
	b := newClub(t, "America/New_York", easy())
	b.at("2028-02-01T00:00:00Z")
	b.must(b.SetHours(t.Context(), boss(), b.club, wholeWeek(10*60, 1440)))
	last := b.held(player(1), b.want("2028-03-01T04:00:00Z", time.Hour, 1)) // 23:00 on 29 February
	if last.Day != day(t, "2028-02-29") {
		t.Errorf("the last hour belongs to %s", last.Day)
	}
	if _, err := b.Hold(t.Context(), player(2), b.want("2028-03-01T04:00:00Z", 2*time.Hour, 2)); !errors.Is(err, booking.ErrOutsideHours) {
		t.Errorf("over midnight: %v", err)
	}
}
