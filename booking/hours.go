package booking

import (
	"context"
	"slices"
	"time"

	"pavilion/internal/fault"
)

// OpeningHours are one interval of a weekday in which a net is open, in minutes of the local clock. Closes may be 1440 (midnight) or more: the
// night after belongs to this day.
type OpeningHours struct {
	Net           NetID // 0: every net that has no hours of its own
	Weekday       time.Weekday
	Opens, Closes int
}

// Span is an interval of time. It includes Start and excludes End.
type Span struct{ Start, End time.Time }

// Length is the elapsed time.
func (s Span) Length() time.Duration { return s.End.Sub(s.Start) }

// overlaps reports whether the spans share an instant.
func (s Span) overlaps(o Span) bool { return s.Start.Before(o.End) && o.Start.Before(s.End) }

// contains reports whether o lies wholly in s.
func (s Span) contains(o Span) bool { return !o.Start.Before(s.Start) && !o.End.After(s.End) }

// Errors of opening hours.
var (
	ErrOutsideHours = fault.New(fault.Invalid, "outside_hours")
	ErrHours        = fault.New(fault.Invalid, "hours")
)

// openSpans lists when a net is open on a day, in order. A net with hours of its own ignores the common hours, on every weekday.
func (s *setup) openSpans(net NetID, day Day) []Span {
	own := slices.ContainsFunc(s.hours, func(h OpeningHours) bool { return h.Net == net })
	var spans []Span
	for _, h := range s.hours {
		if h.Weekday != day.Weekday() || (h.Net == net) != own || !own && h.Net != 0 {
			continue
		}
		span := Span{boundary(day, h.Opens, s.club.Zone, Earlier), boundary(day, h.Closes, s.club.Zone, Later)}
		if span.Start.Before(span.End) { // short hours can lie wholly in a gap of the clock
			spans = append(spans, span)
		}
	}
	slices.SortFunc(spans, func(a, b Span) int { return a.Start.Compare(b.Start) })
	return spans
}

// openingDay finds the opening day and hours that contain want. The day is the date of its start, or the day before when its hours reach that far.
func (s *setup) openingDay(net NetID, want Span) (Day, Span, error) {
	today := DayIn(want.Start, s.club.Zone)
	for _, day := range []Day{today, today - 1} {
		for _, open := range s.openSpans(net, day) {
			if open.contains(want) {
				return day, open, nil
			}
		}
	}
	return 0, Span{}, ErrOutsideHours
}

// open reports whether a net takes bookings and its hours contain a span.
func (s *setup) open(net NetID, span Span) bool {
	if _, err := s.activeNet(net); err != nil {
		return false
	}
	_, _, err := s.openingDay(net, span)
	return err == nil
}

// Stranded lists the bookings ahead that lie outside the opening hours or on a retired net; for staff. They stay: an admin decides about them, after a
// change of hours or nets.
func (s *Service) Stranded(ctx context.Context, actor Actor, club ClubID) ([]Booking, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	return s.stranded(ctx, actor, club, func(now setup) (setup, error) { return now, nil })
}

// StrandedBy lists the bookings ahead that Stranded would list under other opening hours; for admins. It changes nothing.
func (s *Service) StrandedBy(ctx context.Context, actor Actor, club ClubID, hours []OpeningHours) ([]Booking, error) {
	if err := actor.mustBeAdmin(); err != nil {
		return nil, err
	}
	return s.stranded(ctx, actor, club, func(now setup) (setup, error) {
		now.hours = hours
		return now, now.checkHours()
	})
}

// stranded lists the bookings ahead that are not open under some settings.
func (s *Service) stranded(ctx context.Context, actor Actor, club ClubID, under func(now setup) (setup, error)) ([]Booking, error) {
	var stranded []Booking
	err := s.withLocks(ctx, actor, locks{club: club}, func(ctx context.Context, c *change) error {
		set, err := under(*c.setup)
		if err != nil {
			return err
		}
		ahead, err := selectBookingsAhead(ctx, c.tx, club, c.at)
		if err != nil {
			return err
		}
		stranded = slices.DeleteFunc(ahead, func(b Booking) bool {
			return b.expired(c.at) || !slices.ContainsFunc(b.Nets, func(n NetID) bool { return !set.open(n, b.Span) })
		})
		return nil
	})
	return stranded, err
}

// checkHours refuses hours that CheckHours refuses, and hours of a net that the club does not have.
func (s *setup) checkHours() error {
	for _, h := range s.hours {
		if h.Net != 0 && !slices.ContainsFunc(s.nets, func(n Net) bool { return n.ID == h.Net }) {
			return ErrNoNet
		}
	}
	return CheckHours(s.hours)
}

// CheckHours refuses hours of one net that overlap, also across midnight. Otherwise a slot could belong to two days.
func CheckHours(hours []OpeningHours) error {
	const week = 7 * 1440
	for i, a := range hours {
		if a.Opens < 0 || a.Opens >= 1440 || a.Closes <= a.Opens || a.Closes > 2880 || a.Weekday < time.Sunday || a.Weekday > time.Saturday {
			return ErrHours
		}
		for _, b := range hours[:i] {
			if a.Net != b.Net {
				continue
			}
			from, to := int(a.Weekday)*1440+a.Opens, int(a.Weekday)*1440+a.Closes
			for _, shift := range []int{-week, 0, week} {
				bFrom, bTo := int(b.Weekday)*1440+b.Opens+shift, int(b.Weekday)*1440+b.Closes+shift
				if from < bTo && bFrom < to {
					return ErrHours
				}
			}
		}
	}
	return nil
}
