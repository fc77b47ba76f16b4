package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"pavilion/sandbox/miniapp"
)

// Staff decide about payments under review in the chat, with a reason, and reach them from the day sheet and from the booking.
func TestChat_StaffDecideAboutReviews(t *testing.T) {
	t.Parallel()
	n, arjun, zoya := chatScene(t, "Net 1")
	var set struct{}
	if err := n.boss.Do(t.Context(), http.MethodPut, n.club.Path("/members/%d", zoya.ID), map[string]string{"role": "staff"}, http.StatusOK, &set); err != nil {
		t.Fatal(err)
	}
	member := n.open(t, n.Members[0])
	pays := func(hour int, minor int64) miniapp.Booking {
		t.Helper()
		b := n.holds(t, member, hour, 0)
		var p struct{}
		if err := member.Do(t.Context(), http.MethodPost, n.club.Path("/bookings/%d/payments", b.ID), map[string]string{"provider": "sandbox"}, http.StatusOK, &p); err != nil {
			t.Fatal(err)
		}
		var checkout string
		if err := n.db.QueryRow(t.Context(), `SELECT checkout FROM payment WHERE booking_id = $1`, b.ID).Scan(&checkout); err != nil {
			t.Fatal(err)
		}
		if err := n.Gateway.PayOther(checkout, minor, "INR"); err != nil {
			t.Fatal(err)
		}
		until(t, "the review is open", func() bool {
			return n.count(t, `SELECT count(*) FROM payment_review r JOIN payment p ON p.id = r.payment_id WHERE p.booking_id = $1 AND r.closed_at IS NULL`, b.ID) == 1
		})
		return b
	}
	short, nothing := pays(18, 15000), pays(19, 0)
	sheet := after(t, zoya, "📋 Riverside", func() { say(t, zoya, "/today") })
	tap(t, zoya, sheet, "🔎 2 payments to decide about")
	queue := shows(t, zoya, sheet, "2 payments wait for a decision")
	if got := buttons(queue); !strings.Contains(got, "🔎 ₹150 · another amount · ") || !strings.Contains(got, "18:00–19:00 · Net 1 · Arjun") {
		t.Errorf("the queue:\n%s", got)
	}
	tap(t, zoya, queue, "🔎 ₹150")
	one := shows(t, zoya, queue, "Received: ₹150")
	after(t, zoya, "Why?", func() { tap(t, zoya, one, "↩ Give back ₹150") })
	left := after(t, zoya, "1 payment waits for a decision", func() { say(t, zoya, "they paid\nby half") })
	until(t, "the money is back", func() bool {
		return n.count(t, `SELECT coalesce(sum(amount_minor), 0) FROM refund WHERE state = 'done'`) == 15000
	})
	if n.count(t, `SELECT count(*) FROM audit WHERE action = 'review' AND actor_id = $1 AND reason = 'they paid by half'`, zoya.ID) != 1 {
		t.Error("the audit has no line with the reason")
	}
	// Another of the staff has decided meanwhile.
	gone := after(t, zoya, "Why?", func() { tap(t, zoya, one, "✅ Accept ₹150 as the price") })
	if answer := tap(t, zoya, gone, "Skip"); !answer.Alert || !strings.Contains(answer.Message, "There is nothing open") {
		t.Errorf("a review that is closed: %+v", answer)
	}

	tap(t, zoya, left, "🔎 ₹0")
	why := after(t, zoya, "Why?", func() { tap(t, zoya, shows(t, zoya, left, "Received: ₹0"), "✔ Close") })
	tap(t, zoya, why, "Skip")
	shows(t, zoya, why, "No payment waits for a decision.")
	for _, b := range []miniapp.Booking{short, nothing} {
		if n.count(t, `SELECT count(*) FROM booking WHERE id = $1 AND state = 'held' AND expires_at < now() + interval '1 hour'`, b.ID) != 1 {
			t.Errorf("the hold %d is still kept for the review", b.ID)
		}
	}
	say(t, arjun, "/mybookings") // a member sees none of it
	await(t, arjun, "18:00")
	n.settled(t)
}
