package booking

import (
	"slices"
	"time"
)

// addUse counts the open, booked and blocked time of each hour of the week. Bookings of the days are counted before.
func (r *reporter) addUse() {
	for _, n := range r.set.nets {
		booked := r.booked[n.ID]
		open := slices.Clone(booked)
		if n.Active {
			for day := r.from; day <= r.to; day++ {
				for _, span := range r.set.openSpans(n.ID, day) {
					open = append(open, without(span, r.set.closedSpans(n.ID, span))...)
				}
			}
		}
		open = joined(open)
		for _, span := range open {
			r.eachHour(span, func(use *Use, length time.Duration) { use.Open += length })
			for _, block := range r.blocked[n.ID] {
				if both, ok := intersection(span, block); ok {
					r.eachHour(both, func(use *Use, length time.Duration) { use.Blocked += length })
				}
			}
		}
		for _, span := range booked {
			r.eachHour(span, func(use *Use, length time.Duration) { use.Booked += length })
		}
	}
}

// eachHour cuts a span at the full hours of the club's clock and where the clock changes, which is at a quarter to the hour on the Chatham Islands. A
// repeated hour counts twice for the same hour of the week.
func (r *reporter) eachHour(span Span, add func(use *Use, length time.Duration)) {
	for at := span.Start; at.Before(span.End); {
		local := at.In(r.set.club.Zone)
		_, minute, second := local.Clock()
		next := at.Add(time.Hour - time.Duration(minute)*time.Minute - time.Duration(second)*time.Second - time.Duration(local.Nanosecond()))
		if _, change := local.ZoneBounds(); !change.IsZero() {
			next = earlier(next, change)
		}
		next = earlier(next, span.End)
		add(&r.out.Use[local.Weekday()][local.Hour()], next.Sub(at))
		at = next
	}
}

// intersection is the time that two spans share.
func intersection(a, b Span) (Span, bool) {
	both := Span{laterOf(a.Start, b.Start), earlier(a.End, b.End)}
	return both, both.Start.Before(both.End)
}

// without cuts spans out of another.
func without(span Span, cut []Span) []Span {
	left := []Span{span}
	for _, c := range cut {
		var next []Span
		for _, s := range left {
			for _, part := range []Span{{s.Start, earlier(s.End, c.Start)}, {laterOf(s.Start, c.End), s.End}} {
				if part.Start.Before(part.End) {
					next = append(next, part)
				}
			}
		}
		left = next
	}
	return left
}

// joined merges spans that overlap or touch, in order.
func joined(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return a.Start.Compare(b.Start) })
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && !s.Start.After(out[n-1].End) {
			out[n-1].End = laterOf(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
