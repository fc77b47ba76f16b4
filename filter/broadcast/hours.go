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

// InHours tells whether a broadcast sends now, as far as its hours decide.
func (s *Service) InHours(b Broadcast) bool { return b.Plan.Hours.IsOpen(s.opts.Now().In(s.opts.Zone)) }
