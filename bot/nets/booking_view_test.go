package nets

import (
	"testing"
	"time"

	"pavilion/booking"
)

func holdGoldens() []goldenScreen {
	now := june(5, 10, 0)
	threeWays := []payWay{{0, booking.Razorpay, rupees(600)}, {1, booking.Telegram, rupees(600)}, {2, booking.Stars, booking.Money{Minor: 600, Currency: "XTR"}}}
	opened := booking.Payment{Provider: booking.Razorpay, State: booking.Created, Amount: rupees(600), Price: rupees(600), URL: "https://pay.example/1"}
	return []goldenScreen{
		{"a hold to pay for", []verb{stepHold, stepBooking}, viewAt(eveningHold(), now)},
		{"a hold with a page to pay on", []verb{stepPay}, changed(viewAt(eveningHold(), now.Add(90*time.Second)), func(v *bookingView) {
			v.payments = []booking.Payment{opened, {Provider: booking.Razorpay, State: booking.Created, Amount: rupees(500), Price: rupees(500), URL: "https://pay.example/old"}}
		})},
		{"a hold with a choice of providers", []verb{stepHold}, changed(viewAt(eveningHold(), now), func(v *bookingView) {
			v.ways = threeWays
		})},
		{"a hold with a page, and other ways to pay", []verb{stepPay}, changed(viewAt(eveningHold(), now), func(v *bookingView) {
			v.ways, v.payments = threeWays, []booking.Payment{opened}
		})},
		{"a hold with an invoice in the chat, and other ways to pay", []verb{stepPay}, changed(viewAt(eveningHold(), now), func(v *bookingView) {
			v.ways, v.payments = threeWays, []booking.Payment{{Provider: booking.Stars, State: booking.Created, Amount: booking.Money{Minor: 600, Currency: "XTR"}, Price: rupees(600)}}
		})},
		{"a hold that can be cancelled at no cost any more", []verb{stepBooking}, viewAt(changed(eveningHold(), func(b *booking.Booking) {
			expires := june(6, 10, 10)
			b.ExpiresAt = &expires
		}), june(6, 10, 0))},
		{"a hold in a club that keeps nothing", []verb{stepBooking}, changed(viewAt(eveningHold(), now), func(v *bookingView) { v.club.Policy.CancelFee = 0 })},
		{"a hold in a club without online payment", []verb{stepHold}, changed(viewAt(eveningHold(), now), func(v *bookingView) { v.club.Policy.PaysOnline = false })},
		{"a hold that cannot be extended again", []verb{stepExtend}, changed(viewAt(eveningHold(), now), func(v *bookingView) {
			expires := v.booking.CreatedAt.Add(v.club.Policy.HoldMax)
			v.booking.ExpiresAt = &expires
		})},
		{"a hold in its last minute", []verb{stepBooking}, viewAt(eveningHold(), june(5, 10, 9).Add(30*time.Second))},
		{"a hold that has run out", []verb{stepBooking}, viewAt(eveningHold(), june(5, 10, 10))},
		{"an expired hold", []verb{stepBooking}, viewAt(changed(eveningHold(), func(b *booking.Booking) { b.State = booking.Expired }), june(5, 11, 0))},
		{"a hold whose money is under review", []verb{stepPay}, changed(viewAt(eveningHold(), now), func(v *bookingView) {
			v.booking.ExpiresAt = &v.booking.Span.End
			v.payments = []booking.Payment{{State: booking.InReview, Amount: rupees(500), Price: rupees(500), Received: rupees(500)}}
		})},
		{"an offer from the waitlist", []verb{stepBooking}, viewAt(changed(eveningHold(), func(b *booking.Booking) { b.Kind = booking.Offer }), now)},
	}
}

