package booking_test

import (
	"testing"
	"time"

	"pavilion/booking"
)

// inChat returns the actor with the origin of the chat.
func inChat(a booking.Actor) booking.Actor {
	a.Origin = booking.OriginChat
	return a
}

// isSentNow makes delayed jobs due, then checks as isSent does.
const isSentNow = `WITH awake AS (UPDATE river_job SET state = 'available', scheduled_at = now() WHERE state = 'scheduled' RETURNING id)
	SELECT sent_at IS NOT NULL FROM notification WHERE id = $1`

// A member who books in the chat sees the booking in the message that they tapped. A notification is sent only if that message could not be shown.
func TestNotice_OfAChangeInTheChatComesOnlyWhereTheChatDoesNotShowIt(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	start := m.at("2026-06-01T06:00:00Z")
	m.runAllQueues()
	shown, first := m.book(inChat(player(1)), "2026-06-03T05:30:00Z", 1)
	_, second := m.book(inChat(player(2)), "2026-06-03T05:30:00Z", 2)
	m.must(m.NoticeShown(t.Context(), shown))
	m.stop(start.Add(14 * time.Second))
	_, third := m.book(player(3), "2026-06-03T05:30:00Z", 3) // in the Mini App
	m.waitUntil(isSentNow, third)
	if got := m.chat.messages(); len(got) != 1 || got[0].Member != player(3).ID {
		t.Errorf("before the chat had its time to show it: %+v", got)
	}
	m.stop(start.Add(15 * time.Second))
	m.waitUntil(isSentNow, second)
	if !one[bool](m.bundle, isSent, first) {
		t.Error("the notification of a booking that the chat shows is still waiting")
	}
	if got := m.chat.messages(); len(got) != 2 || got[1].Member != player(2).ID {
		t.Errorf("in the end: %+v", got)
	}
}

// A message that shows an older version does not replace the notification about a later change.
func TestNotice_AnOlderScreenDoesNotCount(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	m.at("2026-06-01T06:00:00Z")
	booked, _ := m.book(inChat(player(1)), "2026-06-03T05:30:00Z", 1)
	cancelled, err := m.Cancel(t.Context(), inChat(player(1)), booked.ID, false)
	m.must(err)
	const waiting = `SELECT count(*) FROM notification WHERE booking_id = $1 AND kind = 'cancelled' AND sent_at IS NULL`
	m.must(m.NoticeShown(t.Context(), booked))
	if got := one[int](m.bundle, waiting, booked.ID); got != 1 {
		t.Errorf("after the older screen %d wait, want 1", got)
	}
	m.must(m.NoticeShown(t.Context(), cancelled))
	if got := one[int](m.bundle, waiting, booked.ID); got != 0 {
		t.Errorf("after its own screen %d wait, want 0", got)
	}
}

// These notifications are sent at once: about changes by others, about changes in the Mini App, and by e-mail.
func TestNotice_OfOthersOfTheMiniAppAndByMailDoesNotWait(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	m.at("2026-06-01T06:00:00Z")
	m.giveAddress(player(4), booking.ByEmail, "dev@example.org")
	m.setContact(player(4), nil, booking.ByEmail, booking.ByTelegram)
	byStaff, _ := m.book(inChat(player(1)), "2026-06-03T05:30:00Z", 1)
	_, err := m.Cancel(t.Context(), inChat(boss()), byStaff.ID, false)
	m.must(err)
	inApp, _ := m.book(player(2), "2026-06-03T05:30:00Z", 2)
	mailed, _ := m.book(inChat(player(4)), "2026-06-03T05:30:00Z", 3)
	for name, c := range map[string]struct {
		of   booking.Booking
		kind string
		want bool
	}{
		"booked in the chat": {byStaff, "confirmed", true}, "cancelled by staff in the chat": {byStaff, "cancelled", false}, "booked in the Mini App": {inApp, "confirmed", false},
		"booked in the chat, told by mail": {mailed, "confirmed", false},
	} {
		waits := one[bool](m.bundle, `SELECT due_at > created_at FROM notification WHERE booking_id = $1 AND kind = $2`, c.of.ID, c.kind)
		if fromChat := one[bool](m.bundle, `SELECT from_chat FROM notification WHERE booking_id = $1 AND kind = $2`, c.of.ID, c.kind); waits != c.want || fromChat != c.want {
			t.Errorf("%s: waits %v, from the chat %v, want %v", name, waits, fromChat, c.want)
		}
	}
}

// The confirmation by a payment that was begun in the chat waits for the chat's message. After a payment in the Mini App the notification is sent at once.
func TestNotice_OfAPaymentGoesByWhereItWasBegun(t *testing.T) {
	t.Parallel()
	l := newPaymentClub(t, "INR")
	l.at("2026-06-01T00:00:00Z")
	l.work()
	for net, who := range map[int]booking.Actor{1: player(1), 2: inChat(player(2))} {
		h := l.held(who, l.want("2026-06-03T10:00:00Z", time.Hour, net))
		l.must(l.sandbox.Pay(l.checkout(who, h, booking.Stripe).Checkout))
		l.waitUntil(`SELECT state = 'confirmed' FROM booking WHERE id = $1`, h.ID)
		if got, want := one[bool](l.bundle, `SELECT from_chat FROM notification WHERE booking_id = $1 AND kind = 'confirmed'`, h.ID), who.Origin == booking.OriginChat; got != want {
			t.Errorf("begun by %s: from the chat %v", who.Origin, got)
		}
	}
	l.healthy()
}
