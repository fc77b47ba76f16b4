package booking

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"pavilion/internal/fault"
)

// EndSeriesRequest ends a series: all of it, or the dates from one on.
type EndSeriesRequest struct {
	Club   ClubID
	Series SeriesID
	From   Day  // 0: all future dates
	Waive  bool // the club keeps no fee; for staff
}

// MoveSeriesRequest moves the dates of a series within their weeks. A nil field stays as it is.
type MoveSeriesRequest struct {
	Club    ClubID
	Series  SeriesID
	From    Day // 0: all future dates
	Weekday *time.Weekday
	Minute  *int // of the opening day, in local time
	Length  *time.Duration
	Nets    []NetID // empty: the same nets
	Policy  SeriesPolicy
	Repeat  Repeat // for a date on which the local time occurs twice
}

// SeriesChange is the result of a change of a series.
type SeriesChange struct {
	Bookings []Booking // changed bookings
	Skipped  []Skipped // dates that did not change
	Version  int       // SeriesVersion after the change
}

// setVersion sets the version of a series whose bookings were list before the change.
func (done *SeriesChange) setVersion(list []Booking) {
	done.Version = SeriesVersion(list)
	for _, b := range done.Bookings {
		if i := slices.IndexFunc(list, func(before Booking) bool { return before.ID == b.ID }); i >= 0 {
			done.Version += b.Revision - list[i].Revision
		}
	}
}

// SeriesBookings lists the bookings of a series by start, for its member and the staff.
func (s *Service) SeriesBookings(ctx context.Context, actor Actor, club ClubID, id SeriesID) ([]Booking, error) {
	member, err := selectSeriesMember(ctx, s.db, club, id)
	if err != nil {
		return nil, translate(ctx, err)
	}
	if !actor.isStaff() && member != actor.ID {
		return nil, ErrNoSeries
	}
	list, err := selectSeriesBookings(ctx, s.db, id)
	return list, translate(ctx, err)
}

// EndSeries cancels the future dates of a series in one transaction, with one notification. Fee and refund of each date are the same as when it is
// cancelled alone.
func (s *Service) EndSeries(ctx context.Context, actor Actor, r EndSeriesRequest) (SeriesChange, error) {
	if r.Waive {
		if err := actor.mustBeStaff(); err != nil {
			return SeriesChange{}, err
		}
	}
	var done SeriesChange
	err := s.withSeries(ctx, actor, r.Club, r.Series, nil, func(ctx context.Context, c *change, list []Booking) error {
		done = SeriesChange{}
		for _, b := range seriesAhead(list, r.From, c.at) {
			if err := c.cancelBooking(ctx, &b, r.Waive, ""); err != nil {
				return err
			}
			done.Bookings = append(done.Bookings, b)
		}
		done.setVersion(list)
		detail := map[string]any{"waived": r.Waive}
		if r.From != 0 {
			detail["from_day"] = r.From.String()
		}
		return c.recordSeries(ctx, "end_series", notifySeriesEnded, r.Series, done.Bookings, detail)
	})
	if err != nil {
		return SeriesChange{}, err
	}
	return done, nil
}

// MoveSeries moves the future dates of a series to another weekday, time, length or other nets, in one transaction, with one notification. The rules of
// Reschedule apply to each date. If a date cannot move, AllOrNothing refuses the whole change, and Skip leaves that date where it is.
func (s *Service) MoveSeries(ctx context.Context, actor Actor, r MoveSeriesRequest) (SeriesChange, error) {
	if r.Policy != AllOrNothing && r.Policy != Skip || r.Minute != nil && (*r.Minute < 0 || *r.Minute > 2880) {
		return SeriesChange{}, ErrSeries
	}
	var done SeriesChange
	err := s.withSeries(ctx, actor, r.Club, r.Series, r.Nets, func(ctx context.Context, c *change, list []Booking) error {
		done = SeriesChange{}
		ahead := seriesAhead(list, r.From, c.at)
		if len(ahead) > 0 && r.movesLater(ahead[0], c.setup.club.Zone) {
			slices.Reverse(ahead) // a date may move onto the old time of the next one
		}
		var left []Booking // as they were
		for _, b := range ahead {
			old := b
			err := c.moveDate(ctx, &b, r)
			switch kind := fault.KindOf(err); {
			case err == nil:
				done.Bookings, left = append(done.Bookings, b), append(left, old)
			case errors.Is(err, ErrNoMove): // already at the new time
			case kind == fault.Invalid, kind == fault.Conflict:
				done.Skipped = append(done.Skipped, Skipped{Day: old.Day, Reason: err})
			default:
				return err
			}
		}
		slices.SortFunc(done.Bookings, func(a, b Booking) int { return a.Span.Start.Compare(b.Span.Start) })
		slices.SortFunc(done.Skipped, func(a, b Skipped) int { return cmp.Compare(a.Day, b.Day) })
		if len(done.Skipped) > 0 && (r.Policy == AllOrNothing || len(done.Bookings) == 0) {
			return &SeriesConflictError{Skipped: done.Skipped}
		}
		if len(ahead) > 0 && len(done.Bookings) == 0 {
			return ErrNoMove
		}
		for _, old := range left { // now that all have moved: one may take the old time of another
			if err := c.offerFreed(ctx, old.Nets, old.occupied()); err != nil {
				return err
			}
		}
		done.setVersion(list)
		return c.recordSeries(ctx, "move_series", notifySeriesMoved, r.Series, done.Bookings, map[string]any{"skipped": len(done.Skipped)})
	})
	if err != nil {
		return SeriesChange{}, err
	}
	return done, nil
}

