package e2e_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

// A member's change in the chat is on the message that they tapped, and is not notified again. Changes by staff are notified, and so are changes that the
// message could not show.
func TestChat_WhatTheScreenShowsIsNotSaidAgain(t *testing.T) {
	t.Parallel()
	n, arjun, _ := chatScene(t, "Net 1")
	n.policy(t, map[string]any{"cancel_free_hours": 1})
	slip := n.choose(t, arjun, "07:00", 1)
	if !strings.Contains(slip.Message, "Cancelling is free until ") {
		t.Errorf("before paying: %q", slip.Message)
	}
	_, page := keep(t, arjun, slip)
	payOn(t, page)
	shows(t, arjun, slip, "✅ Booked\n")
	n.delivered(t)
	grid := n.onDay(t, arjun)
	text, own := cell(t, grid, "07:00", 1)
	if text != "⭐ 07:00" {
		t.Errorf("the own booking in the grid: %q", text)
	}
	pressData(t, arjun, grid, own)
	tap(t, arjun, shows(t, arjun, grid, "✅ Booked\n"), "❌ Cancel")
	tap(t, arjun, shows(t, arjun, grid, "Cancel the booking?"), "❌ Cancel it")
	gone := shows(t, arjun, grid, "❌ Cancelled\n")
	if !strings.Contains(gone.Message, "💸 ₹200 goes back to your test card within a minute.") {
		t.Errorf("what goes back: %q", gone.Message)
	}
	n.delivered(t)
	if told := append(texts(t, arjun, "✅ Booked:"), texts(t, arjun, "❌ Cancelled:")...); len(told) != 0 {
		t.Errorf("said again: %q", told)
	}

	// The club cancels.
	slip = n.choose(t, arjun, "08:00", 1)
	_, page = keep(t, arjun, slip)
	payOn(t, page)
	shows(t, arjun, slip, "✅ Booked\n")
	var out struct{}
	if err := n.boss.Do(t.Context(), http.MethodPost, n.club.Path("/bookings/%d/cancel", n.count(t, `SELECT max(id) FROM booking`)), map[string]any{"waive": true}, http.StatusOK, &out); err != nil {
		t.Fatal(err)
	}
	if told := await(t, arjun, "❌ Cancelled: Net 1"); !strings.Contains(told.Message, "💸 ₹200 goes back") {
		t.Errorf("the club's cancellation: %q", told.Message)
	}

	// The message cannot be edited when the member cancels.
	slip = n.choose(t, arjun, "09:00", 1)
	_, page = keep(t, arjun, slip)
	payOn(t, page)
	booked := shows(t, arjun, slip, "✅ Booked\n")
	tap(t, arjun, booked, "❌ Cancel")
	ask := shows(t, arjun, slip, "Cancel the booking?")
	n.DC.Faults().Fail("messages.editMessage", http.StatusBadRequest, "MESSAGE_ID_INVALID", 1)
	if answer := tap(t, arjun, ask, "❌ Cancel it"); answer.Message == "" {
		t.Errorf("the answer on the button: %+v", answer)
	}
	n.later(t, 20*time.Second)
	if _, err := n.db.Exec(t.Context(), `UPDATE river_job SET state = 'available', scheduled_at = now() WHERE kind = 'booking_deliver' AND state = 'scheduled'`); err != nil {
		t.Fatal(err)
	}
	until(t, "the cancellation that the chat could not show is said", func() bool { return len(texts(t, arjun, "❌ Cancelled: Net 1")) == 2 })
	n.settled(t)
}

// After opening an invoice the member can choose another way of paying. The old invoice is then refused with the reason.
func TestInvoice_AnotherWayOfPayingStaysPossible(t *testing.T) {
	t.Parallel()
	n, arjun, _ := invoiceScene(t)
	slip := n.choose(t, arjun, "18:00", 1)
	tap(t, arjun, slip, "Keep it for me")
	held := shows(t, arjun, slip, "Kept for you for")
	tap(t, arjun, held, "Card in Telegram")
	card := invoiceOf(t, arjun, "18:00", 30000)
	held = shows(t, arjun, slip, "You can still choose another way to pay.")
	tap(t, arjun, held, "Telegram Stars")
	stars := invoiceOf(t, arjun, "18:00", 300)
	var refused *driver.RefusedError
	if err := arjun.Pay(t.Context(), sandbox.BotName, card, "tok"); !errors.As(err, &refused) || !strings.HasPrefix(refused.Text, "This invoice is closed.") {
		t.Errorf("the old invoice: %v", err)
	}
	n.pays(t, arjun, stars)
	shows(t, arjun, slip, "✅ Booked\n")
	if got := n.charges(); got["INR"] != 0 || got["XTR"] != 300 {
		t.Errorf("charged %v", got)
	}
	n.agree(t)
}
