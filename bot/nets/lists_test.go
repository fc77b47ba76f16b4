package nets

import (
	"time"

	"pavilion/booking"
)

// listGoldens are a person's bookings and places in waitlists.
func listGoldens() []goldenScreen {
	var ten []booking.Booking
	for i := range 10 {
		ten = append(ten, changed(evening(), func(b *booking.Booking) {
			b.ID, b.Span = booking.ID(20+i), booking.Span{Start: june(6+i, 18, 0), End: june(6+i, 19, 0)}
			expires := june(5, 10, 10)
			b.ExpiresAt = &expires
			b.State = []booking.State{booking.Confirmed, booking.Held, booking.CheckedIn}[i%3]
			if i == 9 {
				b.Kind = booking.Offer
			}
		}))
	}
	at := func(day, hour int, state booking.State) booking.Booking {
		return changed(evening(), func(b *booking.Booking) {
			b.ID, b.State, b.Span = booking.ID(50+day), state, booking.Span{Start: june(day, hour, 0), End: june(day, hour+1, 0)}
		})
	}
	mine := func(list []booking.Booking, page int) myBookingsView {
		var places []bookingPlace
		for _, b := range list {
			places = append(places, bookingPlace{b, zone(), exampleNets()})
		}
		return newMyBookingsView(places, june(5, 10, 0), step{Verb: stepMyBookings, Page: page})
	}
	place := func(w booking.Wait) waitPlace {
		w.Span = booking.Span{Start: june(6, 18, 0), End: june(6, 19, 0)}
		return waitPlace{wait: w, zone: zone(), nets: exampleNets()}
	}
	return []goldenScreen{
		{"no bookings", []verb{stepMyBookings}, mine(nil, 0)},
		{"one booking", []verb{stepMyBookings}, mine(ten[:1], 0)},
		{"bookings ahead and past ones, in the order of the database", []verb{stepMyBookings}, mine([]booking.Booking{
			at(2, 7, booking.NoShow), at(8, 18, booking.Confirmed), at(3, 18, booking.CheckedIn), at(6, 7, booking.Confirmed), at(1, 7, booking.Cancelled), at(4, 7, booking.Expired),
		}, 0)},
		{"past bookings only", []verb{stepMyBookings}, mine([]booking.Booking{at(2, 7, booking.CheckedIn)}, 0)},
		{"ten bookings, first page", []verb{stepMyBookings}, mine(ten, 0)},
		{"ten bookings, last page", []verb{stepMyBookings}, mine(ten, 7)},
		{"an empty waitlist", []verb{stepWaitlist, stepLeaveWaitlist}, waitlistView{}},
		{"one place in a waitlist", []verb{stepWaitlist}, waitlistView{[]waitPlace{place(booking.Wait{ID: 4, Net: 1, Place: 2})}}},
		{"places for any net, a net and an offer", []verb{stepWaitlist}, waitlistView{[]waitPlace{
			place(booking.Wait{ID: 3, Place: 1}), place(booking.Wait{ID: 4, Net: 9, Place: 12}), place(booking.Wait{ID: 5, Net: 2, Offer: 33}),
		}}},
		{"a new place in the waitlist", []verb{stepJoinWaitlist}, joinedView{riverside(), booking.Wait{
			ID: 4, Place: 3, Span: booking.Span{Start: june(6, 18, 0), End: june(6, 18, 0).Add(90 * time.Minute)},
		}}},
	}
}
