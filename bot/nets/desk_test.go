package nets

import (
	"errors"
	"testing"
	"time"

	"pavilion/booking"
)

// deskGoldens are the lists and questions of the club's staff.
func deskGoldens() []golden {
	names := map[booking.MemberID]string{goldenOwner: "Arjun", 7002: "Zoya", 7003: "7003"}
	var many []booking.Booking
	for i := range 14 {
		start := june(6, 7, 0).Add(time.Duration(i) * 30 * time.Minute)
		many = append(many, changed(evening(), func(b *booking.Booking) {
			b.ID, b.Span, b.Nets = booking.ID(40+i), booking.Span{Start: start, End: start.Add(30 * time.Minute)}, []booking.NetID{booking.NetID(i%2 + 1)}
			b.Member = booking.MemberID(goldenOwner + i%3)
			b.State = []booking.State{booking.Confirmed, booking.Held, booking.CheckedIn, booking.NoShow}[i%4]
			switch i {
			case 0:
				b.Guests = []string{"Asha", "Ravi"}
			case 1:
				b.Kind, b.Note = booking.Block, "Relaying the turf"
			case 2:
				b.Kind = booking.Offer
			}
		}))
	}
	sheet := func(list []booking.Booking, page int) daySheetView {
		return daySheetView{club: riverside(), nets: exampleNets(), bookings: list, names: names, step: step{Verb: stepDaySheet, Club: 1, Day: juneDay(6), Page: page}}
	}
	entries := []booking.AuditEntry{
		{At: june(5, 10, 2), Action: "confirm", Booking: 12, Origin: "job"},
		{At: june(5, 10, 0), Actor: goldenOwner, Action: "hold", Booking: 12, Origin: "bot"},
		{At: june(4, 9, 0), Actor: 7003, Action: "prices", Origin: "http"},
	}
	blocked := step{Verb: stepBlock, Club: 1, Net: 1, Minute: unixMinute(june(6, 7, 0)), Length: 60}
	return []golden{
		{"an empty day sheet", []verb{stepDaySheet}, sheet(nil, 0)},
		{"a day sheet of one booking", []verb{stepDaySheet}, sheet(many[:1], 0)},
		{"a long day sheet, first page", []verb{stepDaySheet}, sheet(many, 0)},
		{"a long day sheet, last page", []verb{stepDaySheet}, sheet(many, 1)},
		{"before a refund", []verb{stepAskRefund}, refundView{
			payment: booking.Payment{State: booking.PartRefunded, Received: rupees(600), Refund: 40000}, step: step{Verb: stepAskRefund, Booking: 12, Choice: 1},
		}},
		{"the audit of a booking", []verb{stepAudit}, auditView{club: riverside(), booking: 12, entries: entries[:2], names: names}},
		{"the audit of a club", nil, auditView{club: riverside(), entries: entries, names: names}},
		{"an empty audit", nil, auditView{club: riverside()}},
		{"a block with one booking in the way", []verb{stepBlock}, blockConflictView{club: riverside(), inWay: many[:1], names: names, step: blocked}},
		{"a block with two bookings in the way", []verb{stepBlock}, blockConflictView{club: riverside(), inWay: []booking.Booking{many[0], many[4]}, names: names, step: blocked}},
	}
}

func TestHashOf_StandsForExactlyTheseBookings(t *testing.T) {
	t.Parallel()
	ids := func(list ...booking.ID) (bookings []booking.Booking) {
		for _, id := range list {
			bookings = append(bookings, booking.Booking{ID: id})
		}
		return bookings
	}
	both := hashBookings(ids(1, 2))
	if again := hashBookings(ids(1, 2)); again != both || both <= 0 {
		t.Errorf("the same bookings have the numbers %d and %d", both, again)
	}
	for _, others := range [][]booking.ID{{12}, {1}, {2, 1}, {1, 2, 3}} {
		if hashBookings(ids(others...)) == both {
			t.Errorf("the bookings %v have the same number", others)
		}
	}
}

func TestBookingNumber_IsRead(t *testing.T) {
	t.Parallel()
	if id, err := parseBookingNumber(" 12 "); id != 12 || err != nil {
		t.Errorf("%d, %v", id, err)
	}
	for _, text := range []string{"", "0", "-3", "x", "12 13", "9223372036854775808"} {
		if id, err := parseBookingNumber(text); !errors.Is(err, errWhichBooking) {
			t.Errorf("%q: %d, %v", text, id, err)
		}
	}
}
