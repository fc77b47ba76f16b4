package booking

import (
	"context"
	"slices"
	"time"

	"pavilion/internal/fault"
)

// ClosureID names a closure.
type ClosureID int64

// Every is the repetition of a closure.
type Every string

// The repetitions.
const (
	Once      Every = "once"
	EveryWeek Every = "week"
	EveryYear Every = "year"
)

// Closure closes nets during their opening hours.
type Closure struct {
	ID     ClosureID
	Nets   []NetID // none: all
	Reason string
	Every  Every

	During Span // of a closure that happens once

	// Of a closure that repeats: from the first day to the last, between two minutes of the local clock.
	First    Day
	Last     *Day // nil: no end
	From, To int
}

// Errors of closures.
var (
	ErrClosed    = fault.New(fault.Conflict, "closed")
	ErrClosure   = fault.New(fault.Invalid, "closure")
	ErrNoClosure = fault.New(fault.NotFound, "no_closure")
)

func (c Closure) checkClosure() error {
	switch c.Every {
	case Once:
		if c.During.Length() <= 0 {
			return ErrClosure
		}
	case EveryWeek, EveryYear:
		if c.From < 0 || c.From >= 1440 || c.To <= c.From || c.To > 2880 || c.Last != nil && *c.Last < c.First {
			return ErrClosure
		}
	default:
		return ErrClosure
	}
	return nil
}

// appliesTo reports whether the closure closes the net.
func (c Closure) appliesTo(net NetID) bool { return len(c.Nets) == 0 || slices.Contains(c.Nets, net) }

// spansDuring returns the spans of the closure that overlap want.
func (c Closure) spansDuring(want Span, zone *time.Location) []Span {
	if c.Every == Once {
		if c.During.overlaps(want) {
			return []Span{c.During}
		}
		return nil
	}
	var spans []Span
	for day := DayIn(want.Start, zone) - 2; day <= DayIn(want.End, zone); day++ { // a closure ends at the latest two midnights after its day begins
		if !c.repeatsOn(day) {
			continue
		}
		span := Span{boundary(day, c.From, zone, Earlier), boundary(day, c.To, zone, Later)}
		if span.overlaps(want) {
			spans = append(spans, span)
		}
	}
	return spans
}

// repeatsOn reports whether the closure repeats on the day. A yearly closure that starts on 29 February repeats in leap years only.
func (c Closure) repeatsOn(day Day) bool {
	if day < c.First || c.Last != nil && day > *c.Last {
		return false
	}
	if c.Every == EveryWeek {
		return (day-c.First)%7 == 0
	}
	_, month, date := day.date().Date()
	_, firstMonth, firstDate := c.First.date().Date()
	return month == firstMonth && date == firstDate
}

// closedSpans returns the spans of all closures of the net that overlap want.
func (s *setup) closedSpans(net NetID, want Span) []Span {
	var spans []Span
	for _, c := range s.closures {
		if c.appliesTo(net) {
			spans = append(spans, c.spansDuring(want, s.club.Zone)...)
		}
	}
	return spans
}

// checkClosed returns ErrClosed if a closure of one of the nets overlaps the span.
func (s *setup) checkClosed(nets []NetID, want Span) error {
	for _, net := range nets {
		if len(s.closedSpans(net, want)) > 0 {
			return ErrClosed
		}
	}
	return nil
}

// Closures lists a club's closures.
func (s *Service) Closures(ctx context.Context, id ClubID) ([]Closure, error) {
	set, err := s.currentSetup(ctx, id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(set.closures), nil
}

// AddClosure closes nets. It leaves bookings inside the closure as they are and returns them; the admin can resolve them with a Block.
func (s *Service) AddClosure(ctx context.Context, actor Actor, club ClubID, closure Closure) (Closure, []Booking, error) {
	if err := closure.checkClosure(); err != nil {
		return Closure{}, nil, err
	}
	closure.Reason = cleanText(closure.Reason)
	var inside []Booking
	err := s.configure(ctx, actor, club, "add_closure", func(ctx context.Context, c *change) error {
		for _, id := range closure.Nets {
			if !slices.ContainsFunc(c.setup.nets, func(n Net) bool { return n.ID == id }) {
				return ErrNoNet
			}
		}
		ahead, err := selectBookingsAhead(ctx, c.tx, club, c.at)
		if err != nil {
			return err
		}
		inside = slices.DeleteFunc(ahead, func(b Booking) bool {
			return b.expired(c.at) || !slices.ContainsFunc(b.Nets, func(n NetID) bool {
				return closure.appliesTo(n) && len(closure.spansDuring(b.Span, c.setup.club.Zone)) > 0
			})
		})
		return insertClosure(ctx, c.tx, club, &closure)
	})
	if err != nil {
		return Closure{}, nil, err
	}
	return closure, inside, nil
}

// RemoveClosure deletes a closure.
func (s *Service) RemoveClosure(ctx context.Context, actor Actor, club ClubID, id ClosureID) error {
	return s.configure(ctx, actor, club, "remove_closure", func(ctx context.Context, c *change) error { return deleteClosure(ctx, c.tx, club, id) })
}
