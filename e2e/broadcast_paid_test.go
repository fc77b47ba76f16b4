package e2e_test

import (
	"strings"
	"testing"
	"time"

	"pavilion/sandbox"
)

// The bot has no Stars at first. Telegram then holds it to the free limit.
func TestBroadcast_PaidSpeedRefusedGoesOnFreeAndCostsNoMoreThanWasShown(t *testing.T) {
	t.Parallel()
	s, admin, _ := scene(t, sandbox.Options{}) // Telegram's real limits
	people, w, db := audience(t, s, 100), s.DC.World(), postgres(t, s)
	send := func(text string) (confirm string) {
		t.Helper()
		say(t, admin, "/broadcast")
		await(t, admin, "Send me the message")
		say(t, admin, text)
		tapOn(t, admin, await(t, admin, ": draft\n« "+text), "Speed")
		tapOn(t, admin, await(t, admin, "a tenth of a Star"), "Paid")
		tapOn(t, admin, await(t, admin, "paid with Stars"), "Preview")
		tapOn(t, admin, await(t, admin, ": ready\n« "+text), "Numbers")
		m := await(t, admin, "would get it:")
		s.DC.Faults().LimitAccounts(5, 3*time.Second) // the sends that are under way at once exceed it on any machine
		tapOn(t, admin, m, "Send to")
		return m.Message
	}
	if got := send("Toss at two"); !strings.Contains(got, "Costs at most 11 ⭐") {
		t.Errorf("the numbers are %q", got)
	}
	until(t, "the refusal is stored", func() bool {
		var why string
		return db.QueryRow(t.Context(), "SELECT coalesce(plan ->> 'PaidRefused', '') FROM broadcast").Scan(&why) == nil && why == "FLOOD_WAIT"
	})
	s.DC.Faults().LimitAccounts(30, time.Second)
	await(t, admin, "Telegram refuses the paid speed (FLOOD_WAIT)")
	await(t, admin, ": done\n« Toss at two")
	wantOnce(t, s, people, "Toss at two")

	const balance = 100_050 // below 100,000 Telegram ends the paid speed
	if err := w.GiveStars(s.BotID, balance); err != nil {
		t.Fatal(err)
	}
	send("Tea at four")
	done := await(t, admin, ": done\n« Tea at four")
	wantOnce(t, s, people, "Tea at four")
	if strings.Contains(done.Message, "refuses") {
		t.Errorf("the figures are %q", done.Message)
	}
	if spent := balance - w.Stars(s.BotID); spent < 1 || spent > 11 {
		t.Errorf("it cost %d Stars", spent)
	}
}
