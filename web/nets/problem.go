package nets

import (
	"errors"
	"time"

	"pavilion/booking"
)

// ProblemMembers are the members that some of booking's problems have beside those of web.Problem.
type ProblemMembers struct {
	Choices    []time.Time     `json:"choices,omitempty" doc:"Of an ambiguous time: the instants to choose from."`
	Bookings   []int64         `json:"bookings,omitempty" doc:"Of a block: the bookings in its way, or the one that cannot go where it should."`
	Difference *MoneyBody      `json:"difference,omitempty" doc:"Of a move that costs more: how much more."`
	Version    int             `json:"version,omitempty" doc:"Of something that was changed meanwhile: its present version."`
	Skipped    []SkippedBody   `json:"skipped,omitempty" doc:"Of a series: the dates that cannot be had."`
	Closure    *ClosureFigures `json:"closure,omitempty" doc:"Of a closure that refunds: what it would do now."`
}

// membersOf returns the members of an error's problem, nil for none.
func membersOf(err error, sentence func(error) string) *ProblemMembers {
	if changed, ok := errors.AsType[*booking.ChangedError](err); ok {
		return &ProblemMembers{Version: changed.Version}
	}
	if twice, ok := errors.AsType[*booking.AmbiguousTimeError](err); ok {
		return &ProblemMembers{Choices: []time.Time{twice.Earlier, twice.Later}}
	}
	if conflict, ok := errors.AsType[*booking.BlockConflictError](err); ok {
		m := new(ProblemMembers)
		for _, b := range conflict.Bookings {
			m.Bookings = append(m.Bookings, int64(b.ID))
		}
		return m
	}
	if now, ok := errors.AsType[*booking.ClosureChangedError](err); ok {
		figures := figuresOf(now.Preview)
		return &ProblemMembers{Closure: &figures}
	}
	if stuck, ok := errors.AsType[*booking.BlockMoveError](err); ok {
		return &ProblemMembers{Bookings: []int64{int64(stuck.Booking)}}
	}
	if dearer, ok := errors.AsType[*booking.CostsMoreError](err); ok {
		difference := moneyOf(dearer.Difference)
		return &ProblemMembers{Difference: &difference}
	}
	if dates, ok := errors.AsType[*booking.SeriesConflictError](err); ok {
		return &ProblemMembers{Skipped: skippedOf(dates.Skipped, sentence)}
	}
	return nil
}