func bookingGoldens() []goldenScreen {
	now := june(5, 10, 0)
	in := func(state booking.State) booking.Booking {
		return changed(evening(), func(b *booking.Booking) { b.State = state })
	}
	cancelled := func(fee int64, p booking.Payment) bookingView {
		return changed(viewAt(in(booking.Cancelled), now), func(v *bookingView) {
			kept := rupees(fee)
			v.booking.CancelFee, v.payments = &kept, []booking.Payment{p}
		})
	}
	return []goldenScreen{
		{"a booking ahead", []verb{stepConfirm, stepMove, stepBooking}, viewAt(evening(), now)},
		{"a booking with guests, add-ons and two nets, in a club without a place", []verb{stepGuests}, changed(viewAt(evening(), now), func(v *bookingView) {
			v.club.Place = nil
			v.booking.Nets, v.booking.Guests = []booking.NetID{1, 2}, []string{"Asha", "Ravi\nKumar"}
			v.booking.Price = rupees(1300)
			v.booking.Lines = []booking.PriceLine{
				{Label: "Evening", Amount: rupees(600)}, {Label: "Evening", Amount: rupees(600)}, {Label: "Bowling machine", Amount: rupees(100)},
			}
		})},
		{"a booking that costs nothing", []verb{stepBooking}, viewAt(changed(evening(), func(b *booking.Booking) {
			b.Price, b.Lines = rupees(0), nil
		}), now)},
		{"a booking that begins soon", []verb{stepBooking}, viewAt(evening(), june(6, 17, 50))},
		{"a booking that is over", []verb{stepBooking}, viewAt(evening(), june(6, 20, 0))},
		{"checked in", []verb{stepCheckIn}, viewAt(in(booking.CheckedIn), june(6, 17, 50))},
		{"nobody came", []verb{stepBooking}, viewAt(in(booking.NoShow), june(6, 18, 20))},
		{"cancelled without having paid", []verb{stepCancel}, viewAt(in(booking.Cancelled), now)},
		{"cancelled in time, paid by card or UPI", []verb{stepCancel}, cancelled(0, booking.Payment{Provider: booking.Razorpay, State: booking.RefundPending, Received: rupees(600), Refund: 60000})},
		{"cancelled late, paid by card", []verb{stepCancel}, cancelled(300, booking.Payment{Provider: booking.Stripe, State: booking.RefundPending, Received: rupees(600), Refund: 30000})},
		{"cancelled, paid with stars", []verb{stepCancel}, cancelled(0, booking.Payment{
			Provider: booking.Stars, State: booking.RefundPending, Received: booking.Money{Minor: 600, Currency: "XTR"}, Refund: 600,
		})},
		{"cancelled, paid at the desk", []verb{stepCancel}, cancelled(0, booking.Payment{Provider: booking.Desk, State: booking.RefundPending, Received: rupees(600), Refund: 60000})},
		{"cancelled late, everything is kept", []verb{stepCancel}, cancelled(600, booking.Payment{Provider: booking.Razorpay, State: booking.Captured, Received: rupees(600)})},
		{"cancelled, and the gateway refused the refund", []verb{stepCancel}, cancelled(0, booking.Payment{Provider: booking.Razorpay, State: booking.Captured, Received: rupees(600)})},
		{"cancelled, with money that is looked at", []verb{stepCancel}, cancelled(0, booking.Payment{Provider: booking.Razorpay, State: booking.InReview, Received: rupees(600)})},
		{"paid too late", []verb{stepBooking}, changed(viewAt(in(booking.SlotLost), now), func(v *bookingView) {
			v.payments = []booking.Payment{{Provider: booking.Sandbox, State: booking.RefundPending, Received: rupees(600), Refund: 60000}}
		})},
	}
}

// staffGoldens are bookings as the club's staff see them.
func staffGoldens() []goldenScreen {
	captured := booking.Payment{State: booking.Captured, Received: rupees(600)}
	staff := func(b booking.Booking, at time.Time, payments ...booking.Payment) bookingView {
		return changed(viewAt(b, at), func(v *bookingView) { v.staff, v.payments = true, payments })
	}
	refunded := func(state booking.PaymentState, back booking.Money) booking.Payment {
		return changed(captured, func(p *booking.Payment) { p.State, p.Refund = state, back.Minor })
	}
	return []goldenScreen{
		{"a hold", []verb{stepBooking}, staff(eveningHold(), june(5, 10, 0))},
		{"a hold with a payment under review", []verb{stepBooking}, staff(eveningHold(), june(5, 10, 0), refunded(booking.InReview, rupees(0)))},
		{"a booking without money", []verb{stepBooking}, staff(evening(), june(5, 10, 0))},
		{"a paid booking that nobody came to yet", []verb{stepPayAtDesk}, staff(evening(), june(6, 18, 20), captured)},
		{"a booking that nobody came to", []verb{stepNoShow}, staff(changed(evening(), func(b *booking.Booking) { b.State = booking.NoShow }), june(6, 18, 30), captured)},
		{"a booking with two payments, one refunded in part", []verb{stepRefund}, staff(evening(), june(5, 10, 0), refunded(booking.PartRefunded, rupees(400)), captured)},
		{"a cancelled booking that is refunded", []verb{stepRefund}, staff(changed(evening(), func(b *booking.Booking) { b.State = booking.Cancelled }), june(5, 10, 0),
			refunded(booking.RefundPending, rupees(600)))},
		{"a block", []verb{stepBlock}, staff(changed(evening(), func(b *booking.Booking) {
			b.Kind, b.Price, b.Lines = booking.Block, rupees(0), nil
		}), june(5, 10, 0))},
	}
}

// The answer to "I need more time" says how long the hold lasts now, and that the club's limit is reached.
func TestExtended_SaysUntilWhen(t *testing.T) {
	t.Parallel()
	d := drawing{in: loadPhrases(t).In("en"), owner: goldenOwner}
	for until, want := range map[time.Time]string{
		june(5, 10, 14): "⏳ Kept for you for 10 minutes, until 10:14.",
		june(5, 10, 30): "⏳ Kept for you for 26 minutes, until 10:30. It cannot be kept any longer.",
	} {
		v := viewAt(changed(eveningHold(), func(b *booking.Booking) { b.ExpiresAt = &until }), june(5, 10, 4))
		if got := v.extended(d); got != want {
			t.Errorf("until %s: %q, want %q", until.Format(time.TimeOnly), got, want)
		}
	}
}

// The countdown changes each minute, and at the end of the last one.
func TestNextCountdown_IsAtWholeMinutesBeforeTheEnd(t *testing.T) {
	t.Parallel()
	expires := june(5, 10, 10)
	for left, want := range map[time.Duration]time.Duration{
		10 * time.Minute:              9 * time.Minute,
		9*time.Minute + time.Second:   9 * time.Minute,
		9 * time.Minute:               8 * time.Minute,
		time.Minute + time.Nanosecond: time.Minute,
		time.Minute:                   0,
		time.Second:                   0,
	} {
		if got := expires.Sub(nextCountdown(expires.Add(-left), expires)); got != want {
			t.Errorf("%s before the end: next at %s before it, want %s", left, got, want)
		}
	}
}
