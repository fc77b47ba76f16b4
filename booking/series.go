package booking

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pavilion/internal/fault"
)

// SeriesID names a set of recurring bookings.
type SeriesID int64

// SeriesPolicy says what happens when some dates cannot be had.
type SeriesPolicy string

// The policies. Neither ever leaves a date out silently.
const (
	AllOrNothing SeriesPolicy = "all_or_nothing" // no date is booked, and the error lists those in the way
	Skip         SeriesPolicy = "skip"           // the others are booked, and the answer lists those left out
)

// SeriesRequest asks for the same local time every week. 18:00 stays 18:00 when the clocks change.
type SeriesRequest struct {
	Club   ClubID
	Nets   []NetID
	AddOns []AddOnID
	First  Day
	Minute int // of the local clock
	Length time.Duration
	Weeks  int
	Policy SeriesPolicy
	Repeat Repeat   // for a date on which the clock shows the time twice; empty: that date cannot be had
	Member MemberID // 0: the actor
	Rate   Rate
	Note   string
}

// Series is what was booked.
type Series struct {
	ID       SeriesID
	Bookings []Booking
	Skipped  []Skipped
}

// Skipped is a date that could not be had, and why.
type Skipped struct {
	Day    Day
	Reason error
}

// Errors of series.
var (
	ErrSeries         = fault.New(fault.Invalid, "series", "A series needs two to fifty-three weeks and a policy: all_or_nothing or skip.")
	ErrSeriesConflict = fault.New(fault.Conflict, "series_conflict", "Some of the dates cannot be had; nothing was booked.")
)

// SeriesConflictError lists the dates in the way.
type SeriesConflictError struct{ Skipped []Skipped }

// Error counts them.
func (e *SeriesConflictError) Error() string {
	return fmt.Sprintf("%v (%d)", ErrSeriesConflict, len(e.Skipped))
}

// Unwrap makes it ErrSeriesConflict.
func (e *SeriesConflictError) Unwrap() error { return ErrSeriesConflict }

// BookSeries books every date of a series in one transaction, confirmed at once. Where money confirms, only staff may.
func (s *Service) BookSeries(ctx context.Context, actor Actor, r SeriesRequest) (Series, error) {
	if r.Weeks < 2 || r.Weeks > 53 || r.Policy != AllOrNothing && r.Policy != Skip || r.Minute < 0 || r.Minute > 2880 {
		return Series{}, ErrSeries
	}
	member, rate, err := actor.memberAndRate(HoldRequest{Member: r.Member, Rate: r.Rate})
	if err != nil {
		return Series{}, err
	}
	if len(r.Note) > maxNote {
		return Series{}, ErrNote
	}
	var series Series
	err = s.withLocks(ctx, actor, locks{club: r.Club, members: []MemberID{member}, nets: r.Nets}, func(ctx context.Context, c *change) error {
		if c.setup.club.Policy.PaysOnline && !actor.isStaff() {
			return ErrPayFirst
		}
		series = Series{}
		if series.ID, err = insertSeries(ctx, c.tx, r.Club, member, r.Policy, c.at); err != nil {
			return err
		}
		for week := range r.Weeks {
			day := r.First + Day(7*week)
			b, err := c.instance(ctx, r, day, member, rate, series.ID)
			switch {
			case err == nil:
				series.Bookings = append(series.Bookings, b)
			case fault.KindOf(err) == fault.Invalid, fault.KindOf(err) == fault.Conflict:
				series.Skipped = append(series.Skipped, Skipped{Day: day, Reason: err})
			default:
				return err
			}
		}
		if len(series.Bookings) == 0 || r.Policy == AllOrNothing && len(series.Skipped) > 0 {
			return &SeriesConflictError{Skipped: series.Skipped}
		}
		return nil
	})
	if err != nil {
		return Series{}, err
	}
	return series, nil
}

// instance books one date. A refusal writes nothing; an overlap that only the constraint saw would end the whole transaction.
func (c *change) instance(ctx context.Context, r SeriesRequest, day Day, member MemberID, rate Rate, id SeriesID) (Booking, error) {
	start, err := Instant(day, r.Minute, c.setup.club.Zone, r.Repeat)
	if err != nil {
		return Booking{}, err
	}
	quote, err := c.setup.quote(SlotRequest{Club: r.Club, Nets: r.Nets, Start: start, End: start.Add(r.Length), AddOns: r.AddOns}, rate)
	if err != nil {
		return Booking{}, err
	}
	if err := c.checkActorNotice(quote.Day, quote.Span); err != nil {
		return Booking{}, err
	}
	b := c.setup.newBooking(member, Play, quote)
	b.State, b.CreatedAt, b.ChangedAt, b.Series, b.Note = Confirmed, c.at, c.at, id, r.Note
	if err := c.checkMemberQuota(ctx, b); err != nil {
		return Booking{}, err
	}
	lost, err := c.insertBooking(ctx, &b)
	if err := errors.Join(err, lost); err != nil {
		return Booking{}, err
	}
	return b, c.notify(ctx, notifyConfirmed, b)
}
