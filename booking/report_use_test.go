package booking

import (
	"fmt"
	"testing"
	"time"
)

// Clocks change by an hour or by half of one, and not everywhere at a full hour.
func TestReport_HoursOfADayOnWhichTheClockChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, start, want string }{
		{"Australia/Lord_Howe", "2026-04-05T00:00:00+11:00", "[1h0m0s 1h30m0s 1h0m0s 1h0m0s]"},
		{"Australia/Lord_Howe", "2026-10-04T00:00:00+10:30", "[1h0m0s 1h0m0s 30m0s 1h0m0s]"},
		{"Pacific/Chatham", "2026-04-05T00:00:00+13:45", "[1h0m0s 1h0m0s 1h15m0s 1h45m0s]"},
		{"Pacific/Chatham", "2026-09-27T00:00:00+12:45", "[1h0m0s 1h0m0s 45m0s 15m0s]"},
	} {
		start, err := time.Parse(time.RFC3339, c.start)
		if err != nil {
			t.Fatal(err)
		}
		r := &reporter{set: &setup{club: Club{Zone: zone(t, c.zone)}}}
		span := Span{Start: start, End: start.Add(12 * time.Hour)}
		r.eachHour(span, func(use *Use, length time.Duration) { use.Open += length })
		var got []time.Duration
		for _, use := range r.out.Use[start.Weekday()][:4] {
			got = append(got, use.Open)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s on %s: %v, not %s", c.zone, c.start, got, c.want)
		}
	}
}
