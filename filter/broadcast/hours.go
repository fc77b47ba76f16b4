package broadcast

import (
	"errors"
	"time"
)

// Hours are the hours of a day in which a broadcast sends, in the zone of Options. The zero value is the whole day.
type Hours struct {
	From int `json:",omitempty"`
	To   int `json:",omitempty"` // excluded
}

var errHours = errors.New("the hours of the broadcast are over")

func (h Hours) isValid() bool { return h == Hours{} || h.From >= 0 && h.From < h.To && h.To <= 24 }

// IsOpen tells whether a broadcast sends at a time of the zone.
func (h Hours) IsOpen(at time.Time) bool {
	return h == Hours{} || at.Hour() >= h.From && at.Hour() < h.To
}

// end returns when a broadcast that starts at start has spent the time sending within its hours.
func (h Hours) end(start time.Time, sending time.Duration) time.Time {
	if h == (Hours{}) || sending <= 0 {
		return start.Add(sending)
	}
	for day := 0; ; day++ {
		open, closed := h.window(start, day)
		if open.Before(start) {
			open = start
		}
		left := closed.Sub(open)
		if left >= sending {
			return open.Add(sending)
		}
		sending -= max(left, 0)
	}
}

// window returns the hours of the day that is a number of days after start.
func (h Hours) window(start time.Time, days int) (open, closed time.Time) {
	year, month, day := start.Date()
	at := func(hour int) time.Time { return time.Date(year, month, day+days, hour, 0, 0, 0, start.Location()) }
	return at(h.From), at(h.To)
}

// InHours reports whether the hours of a broadcast allow it to send now.
func (s *Service) InHours(b Broadcast) bool { return b.Plan.Hours.IsOpen(s.opts.Now().In(s.opts.Zone)) }
