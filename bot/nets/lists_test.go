package nets

import (
	"time"

	"pavilion/booking"
)

// listGoldens are a person's bookings and places in waitlists.
func listGoldens() []golden {
	clubs := map[booking.ClubID]booking.Club{1: riverside()}
	var ten []booking.Booking
	for i := range 10 {
		ten = append(ten, changed(evening(), func(b *booking.Booking) {
			b.ID, b.Span.Start = booking.ID(20+i), june(6+i, 18, 0)
			b.State = []booking.State{booking.Confirmed, booking.Held, booking.CheckedIn}[i%3]
			if i == 9 {
				b.Kind = booking.Offer
			}
		}))
	}
	mine := func(list []booking.Booking, page int) myBookingsView {
		return myBookingsView{ahead: list, clubs: clubs, step: step{Verb: stepMyBookings, Page: page}}
	}
	place := func(w booking.Wait) waitPlace {
		w.Span = booking.Span{Start: june(6, 18, 0), End: june(6, 19, 0)}
		return waitPlace{wait: w, zone: zone(), nets: exampleNets()}
	}
	return []golden{
		{"no bookings", []verb{stepMyBookings}, mine(nil, 0)},
		{"one booking", []verb{stepMyBookings}, mine(ten[:1], 0)},
		{"ten bookings, first page", []verb{stepMyBookings}, mine(ten, 0)},
		{"ten bookings, last page", []verb{stepMyBookings}, mine(ten, 7)},
		{"an empty waitlist", []verb{stepWaitlist, stepLeaveWaitlist}, waitlistView{}},
		{"one place in a waitlist", []verb{stepWaitlist}, waitlistView{[]waitPlace{place(booking.Wait{ID: 4, Net: 1})}}},
		{"places for any net, a net and an offer", []verb{stepWaitlist}, waitlistView{[]waitPlace{
			place(booking.Wait{ID: 3}), place(booking.Wait{ID: 4, Net: 9}), place(booking.Wait{ID: 5, Net: 2, Offer: 33}),
		}}},
		{"a new place in the waitlist", []verb{stepJoinWaitlist}, joinedView{riverside(), booking.Wait{
			ID: 4, Span: booking.Span{Start: june(6, 18, 0), End: june(6, 18, 0).Add(90 * time.Minute)},
		}}},
	}
}
