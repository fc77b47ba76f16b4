package nets

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pavilion/booking"
)

// deskGoldens are the lists and questions of the club's staff.
func deskGoldens() []goldenScreen {
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
	deal := func(action string, detail map[string]any) booking.AuditEntry {
		return booking.AuditEntry{At: june(5, 11, 0), Actor: 7002, Action: action, Booking: 12, Detail: detail}
	}
	moved := map[string]any{"from_nets": []any{1.0}, "from": "2026-06-06T12:30:00Z", "to_nets": []any{2.0, 3.0}, "to": "2026-06-06T13:30:00Z"}
	decisions := []booking.AuditEntry{
		deal("reschedule", moved), deal("swap", moved), deal("swap", map[string]any{"to_nets": []any{2.0}, "to": "2026-06-06T13:30:00Z"}),
		deal("cancel", map[string]any{"fee_minor": 30000.0, "currency": "INR"}), deal("cancel", map[string]any{"fee_minor": 0.0, "waived_minor": 30000.0, "currency": "INR"}),
		deal("refund", map[string]any{"amount_minor": 12350.0, "currency": "INR"}), deal("paid", map[string]any{"amount_minor": 60000.0, "currency": "INR", "method": "cash"}),
		changed(deal("no_show", nil), func(x *booking.AuditEntry) { x.Reason = "the lane\nwas empty" }),
		deal("hold", map[string]any{"override": []any{"too_soon", "quota_active"}}), deal("hold", map[string]any{"override": "too_far"}),
		deal("review", map[string]any{"review": 3.0, "verdict": "close"}), deal("end_series", map[string]any{"series": 4.0, "bookings": []any{1.0, 2.0}}),
		deal("save_member", map[string]any{"member": 7001.0, "before": map[string]any{"role": "member"}, "after": map[string]any{"role": "staff"}}),
	}
	entries := []booking.AuditEntry{
		{At: june(5, 10, 2), Action: "confirm", Booking: 12, Origin: "job"},
		{At: june(5, 10, 0), Actor: goldenOwner, Action: "hold", Booking: 12, Origin: booking.OriginChat},
		{At: june(4, 9, 0), Actor: 7003, Action: "set_prices", Origin: "http"},
	}
	blocked := step{Verb: stepBlock, Club: 1, Net: 1, Minute: unixMinute(june(6, 7, 0)), Length: 60}
	due := func(id booking.ReviewID, reason booking.ReviewReason, p booking.Payment) booking.ReviewedPayment {
		p.ID, p.Booking, p.Member, p.Amount = 8, 12, goldenOwner, rupees(600)
		return booking.ReviewedPayment{Review: booking.Review{ID: id, Reason: reason, Club: 1, Payment: p.ID}, Paid: p}
	}
	manual := due(6, booking.ReviewRefundByHand, booking.Payment{State: booking.RefundPending, Received: rupees(600), Refund: 60000})
	manual.Refund = 2
	reviews := reviewList{
		club: riverside(), nets: exampleNets(), names: names, bookings: map[booking.ID]booking.Booking{12: evening()},
		reviews: []booking.ReviewedPayment{
			due(3, booking.ReviewAmount, booking.Payment{State: booking.InReview, Received: rupees(450)}),
			due(4, booking.ReviewAmount, booking.Payment{State: booking.InReview, Received: rupees(0)}),
			due(5, booking.ReviewRefunded, booking.Payment{State: booking.PartRefunded, Received: rupees(600), Refund: 20000, Refunded: 20000}),
			manual,
			{Review: booking.Review{ID: 7, Reason: booking.ReviewUnknown}},
		},
	}
	withReviews := sheet(many[:1], 0)
	withReviews.reviews = len(reviews.reviews)
	return append(reviewGoldens(reviews), []goldenScreen{
		{"a day sheet with payments to decide about", []verb{stepDaySheet}, withReviews},
		{"an empty day sheet", []verb{stepDaySheet}, sheet(nil, 0)},
		{"a day sheet of one booking", []verb{stepDaySheet}, sheet(many[:1], 0)},
		{"a long day sheet, first page", []verb{stepDaySheet}, sheet(many, 0)},
		{"a long day sheet, last page", []verb{stepDaySheet}, sheet(many, 1)},
		{"before a refund", []verb{stepAskRefund}, refundView{
			payment: booking.Payment{State: booking.PartRefunded, Received: rupees(600), Refund: 40000}, step: step{Verb: stepAskRefund, Booking: 12, Choice: 1},
		}},
		{"the audit of a booking", []verb{stepAudit}, auditView{club: riverside(), booking: 12, entries: entries[:2], names: names}},
		{"the audit of a club", nil, auditView{club: riverside(), entries: entries, names: names}},
		{"an erasure in the audit", nil, auditView{club: riverside(), entries: []booking.AuditEntry{{ID: 40, At: entries[0].At, Actor: -77, Role: booking.Player, Origin: "bot", Action: "erase"}}, names: names}},
		{"decisions in the audit", nil, auditView{club: riverside(), nets: exampleNets(), entries: decisions, names: names}},
		{"bookings without a place", []verb{stepStranded}, strandedView{club: riverside(), today: juneDay(5), nets: exampleNets(), bookings: many[:2], names: names, step: step{Verb: stepStranded, Club: 1}}},
		{"no bookings without a place", []verb{stepStranded}, strandedView{club: riverside(), today: juneDay(5), step: step{Verb: stepStranded, Club: 1}}},
		{"a day sheet with a booking without a place", []verb{stepDaySheet}, changed(sheet(many[:1], 0), func(v *daySheetView) { v.stranded = many[:1] })},
		{"before a part goes back", []verb{stepTypeRefund, stepRefundPart}, refundView{
			payment: booking.Payment{State: booking.Captured, Received: rupees(600)}, step: step{Verb: stepTypeRefund, Booking: 12, Amount: 15000},
		}},
		{"an empty audit", nil, auditView{club: riverside()}},
		{"a block with one booking in the way", []verb{stepBlock}, blockConflictView{club: riverside(), inWay: many[:1], names: names, step: blocked}},
		{"a block with two bookings in the way", []verb{stepBlock}, blockConflictView{club: riverside(), inWay: []booking.Booking{many[0], many[4]}, names: names, step: blocked}},
	}...)
}

// reviewGoldens are the list of reviews and each of them.
func reviewGoldens(l reviewList) []goldenScreen {
	none := l
	none.reviews = nil
	list := []goldenScreen{
		{"no payments to decide about", []verb{stepReviews}, reviewQueueView{none, step{Verb: stepReviews, Club: 1}}},
		{"payments to decide about", []verb{stepReviews, stepResolve}, reviewQueueView{l, step{Verb: stepReviews, Club: 1}}},
	}
	for _, r := range l.reviews {
		list = append(list, goldenScreen{fmt.Sprintf("review %d: %s", r.ID, r.Reason), []verb{stepReview}, reviewView{l, r}})
	}
	return list
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
