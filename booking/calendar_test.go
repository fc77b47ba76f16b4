package booking

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

func TestCalendar_EndsLinesAsRFC5545AndCancelsByMethod(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	for state, want := range map[State][2]string{
		Held: {"PUBLISH", "TENTATIVE"}, Confirmed: {"PUBLISH", "CONFIRMED"}, CheckedIn: {"PUBLISH", "CONFIRMED"}, NoShow: {"PUBLISH", "CONFIRMED"},
		Cancelled: {"CANCEL", "CANCELLED"}, Expired: {"CANCEL", "CANCELLED"}, SlotLost: {"CANCEL", "CANCELLED"},
	} {
		b := Booking{ID: 12, Club: 1, State: state, Nets: []NetID{79}, Span: Span{start, start.Add(time.Hour)}, Version: 3}
		file := string(b.Calendar(Club{Name: "Riverside"}, []Net{{ID: 79, Name: "The old lane"}}))
		if strings.Count(file, "\r\n") != strings.Count(file, "\n") || !strings.HasPrefix(file, "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(file, "END:VCALENDAR\r\n") {
			t.Errorf("%s: lines of %q", state, file)
		}
		for _, line := range []string{"METHOD:" + want[0], "STATUS:" + want[1], "SEQUENCE:3", "UID:booking-1-12@pavilion", "SUMMARY:The old lane · Riverside"} {
			if !strings.Contains(file, "\r\n"+line+"\r\n") {
				t.Errorf("%s: no %q in %s", state, line, file)
			}
		}
		if got := b.CalendarType(); got != "text/calendar; charset=utf-8; method="+want[0] {
			t.Errorf("%s: %s", state, got)
		}
	}
}

// A person's text stays within its property: no line break in it begins a line of the file.
func TestCalendar_TextsBeginNoLinesOfTheirOwn(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	for _, end := range []string{"\r", "\n", "\r\n", "\u0085", "\u2028", "\v\f"} {
		bad := "x" + end + "ATTACH:https://example.com"
		s := &setup{club: Club{Name: bad, Address: bad}, nets: []Net{{ID: 79, Name: bad}}}
		b := Booking{ID: 12, Club: 1, Member: 5, State: Confirmed, Nets: []NetID{79}, Span: Span{start, start.Add(time.Hour)}, Note: bad, Guests: []string{bad}}
		for kind, file := range map[string][]byte{
			"a booking": b.Calendar(s.club, s.nets),
			"a feed":    s.feedCalendar(Feed{Kind: NetFeed, Net: 79}, []Booking{b}, Actor{Role: Staff}),
		} {
			unfolded := strings.ReplaceAll(string(file), "\r\n ", "")
			lines := strings.FieldsFunc(unfolded, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' })
			if slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "ATTACH") }) {
				t.Errorf("%s with %q: %q", kind, end, file)
			}
		}
	}
}
