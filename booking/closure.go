package booking

import (
	"slices"
	"time"

	"pavilion/internal/fault"
)

// ClosureID names a closure.
type ClosureID int64

// Every says how a closure repeats.
type Every string

// The repetitions.
const (
	Once      Every = "once"
	EveryWeek Every = "week"
	EveryYear Every = "year"
)

// Closure keeps nets shut although their hours say open.
type Closure struct {
	ID     ClosureID
	Nets   []NetID // none: all
	Reason string
	Every  Every

	During Span // once

	// Each week or year: from the first day on, to the last where there is one, between two minutes of the local clock.
	First    Day
	Last     *Day
	From, To int
}

// Errors of closures.
var (
	ErrClosed    = fault.New(fault.Conflict, "closed", "The net is closed at that time.")
	ErrClosure   = fault.New(fault.Invalid, "closure", "A closure needs a time that ends after it begins.")
	ErrNoClosure = fault.New(fault.NotFound, "no_closure", "There is no such closure.")
)

func (c Closure) check() error {
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

// appliesTo tells whether the closure is about the net.
func (c Closure) appliesTo(net NetID) bool { return len(c.Nets) == 0 || slices.Contains(c.Nets, net) }

// spansDuring are the stretches of the closure that share time with want.
func (c Closure) spansDuring(want Span, zone *time.Location) []Span {
	if c.Every == Once {
		if c.During.overlaps(want) {
			return []Span{c.During}
		}
		return nil
	}
	var spans []Span
	for day := DayIn(want.Start, zone) - 2; day <= DayIn(want.End, zone); day++ { // a closure reaches at most into the second night
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

// repeatsOn tells whether the repetition meets the day. What was first closed on 29 February is closed in leap years.
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

// closedSpans are the stretches in which closures keep the net shut during want.
func (s *setup) closedSpans(net NetID, want Span) []Span {
	var spans []Span
	for _, c := range s.closures {
		if c.appliesTo(net) {
			spans = append(spans, c.spansDuring(want, s.club.Zone)...)
		}
	}
	return spans
}
