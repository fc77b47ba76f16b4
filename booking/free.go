package booking

import "time"

// FreeTime is how much of one net is free on one opening day.
type FreeTime struct {
	Net  NetID
	Day  Day
	Free time.Duration // that can still be booked
	Open time.Duration // within the opening hours, past cells included
}

// FreeTime sums up the cells of each net and day.
func (a Availability) FreeTime() []FreeTime {
	out := make([]FreeTime, len(a.Days))
	for i, d := range a.Days {
		out[i] = FreeTime{Net: d.Net.ID, Day: d.Day}
		for _, c := range d.Cells {
			if c.Status == Shut {
				continue
			}
			out[i].Open += c.Span.Length()
			if c.Status == Free {
				out[i].Free += c.Span.Length()
			}
		}
	}
	return out
}
