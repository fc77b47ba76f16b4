package nets

import (
	"context"
	"slices"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// myBookings lists a person's bookings in all clubs: future ones first, then those of the last pastDays.
type myBookings struct{ *visit }

// HandleMyBookings answers /mybookings.
func (s *Screens) HandleMyBookings(ctx context.Context, e *telegram.Event) error {
	return s.begin(ctx, e, func(ctx context.Context, v *visit) (screen, error) {
		return myBookings{v}.listBookings(ctx, step{Verb: stepMyBookings})
	})
}

const pastDays = 30

func (m myBookings) listBookings(ctx context.Context, s step) (screen, error) {
	clubs, err := m.Booking.Clubs(ctx)
	if err != nil {
		return nil, err
	}
	at, err := m.clock(ctx)
	if err != nil {
		return nil, err
	}
	var list []bookingPlace
	for _, c := range clubs {
		mine, err := m.readFrom(ctx, c.ID, booking.DayIn(at, c.Zone)-pastDays)
		if err != nil {
			return nil, err
		}
		if len(mine) == 0 {
			continue
		}
		nets, err := m.Booking.NamedNets(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, b := range mine {
			list = append(list, bookingPlace{b, c.Zone, nets})
		}
	}
	return newMyBookingsView(list, at, s), nil
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

// bookingPlace is a booking with the zone and the nets of its club.
type bookingPlace struct {
	booking booking.Booking
	zone    *time.Location
	nets    []booking.Net
}

// myBookingsView lists the future bookings, the next one first, then the past ones, the latest first.
type myBookingsView struct {
	list  []bookingPlace
	ahead int // number of future bookings in list
	step  step
}

func newMyBookingsView(list []bookingPlace, at time.Time, s step) myBookingsView {
	v := myBookingsView{step: s}
	var past []bookingPlace
	for _, x := range list {
		switch b := x.booking; {
		case b.LiveAt(at) && b.Span.End.After(at):
			v.list = append(v.list, x)
		case b.State == booking.Confirmed || b.State == booking.CheckedIn || b.State == booking.NoShow:
			past = append(past, x)
		}
	}
	byStart := func(x, y bookingPlace) int { return x.booking.Span.Start.Compare(y.booking.Span.Start) }
	slices.SortStableFunc(v.list, byStart)
	slices.SortStableFunc(past, func(x, y bookingPlace) int { return byStart(y, x) })
	v.ahead = len(v.list)
	v.list = append(v.list, past...)
	return v
}

func (v myBookingsView) draw(d drawing) telegram.Reply {
	shown, page, last := pageOf(v.list, myBookingsRows, v.step.Page)
	k := d.keyboard()
	lines := []string{d.in.Say("mine.some", v.ahead)}
	for i, x := range shown {
		b := x.booking
		if at := page*myBookingsRows + i; i == 0 || at == v.ahead {
			lines = append(lines, "")
			if at >= v.ahead {
				lines = append(lines, d.in.Say("mine.past"))
			}
		}
		nets := telegram.CleanLine(b.NetNames(x.nets), 60)
		lines = append(lines, stateMark(b)+" "+d.span(b.Span, x.zone)+" · "+nets+" · "+d.money(b.Price))
		k.add(stateMark(b)+" "+d.instant(b.Span.Start, x.zone)+" · "+telegram.CleanLine(nets, 30), step{Verb: stepBooking, Booking: b.ID})
	}
	k.pageButtons(page, 0, last, v.step)
	k.add(d.in.Say("mine.book"), step{Verb: stepClubs})
	k.beside(d.in.Say("mine.waits"), step{Verb: stepWaitlist})
	k.openPage(d, d.in.Say("mine.on_page"), 0, "m")
	return titled(d.in.Say("mine.title"), lines, k)
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
