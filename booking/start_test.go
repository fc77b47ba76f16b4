package booking_test

import (
	"testing"
	"time"

	"pavilion/booking"
)

func TestStarts_SayWhatFitsAndWhatIsNear(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Grid, policy.Min, policy.Max = 30*time.Minute, time.Hour, 2*time.Hour
	b := newClub(t, "UTC", policy)
	b.at("2031-06-02T12:00:00Z")
	b.held(player(1), b.want("2031-06-03T10:00:00Z", time.Hour, 1))
	found, err := b.Starts(t.Context(), player(2), b.club, day(t, "2031-06-03"), 0)
	b.must(err)
	ten := time.Date(2031, 6, 3, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		minutes int // from ten
		status  booking.Status
		longest time.Duration
	}{
		{-120, booking.Free, 2 * time.Hour},
		{-90, booking.Free, 90 * time.Minute},
		{-60, booking.Free, time.Hour},
		{-30, booking.Taken, 0}, // half an hour is too short here
		{0, booking.OnHold, 0},
		{30, booking.OnHold, 0},
		{60, booking.Free, 2 * time.Hour},
		{13 * 60, booking.Free, time.Hour},
		{13*60 + 30, booking.Taken, 0}, // nor is the last half hour before closing enough
	} {
		at := ten.Add(time.Duration(c.minutes) * time.Minute)
		for _, x := range found.Starts {
			if x.Net == b.nets[0] && x.At.Equal(at) && (x.Status != c.status || x.Longest != c.longest) {
				t.Errorf("%s: %s for %s, want %s for %s", at, x.Status, x.Longest, c.status, c.longest)
			}
		}
	}
	quote, err := b.Quote(t.Context(), player(2), b.want("2031-06-03T11:00:00Z", found.Length, 1).SlotRequest)
	b.must(err)
	near := found.Near(b.nets[0], ten, 6)
	if len(found.Starts) != 48*6 || len(near) != 6 || near[0].Net != b.nets[1] || !near[0].At.Equal(ten) || near[0].Price != quote.Total {
		t.Errorf("%d starts; near ten: %+v", len(found.Starts), near)
	}
	if near := found.Near(b.nets[0], ten, 7); !near[5].At.Equal(ten.Add(30*time.Minute)) && !near[5].At.Equal(ten.Add(-30*time.Minute)) {
		t.Errorf("after the other nets: %+v", near[5])
	}
}

// The prices of a day are those of the length that was asked for, not those of the shortest booking.
func TestStarts_PriceTheLengthAskedFor(t *testing.T) {
	t.Parallel()
	policy := easy()
	policy.Grid, policy.Min, policy.Max = 30*time.Minute, 30*time.Minute, 2*time.Hour
	b := newClub(t, "UTC", policy)
	b.at("2031-06-02T12:00:00Z")
	b.held(player(1), b.want("2031-06-03T12:00:00Z", time.Hour, 1))
	found, err := b.Starts(t.Context(), player(2), b.club, day(t, "2031-06-03"), 90*time.Minute)
	b.must(err)
	quote, err := b.Quote(t.Context(), player(2), b.want("2031-06-03T10:30:00Z", 90*time.Minute, 1).SlotRequest)
	b.must(err)
	prices := map[string]booking.Money{}
	for _, x := range found.Starts {
		if x.Net == b.nets[0] {
			prices[x.At.Format("15:04")] = x.Price
		}
	}
	if found.Length != 90*time.Minute || prices["10:30"] != quote.Total || prices["11:00"] != (booking.Money{}) {
		t.Errorf("for %s: 10:30 costs %v, want %v; 11:00, where only an hour fits, costs %v", found.Length, prices["10:30"], quote.Total, prices["11:00"])
	}
}

func TestDayStatuses_TellFullFromShut(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	now := b.at("2031-06-02T12:00:00Z")
	opens := time.Date(2031, 6, 3, 0, 0, 0, 0, time.UTC)
	_, err := b.Block(t.Context(), boss(), booking.BlockRequest{Club: b.club, Nets: b.nets, Start: opens, End: opens.Add(24 * time.Hour)})
	b.must(err)
	_, _, err = b.AddClosure(t.Context(), boss(), b.club, booking.Closure{Every: booking.Once, During: booking.Span{Start: opens.Add(48 * time.Hour), End: opens.Add(72 * time.Hour)}})
	b.must(err)
	today := booking.DayIn(now, time.UTC)
	days, at, err := b.DayStatuses(t.Context(), b.club, today-1, today+3)
	b.must(err)
	want := []booking.Status{booking.Over, booking.Free, booking.Taken, booking.Free, booking.Shut}
	for i, d := range days {
		if d.Status != want[i] {
			t.Errorf("%s: %s, want %s", d.Day, d.Status, want[i])
		}
	}
	if at != today {
		t.Errorf("today is %s, want %s", at, today)
	}
}

func TestSaveClub_KeepsThePlace(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	club, err := b.Club(t.Context(), b.club)
	b.must(err)
	if club.Place != nil {
		t.Errorf("a place that nobody gave: %v", club.Place)
	}
	club.Address, club.Place = "Riverside Ground, Pune", &booking.Place{Latitude: 18.52, Longitude: 73.86}
	b.saveClub(club)
	again, err := b.Club(t.Context(), b.club)
	b.must(err)
	if again.Address != club.Address || again.Place == nil || *again.Place != *club.Place {
		t.Errorf("%q at %v", again.Address, again.Place)
	}
	club.Place.Latitude = 91
	if _, err := b.SaveClub(t.Context(), boss(), club); err == nil {
		t.Error("a place beyond the pole was taken")
	}
}