// seriesAhead returns the bookings of a series that a change concerns, by start: confirmed, on or after a day, and not started.
func seriesAhead(list []Booking, from Day, at time.Time) (ahead []Booking) {
	for _, b := range list {
		if b.State == Confirmed && b.Day >= from && b.Span.Start.After(at) {
			ahead = append(ahead, b)
		}
	}
	return ahead
}

// moveDate moves one date.
func (c *change) moveDate(ctx context.Context, b *Booking, r MoveSeriesRequest) error {
	to, err := r.target(*b, c.setup.club.Zone)
	if err != nil {
		return err
	}
	_, lost, err := c.reschedule(ctx, b, to, "")
	return errors.Join(err, lost)
}

// target returns the new time and nets of one date of the series.
func (r MoveSeriesRequest) target(b Booking, zone *time.Location) (RescheduleRequest, error) {
	local := b.Span.Start.In(zone)
	day, minute, length := b.Day, int(DayIn(local, zone)-b.Day)*24*60+local.Hour()*60+local.Minute(), b.Span.Length()
	if r.Weekday != nil {
		monday, _ := day.week()
		day = monday + Day((int(*r.Weekday)+6)%7)
	}
	if r.Minute != nil {
		minute = *r.Minute
	}
	if r.Length != nil {
		length = *r.Length
	}
	start, err := Instant(day, minute, zone, r.Repeat)
	return RescheduleRequest{Nets: r.Nets, Start: start, End: start.Add(length)}, err
}

// movesLater reports whether the dates move to later times.
func (r MoveSeriesRequest) movesLater(b Booking, zone *time.Location) bool {
	to, err := r.target(b, zone)
	return err == nil && to.Start.After(b.Span.Start)
}

// withSeries locks the nets of a series and extraNets, then runs fn with the bookings of the series, by start. If a booking moved to other nets before
// the lock, withSeries starts again, as withBooking does.
func (s *Service) withSeries(ctx context.Context, actor Actor, club ClubID, id SeriesID, extraNets []NetID, fn func(ctx context.Context, c *change, list []Booking) error) error {
	for attempt := 1; ; attempt++ {
		seen, err := s.SeriesBookings(ctx, actor, club, id)
		if err != nil {
			return err
		}
		l := locks{club: club, nets: slices.Clone(extraNets)}
		for _, b := range seen {
			l.nets, l.members = append(l.nets, b.Nets...), append(l.members, b.Member)
		}
		moved := false
		err = s.withSavepoints().withLocks(ctx, actor, l, func(ctx context.Context, c *change) error {
			list, err := selectSeriesBookings(ctx, c.tx, id)
			if err != nil {
				return err
			}
			moved = slices.ContainsFunc(list, func(b Booking) bool {
				return slices.ContainsFunc(b.Nets, func(n NetID) bool { return !slices.Contains(l.nets, n) })
			})
			if moved {
				return ErrBusy
			}
			if err := c.checkSeriesSeen(list); err != nil {
				return err
			}
			return fn(ctx, c, list)
		})
		if !moved || attempt == lockAttempts {
			return err
		}
	}
}

// recordSeries adds the audit line of the series and one notification, whose row refers to the first booking. The text is composed from all bookings of
// the series with the same changed_at.
func (c *change) recordSeries(ctx context.Context, action string, tell notice, id SeriesID, changed []Booking, detail map[string]any) error {
	if len(changed) == 0 {
		return ErrSeriesOver
	}
	detail["series"], detail["bookings"] = id, idsOf(changed)
	if err := c.recordAudit(ctx, action, Booking{}, detail); err != nil {
		return err
	}
	return c.notify(ctx, tell, changed[0])
}
