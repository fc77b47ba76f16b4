package nets

import (
	"time"

	"pavilion/booking"
)

// The example values of the golden files: a club in a zone of its own, on Friday, 5 June 2026.

func zone() *time.Location { return time.FixedZone("IST", 5*3600+1800) }

// june is a time of day in June 2026 at the club.
func june(day, hour, minute int) time.Time {
	return time.Date(2026, 6, day, hour, minute, 0, 0, zone())
}

func juneDay(day int) booking.Day { return booking.DayIn(june(day, 12, 0), zone()) }

func rupees(n int64) booking.Money { return booking.Money{Minor: n * 100, Currency: "INR"} }

func riverside() booking.Club {
	return booking.Club{
		ID: 1, Name: "Riverside Cricket Club", Zone: zone(), Currency: "INR", Address: "12 River Road, Pune", Place: &booking.Place{Latitude: 18.5, Longitude: 73.8},
		Policy: booking.Policy{
			PaysOnline: true, Grid: 30 * time.Minute, Min: 30 * time.Minute, Max: 2 * time.Hour, Horizon: 30, Hold: 10 * time.Minute, HoldMax: 30 * time.Minute,
			CancelFree: 24 * time.Hour, CancelFee: 50, CheckIn: 15 * time.Minute, NoShow: 15 * time.Minute,
		},
	}
}

func exampleNets() []booking.Net {
	return []booking.Net{
		{ID: 1, Name: "Net 1", Active: true, Capacity: 4, AddOns: []booking.AddOn{
			{ID: 5, Net: 1, Name: "Bowling machine", PerHour: true, Price: rupees(100), Active: true},
			{ID: 6, Net: 1, Name: "Balls", Price: rupees(50), Active: true},
			{ID: 7, Net: 1, Name: "Broken machine", Price: rupees(50)},
		}},
		{ID: 2, Name: "Net 2", Active: true},
		{ID: 3, Name: "Old turf", Active: false},
	}
}

// evening is a confirmed booking on Saturday, 18:00–19:00, net 1, for ₹600.
func evening() booking.Booking {
	return booking.Booking{
		ID: 12, Club: 1, Member: goldenOwner, Kind: booking.Play, State: booking.Confirmed, Nets: []booking.NetID{1},
		Span: booking.Span{Start: june(6, 18, 0), End: june(6, 19, 0)}, Day: juneDay(6), Rate: booking.MemberRate, Price: rupees(600),
		Lines: []booking.PriceLine{{Net: 1, Label: "Evening", Amount: rupees(600)}}, CreatedAt: june(5, 10, 0), Version: 2, Revision: 3,
	}
}

// eveningHold is the same booking as a hold that was made at 10:00 and lasts until 10:10.
func eveningHold() booking.Booking {
	b, expires := evening(), june(5, 10, 10)
	b.State, b.ExpiresAt, b.Version, b.Revision = booking.Held, &expires, 1, 1
	return b
}

// viewAt is the booking as its member sees it at a time.
func viewAt(b booking.Booking, at time.Time) bookingView {
	return bookingView{booking: b, at: at, club: riverside(), nets: exampleNets(), ways: []payWay{{0, booking.Razorpay, b.Price}}}
}

// changed is a value after a change.
func changed[T any](value T, change func(v *T)) T {
	change(&value)
	return value
}

// startsOf are the starts of a day: a row for each time, a column for each net.
func startsOf(day int, nets []booking.Net, at func(row, net int) booking.Start, times ...time.Time) booking.Starts {
	found := booking.Starts{Club: riverside(), Day: juneDay(day), At: june(5, 10, 0), Length: 30 * time.Minute, Nets: nets}
	for i, start := range times {
		for j, n := range nets {
			x := at(i, j)
			x.Net, x.At = n.ID, start
			found.Starts = append(found.Starts, x)
		}
	}
	return found
}

// halfHours are times from an hour of a day on.
func halfHours(day, hour, count int) (times []time.Time) {
	for i := range count {
		times = append(times, june(day, hour, 0).Add(time.Duration(i)*30*time.Minute))
	}
	return times
}

func freeStart(longest time.Duration) booking.Start {
	return booking.Start{Status: booking.Free, Price: rupees(300), Longest: longest}
}

func takenStart() booking.Start { return booking.Start{Status: booking.Taken} }
