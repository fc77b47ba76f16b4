package booking_test

import (
	"testing"
	"time"

	"pavilion/booking"
)

// Quiet hours follow the club's clock, over midnight and in nights when the clock changes.
func TestQuiet_EndsByTheClubsClock(t *testing.T) {
	t.Parallel()
	night, noon := booking.Quiet{From: 22 * 60, To: 7 * 60}, booking.Quiet{From: 12 * 60, To: 14 * 60}
	gap, repeat := booking.Quiet{From: 22 * 60, To: 2*60 + 30}, booking.Quiet{From: 22 * 60, To: 90}
	for _, c := range []struct {
		zone  string
		quiet booking.Quiet
		at    string
		ends  string // empty: it is not quiet
	}{
		{"Asia/Kolkata", night, "2026-06-01T16:29:59Z", ""}, // 21:59:59
		{"Asia/Kolkata", night, "2026-06-01T16:30:00Z", "2026-06-02T01:30:00Z"},
		{"Asia/Kolkata", night, "2026-06-01T18:29:59Z", "2026-06-02T01:30:00Z"}, // the last second of the day
		{"Asia/Kolkata", night, "2026-06-01T18:30:00Z", "2026-06-02T01:30:00Z"}, // midnight
		{"Asia/Kolkata", night, "2026-06-02T01:29:59Z", "2026-06-02T01:30:00Z"},
		{"Asia/Kolkata", night, "2026-06-02T01:30:00Z", ""},
		{"Asia/Kolkata", night, "2026-12-31T18:00:00Z", "2027-01-01T01:30:00Z"},
		{"Asia/Kolkata", noon, "2026-06-01T06:29:00Z", ""},
		{"Asia/Kolkata", noon, "2026-06-01T06:30:00Z", "2026-06-01T08:30:00Z"},
		{"Asia/Kolkata", noon, "2026-06-01T08:30:00Z", ""},
		{"America/New_York", night, "2026-03-08T03:00:00Z", "2026-03-08T11:00:00Z"},  // eight hours to the next seven o'clock
		{"America/New_York", night, "2026-11-01T02:00:00Z", "2026-11-01T12:00:00Z"},  // ten
		{"America/New_York", gap, "2026-03-08T05:00:00Z", "2026-03-08T07:00:00Z"},    // the clock skips 02:30
		{"America/New_York", repeat, "2026-11-01T03:00:00Z", "2026-11-01T05:30:00Z"}, // 01:30 occurs twice: the first one counts
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if until, quiet := c.quiet.Ends(at, zone); quiet {
			got = until.UTC().Format(time.RFC3339)
		}
		if got != c.ends {
			t.Errorf("%+v at %s in %s ends at %q, want %q", c.quiet, c.at, c.zone, got, c.ends)
		}
	}
	if _, quiet := (*booking.Quiet)(nil).Ends(time.Unix(0, 0), time.UTC); quiet {
		t.Error("no quiet hours are quiet")
	}
}

// The second edit waits for the first and reads its result.
func TestContact_TwoEditsAtOnceBothStay(t *testing.T) {
	t.Parallel()
	b := newClub(t, "UTC", easy())
	ctx := t.Context()
	second := make(chan error, 1)
	secondWaits := func() bool {
		return one[bool](b, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`)
	}
	b.must(b.EditContact(ctx, player(1).ID, func(c *booking.Contact) {
		go func() {
			second <- b.EditContact(ctx, player(1).ID, func(c *booking.Contact) { c.Quiet = &booking.Quiet{From: 1320, To: 420} })
		}()
		for until := time.Now().Add(20 * time.Second); !secondWaits(); {
			if time.Now().After(until) {
				t.Error("the second edit does not wait")
				break
			}
		}
		c.Channels = []booking.Channel{booking.BySMS, booking.ByTelegram}
	}))
	b.must(<-second)
	got, err := b.Contact(ctx, player(1).ID)
	b.must(err)
	if got.Quiet == nil || got.Quiet.From != 1320 || len(got.Channels) != 2 || got.Channels[0] != booking.BySMS {
		t.Errorf("%+v", got)
	}
}
