package booking

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Start is a time at which a booking could begin on a net.
type Start struct {
	Net     NetID
	At      time.Time
	Status  Status        // Free when the shortest booking fits
	Price   Money         // of a booking of Starts.Length; zero where that does not fit
	Longest time.Duration // the longest booking that fits; 0 when none does
}

// Starts lists the possible starts on one opening day, with prices for one actor.
type Starts struct {
	Club   Club
	Day    Day
	At     time.Time     // the instant, by the database's clock, for which it is true
	Length time.Duration // of the bookings that are priced
	Nets   []Net
	Starts []Start // by time, then net

	tag string
}

// Tag names the answer, as Availability.Tag does; prices belong to the club's settings, whose token it contains.
func (s Starts) Tag() string { return s.tag }

// Shortest is the shortest booking that the grid allows.
func (p Policy) Shortest() time.Duration {
	up := p.Min + p.Grid - 1
	return max(p.Grid, up-up%p.Grid)
}

// Starts reads the possible starts on a day, each with the length of the longest booking and the price of one of the given length. A length below
// the shortest booking, such as 0, means the shortest one.
func (s *Service) Starts(ctx context.Context, actor Actor, club ClubID, day Day, length time.Duration) (Starts, error) {
	a, err := s.Availability(ctx, AvailabilityRequest{Club: club, From: day, To: day})
	if err != nil {
		return Starts{}, err
	}
	set, err := s.currentSetup(ctx, club)
	if err != nil {
		return Starts{}, err
	}
	found := Starts{Club: a.Club, Day: day, At: a.At, Length: max(length, a.Club.Policy.Shortest()), tag: a.Tag()}
	for _, d := range a.Days {
		found.Nets = append(found.Nets, d.Net)
		for i := range d.Cells {
			start := d.startAt(i, a.Club.Policy)
			if start.Status == Free && start.Longest >= found.Length {
				_, price, err := set.priceLines([]NetID{d.Net.ID}, nil, Span{start.At, start.At.Add(found.Length)}, cmp.Or(actor.quotes, actor.rate()))
				if err != nil { // a time without a price cannot be booked
					start.Status, start.Longest = Shut, 0
				}
				start.Price = price
			}
			found.Starts = append(found.Starts, start)
		}
	}
	slices.SortStableFunc(found.Starts, func(x, y Start) int { return x.At.Compare(y.At) })
	return found, nil
}

// startAt is the start at the cell with index i.
func (d NetDay) startAt(i int, p Policy) Start {
	first := d.Cells[i]
	s := Start{Net: d.Net.ID, At: first.Span.Start, Status: first.Status}
	end := first.Span.Start
	for _, c := range d.Cells[i:] {
		if c.Status != Free || !c.Span.Start.Equal(end) || c.Span.End.Sub(s.At) > p.Max {
			break
		}
		end = c.Span.End
	}
	if s.Longest = end.Sub(s.At); s.Longest < p.Shortest() {
		s.Longest = 0
		if s.Status == Free {
			s.Status = Taken // the time before the next booking, or before closing, is too short
		}
	}
	return s
}

// Near returns the free starts nearest to a time, at most limit of them. Of two that are equally near, one on the given net comes first.
func (s Starts) Near(net NetID, at time.Time, limit int) []Start {
	free := slices.DeleteFunc(slices.Clone(s.Starts), func(x Start) bool { return x.Status != Free })
	slices.SortStableFunc(free, func(x, y Start) int {
		if c := int(x.At.Sub(at).Abs() - y.At.Sub(at).Abs()); c != 0 {
			return c
		}
		switch {
		case x.Net == y.Net:
			return 0
		case x.Net == net:
			return -1
		case y.Net == net:
			return 1
		}
		return 0
	})
	return free[:min(limit, len(free))]
}

// DayStatus is the status of one day in a calendar.
type DayStatus struct {
	Day    Day
	Status Status // Free, Taken (full), Shut, Over, NotYet or ShortTerm
}

// DayStatuses reads the status of some days for a calendar, and today's date at the club.
func (s *Service) DayStatuses(ctx context.Context, club ClubID, from, to Day) (days []DayStatus, today Day, err error) {
	a, err := s.Availability(ctx, AvailabilityRequest{Club: club, From: from, To: to})
	if err != nil {
		return nil, 0, err
	}
	for day := from; day <= to; day++ {
		days = append(days, DayStatus{day, a.dayStatus(day)})
	}
	return days, DayIn(a.At, a.Club.Zone), nil
}

// dayStatus is the best status of any start on a day.
func (a Availability) dayStatus(day Day) Status {
	order := []Status{Free, Taken, NotYet, ShortTerm, Over, Shut}
	best := len(order) - 1
	for _, d := range a.Days {
		if d.Day != day {
			continue
		}
		for i := range d.Cells {
			status := d.startAt(i, a.Club.Policy).Status
			if status == OnHold {
				status = Taken
			}
			if at := slices.Index(order, status); at >= 0 && at < best {
				best = at
			}
		}
	}
	return order[best]
}

// BookingsByID reads bookings and the database's clock. It checks no rights: the caller does. Unknown ids are left out.
func (s *Service) BookingsByID(ctx context.Context, ids []ID) (list []Booking, at time.Time, err error) {
	if at, err = selectClock(ctx, s.pool); err != nil {
		return nil, at, translate(ctx, err)
	}
	if len(ids) > 0 {
		list, err = selectBookingsByID(ctx, s.db, ids)
	}
	return list, at, translate(ctx, err)
}

// Providers lists the configured ways to pay online, in a fixed order.
func (s *Service) Providers() []Provider {
	var list []Provider
	for _, p := range []Provider{Razorpay, Stripe, Sandbox, Telegram, Stars} {
		if _, ok := s.payments.Gateways[p]; ok {
			list = append(list, p)
		}
	}
	return list
}
