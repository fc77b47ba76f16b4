package booking_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pavilion/booking"
)

// sheet lists the ids of the bookings on a day sheet.
func (b *bundle) sheet(text string) (ids []booking.ID) {
	b.t.Helper()
	list, err := b.DaySheet(b.t.Context(), boss(), b.club, day(b.t, text))
	b.must(err)
	for _, one := range list {
		ids = append(ids, one.ID)
	}
	return ids
}

// moveToZone changes the club's time zone and returns the bookings that moved to another day.
func (b *bundle) moveToZone(name string) []booking.Booking {
	b.t.Helper()
	club, err := b.Club(b.t.Context(), b.club)
	b.must(err)
	club.Zone, err = time.LoadLocation(name)
	b.must(err)
	moved, err := b.SaveClub(b.t.Context(), boss(), club)
	b.must(err)
	return moved
}

// After a change of the time zone each booking is on the sheet of its new local day.
func TestZone_ChangedMovesBookingsToTheDayOfTheirTime(t *testing.T) {
	t.Parallel()
	b := newClub(t, "Europe/London", easy())
	ctx := t.Context()
	b.at("2026-06-01T12:00:00Z")
	evening := b.held(player(1), b.want("2026-06-10T19:00:00Z", time.Hour, 1, 2)) // 20:00 in London, 07:00 of the next day in Auckland
	_, err := b.Confirm(ctx, player(1), evening.ID)
	b.must(err)
	morning := b.held(player(1), b.want("2026-06-10T07:00:00Z", time.Hour, 1)) // 08:00 and 19:00 of the same day
	start := b.want("2026-06-10T21:00:00Z", time.Hour, 3)
	block, err := b.Block(ctx, boss(), booking.BlockRequest{Club: b.club, Nets: start.Nets, Start: start.Start, End: start.End})
	b.must(err)
	gone := b.held(player(2), b.want("2026-06-10T19:00:00Z", time.Hour, 4))
	_, err = b.Cancel(ctx, player(2), gone.ID, false)
	b.must(err)
	if got := b.sheet("2026-06-10"); !slices.Equal(got, []booking.ID{morning.ID, evening.ID, block.ID}) {
		t.Fatalf("before: %v", got)
	}

	moved := b.moveToZone("Pacific/Auckland")
	if len(moved) != 2 || moved[0].ID != evening.ID || moved[0].Day.String() != "2026-06-11" || moved[1].ID != block.ID {
		t.Errorf("listed as moved: %+v", moved)
	}
	if got := b.sheet("2026-06-11"); !slices.Equal(got, []booking.ID{evening.ID, block.ID}) {
		t.Errorf("the day on which they come: %v", got)
	}
	if got := b.sheet("2026-06-10"); !slices.Equal(got, []booking.ID{morning.ID}) {
		t.Errorf("the day before: %v", got)
	}
	now, err := b.Booking(ctx, player(1), evening.ID)
	b.must(err)
	if !now.Span.Start.Equal(evening.Span.Start) || now.Revision != moved[0].Revision || now.Revision == evening.Revision {
		t.Errorf("%+v", now)
	}
	if still := one[int](b, `SELECT count(*) FROM notification WHERE booking_id = $1 AND kind = 'confirmed' AND version = $2`, evening.ID, now.Version); still != 1 {
		t.Error("what was said of the booking is no longer true")
	}
	if logged := one[string](b, `SELECT detail -> 'moved_to_day' ->> $1 FROM audit WHERE action = 'save_club'`, fmt.Sprint(evening.ID)); logged != "2026-06-11" {
		t.Errorf("the audit says %q", logged)
	}
	if moved := b.moveToZone("Pacific/Auckland"); len(moved) != 0 {
		t.Errorf("a change of nothing moves %+v", moved)
	}
	b.healthy()
}

// A booking after midnight belongs to the evening before only while the opening hours extend past midnight.
func TestHours_ChangedMoveANightToTheDayThatHasIt(t *testing.T) {
	t.Parallel()
	b := newClub(t, "Asia/Kolkata", easy())
	ctx := t.Context()
	b.must(b.SetHours(ctx, boss(), b.club, wholeWeek(6*60, 26*60)))
	b.at("2026-06-01T00:00:00Z")
	night := b.held(player(1), b.want("2026-06-10T19:30:00Z", time.Hour, 1)) // 01:00 to 02:00 of 11 June
	if night.Day.String() != "2026-06-10" {
		t.Fatalf("it begins on %s", night.Day)
	}
	b.must(b.SetHours(ctx, boss(), b.club, wholeWeek(0, 1440)))
	if got := b.sheet("2026-06-11"); !slices.Equal(got, []booking.ID{night.ID}) {
		t.Errorf("the sheet of the day that has it now: %v", got)
	}
	b.must(b.SetHours(ctx, boss(), b.club, wholeWeek(6*60, 22*60)))
	if got := b.sheet("2026-06-11"); !slices.Equal(got, []booking.ID{night.ID}) {
		t.Errorf("outside all hours it stays: %v", got)
	}
}
