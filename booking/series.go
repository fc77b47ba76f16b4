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

// SeriesPolicy decides what happens when some dates cannot be booked.
type SeriesPolicy string

// The policies. Both report the dates that cannot be booked.
const (
	AllOrNothing SeriesPolicy = "all_or_nothing" // no date is booked; the error lists the refused ones
	Skip         SeriesPolicy = "skip"           // the other dates are booked; the result lists the refused ones
)

// SeriesRequest asks for the same local time every week, also across changes of the clock.
type SeriesRequest struct {
	Club   ClubID
	Nets   []NetID
	AddOns []AddOnID
	First  Day
	Minute int // of the local clock
	Length time.Duration
	Weeks  int
	Policy SeriesPolicy
	Repeat Repeat   // for a date on which the local time occurs twice; empty: that date cannot be booked
	Member MemberID // 0: the actor
	Rate   Rate
	Note   string
}

// Series is the result of BookSeries.
type Series struct {
	ID       SeriesID
	Bookings []Booking
	Skipped  []Skipped
}

// Skipped is a date that could not be booked, with its reason.
type Skipped struct {
	Day    Day
	Reason error
}

// Errors of series.
var (
	ErrSeries         = fault.New(fault.Invalid, "series")
	ErrSeriesConflict = fault.New(fault.Conflict, "series_conflict")
	ErrNoSeries       = fault.New(fault.NotFound, "no_series")
	ErrSeriesOver     = fault.New(fault.Conflict, "series_over")
)

// SeriesConflictError lists the dates that could not be booked.
type SeriesConflictError struct{ Skipped []Skipped }

// Error gives their number.
func (e *SeriesConflictError) Error() string {
	return fmt.Sprintf("%v (%d)", ErrSeriesConflict, len(e.Skipped))
}

// Unwrap returns ErrSeriesConflict.
func (e *SeriesConflictError) Unwrap() error { return ErrSeriesConflict }

// BookSeries books the dates of a series in one transaction, with one notification. The bookings are confirmed at once. In clubs that take payments
// online only staff may book a series.
func (s *Service) BookSeries(ctx context.Context, actor Actor, r SeriesRequest) (Series, error) {
	if r.Weeks < 2 || r.Weeks > 53 || r.Policy != AllOrNothing && r.Policy != Skip || r.Minute < 0 || r.Minute > 2880 {
		return Series{}, ErrSeries
	}
	member, rate, err := actor.memberAndRate(HoldRequest{Member: r.Member, Rate: r.Rate})
	if err != nil {
		return Series{}, err
	}
	if r.Note = cleanText(r.Note); tooLong(r.Note, maxNote) {
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
			b, err := c.bookDate(ctx, r, day, member, rate, series.ID)
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
		return c.recordSeries(ctx, "book_series", notifySeriesBooked, series.ID, series.Bookings, map[string]any{"skipped": len(series.Skipped)})
	})
	if err != nil {
		return Series{}, err
	}
	return series, nil
}

// bookDate books one date of a series. A refusal writes nothing, so the transaction can go on with the next date.
func (c *change) bookDate(ctx context.Context, r SeriesRequest, day Day, member MemberID, rate Rate, id SeriesID) (Booking, error) {
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
	lost, err := c.insertBooking(ctx, &b)
	if err := errors.Join(err, lost); err != nil {
		return Booking{}, err
	}
	return b, nil
}
