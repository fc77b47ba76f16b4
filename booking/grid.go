package booking

import (
	"errors"
	"time"

	"pavilion/internal/fault"
)

// Errors of requested times.
var (
	ErrEmptySpan = fault.New(fault.Invalid, "empty_span")
	ErrOffGrid   = fault.New(fault.Invalid, "off_grid")
	ErrTooShort  = fault.New(fault.Invalid, "too_short")
	ErrTooLong   = fault.New(fault.Invalid, "too_long")
	ErrTooSoon   = fault.New(fault.Invalid, "too_soon")
	ErrTooFar    = fault.New(fault.Invalid, "too_far")
	ErrPast      = fault.New(fault.Invalid, "past")
)

// checkSpan applies the club's grid, lengths, opening hours and closures, and returns the opening day. Lengths are elapsed time: on the day when
// the clock is set back, 01:00 to 03:00 is three hours.
func (s *setup) checkSpan(net NetID, want Span) (Day, error) {
	p := s.club.Policy
	if want.Start.IsZero() || want.End.IsZero() || want.Length() <= 0 {
		return 0, ErrEmptySpan
	}
	if want.Length() > p.Max {
		return 0, ErrTooLong
	}
	if want.Length() < p.Min {
		return 0, ErrTooShort
	}
	day, open, err := s.openingDay(net, want)
	if err != nil {
		return 0, err
	}
	if want.Start.Sub(open.Start)%p.Grid != 0 || want.Length()%p.Grid != 0 {
		return 0, ErrOffGrid
	}
	if len(s.closedSpans(net, want)) > 0 {
		return 0, ErrClosed
	}
	return day, nil
}

// checkActorNotice applies checkNoticeFor to the change's actor and time.
func (c *change) checkActorNotice(day Day, want Span) error {
	return c.setup.checkNoticeFor(c.actor, day, want, c.at)
}

// checkNoticeFor applies notice and horizon to members. Staff are only refused the past.
func (s *setup) checkNoticeFor(actor Actor, day Day, want Span, at time.Time) error {
	err := s.checkNotice(day, want, at)
	if actor.isStaff() && !errors.Is(err, ErrPast) {
		return nil
	}
	return err
}

// checkNotice applies notice and horizon at an instant of the database's clock.
func (s *setup) checkNotice(day Day, want Span, at time.Time) error {
	switch {
	case !want.Start.After(at):
		return ErrPast
	case want.Start.Before(at.Add(s.club.Policy.Notice)):
		return ErrTooSoon
	case day > DayIn(at, s.club.Zone)+Day(s.club.Policy.Horizon):
		return ErrTooFar
	}
	return nil
}

// gridCells lists the cells of the grid in the opening hours of a day.
func (s *setup) gridCells(net NetID, day Day) []Span {
	var cells []Span
	for _, open := range s.openSpans(net, day) {
		for at := open.Start; !at.Add(s.club.Policy.Grid).After(open.End); at = at.Add(s.club.Policy.Grid) {
			cells = append(cells, Span{at, at.Add(s.club.Policy.Grid)})
		}
	}
	return cells
}
