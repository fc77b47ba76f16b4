package booking

import (
	"strings"
	"testing"
	"time"
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
