package nets

import (
	"context"
	"slices"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// myBookings lists a person's bookings ahead, in all clubs.
type myBookings struct{ *visit }

// HandleMyBookings answers /mybookings.
func (s *Screens) HandleMyBookings(ctx context.Context, e *telegram.Event) error {
	return s.begin(ctx, e, func(ctx context.Context, v *visit) (screen, error) {
		return myBookings{v}.listBookings(ctx, step{Verb: stepMyBookings})
	})
}

func (m myBookings) listBookings(ctx context.Context, s step) (screen, error) {
	clubs, err := m.Booking.Clubs(ctx)
	if err != nil {
		return nil, err
	}
	at, err := m.clock(ctx)
	if err != nil {
		return nil, err
	}
	v := myBookingsView{clubs: map[booking.ClubID]booking.Club{}, step: s}
	for _, c := range clubs {
		v.clubs[c.ID] = c
		list, err := m.readFrom(ctx, c.ID, booking.DayIn(at, c.Zone)-1)
		if err != nil {
			return nil, err
		}
		v.ahead = append(v.ahead, slices.DeleteFunc(list, func(b booking.Booking) bool { return !b.LiveAt(at) || !b.Span.End.After(at) })...)
	}
	slices.SortStableFunc(v.ahead, func(x, y booking.Booking) int { return x.Span.Start.Compare(y.Span.Start) })
	return v, nil
}

// readFrom reads a member's bookings of a club from a day on.
func (m myBookings) readFrom(ctx context.Context, club booking.ClubID, from booking.Day) (all []booking.Booking, err error) {
	const each = 200
	query := booking.MemberBookingsQuery{Club: club, From: from, Limit: each}
	for {
		list, err := m.Booking.MemberBookings(ctx, booking.Actor{ID: m.member()}, query)
		if err != nil {
			return nil, err
		}
		if all = append(all, list...); len(list) < each {
			return all, nil
		}
		query.After = list[len(list)-1].ID
	}
}

const myBookingsRows = 8 // on a page

// myBookingsView is the bookings in the order of their starts.
type myBookingsView struct {
	ahead []booking.Booking
	clubs map[booking.ClubID]booking.Club
	step  step
}

func (v myBookingsView) draw(d drawing) telegram.Reply {
	shown, page, last := pageOf(v.ahead, myBookingsRows, v.step.Page)
	k := d.keyboard()
	for _, b := range shown {
		k.add(stateMark(b)+" "+d.instant(b.Span.Start, v.clubs[b.Club].Zone), step{Verb: stepBooking, Booking: b.ID})
	}
	k.pageButtons(page, 0, last, v.step)
	k.add(d.in.Say("mine.book"), step{Verb: stepClubs})
	k.beside(d.in.Say("mine.waits"), step{Verb: stepWaitlist})
	return titled(d.in.Say("mine.title"), []string{d.in.Say("mine.some", len(v.ahead))}, k)
}

// stateMark is the sign of a booking's state in lists.
func stateMark(b booking.Booking) string {
	switch {
	case b.Kind == booking.Block:
		return "🚧"
	case b.Kind == booking.Offer:
		return "🎾"
	case b.State == booking.Held:
		return "⏳"
	case b.State == booking.CheckedIn:
		return "☑️"
	case b.State == booking.NoShow:
		return "👻"
	}
	return "✅"
}
