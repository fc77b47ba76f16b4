package e2e_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

// A booking moves, and its time is offered to the member who waited for it. Before a cancellation the bot says how much comes back.
func TestChat_MoveCancelAndTheWaitlist(t *testing.T) {
	t.Parallel()
	n, arjun, zoya := chatScene(t, "Net 1")
	n.policy(t, map[string]any{"cancel_free_hours": 1})
	slip := n.choose(t, arjun, "07:00", 1)
	_, page := keep(t, arjun, slip)
	payOn(t, page)
	shows(t, arjun, slip, "✅ Booked\n")

	// Zoya comes too late and waits.
	grid := n.onDay(t, zoya)
	_, taken := cell(t, grid, "07:00", 1)
	pressData(t, zoya, grid, taken)
	near := shows(t, zoya, grid, "That time is taken.")
	wait := button(t, near, func(b string) bool { return strings.HasPrefix(b, "🔔") }, "🔔")
	pressData(t, zoya, near, wait)
	shows(t, zoya, grid, "You are in line")
	if answer := pressData(t, zoya, near, wait); !answer.Alert || !strings.Contains(answer.Message, "waiting for that already") {
		t.Errorf("waiting twice: %+v", answer)
	}
	say(t, zoya, "/waitlist")
	await(t, zoya, "You wait for 1 time")

	// Arjun moves to 08:00.
	say(t, arjun, "/mybookings")
	mine := await(t, arjun, "1 booking ahead")
	tap(t, arjun, mine, "07:00")
	booked := shows(t, arjun, mine, "✅ Booked\n🏏 Net 1")
	tap(t, arjun, booked, "🔁 Move")
	grid = n.pick(t, arjun, shows(t, arjun, mine, "To which day?"))
	_, free := cell(t, grid, "08:00", 1)
	pressData(t, arjun, grid, free)
	tap(t, arjun, shows(t, arjun, mine, "Move the booking?"), "🔁 Move it")
	booked = shows(t, arjun, mine, "08:00–08:30")

	// What is offered to Zoya she takes, by the button of the message.
	offer := await(t, zoya, "Free now, and kept for you: Net 1")
	tap(t, zoya, offer, "Show the booking")
	page = opened(t, zoya, shows(t, zoya, offer, "🎾 Free now, and kept for you\n"))
	payOn(t, page)
	shows(t, zoya, offer, "✅ Booked\n🏏 Net 1")

	// Cancelling late has its price.
	n.policy(t, map[string]any{"cancel_free_hours": 8760})
	tap(t, arjun, booked, "❌ Cancel")
	ask := shows(t, arjun, mine, "Cancel the booking?")
	if !strings.Contains(ask.Message, "₹100 goes back to you.") || !strings.Contains(ask.Message, "The club keeps ₹100") {
		t.Errorf("the terms: %q", ask.Message)
	}
	tap(t, arjun, ask, "◀ Keep it")
	tap(t, arjun, shows(t, arjun, mine, "08:00–08:30"), "❌ Cancel")
	ask = shows(t, arjun, mine, "Cancel the booking?")
	yes := button(t, ask, func(b string) bool { return b == "❌ Cancel it" }, "cancel it")
	bot := peer(t, arjun)
	atOnce(t, 3, func(int) error {
		_, err := arjun.TapData(t.Context(), bot, ask.ID, yes)
		return err
	})
	shows(t, arjun, mine, "❌ Cancelled\n")
	until(t, "the money is back", func() bool {
		return n.count(t, `SELECT coalesce(sum(amount_minor), 0) FROM refund WHERE state = 'done'`) == 10000
	})
	await(t, arjun, "Refund on its way: ₹100")
	n.settled(t)
}

// policy changes the club's rules and leaves the rest.
func (n *nets) policy(t *testing.T, changes map[string]any) {
	t.Helper()
	changes["pays_online"] = true
	if err := n.club.Set(t.Context(), n.boss, changes); err != nil {
		t.Fatal(err)
	}
}

// The desk takes money, checks people in, gives money back and sees who did what; a member with the same buttons can do none of it.
func TestChat_TheDesk(t *testing.T) {
	t.Parallel()
	n, arjun, zoya := chatScene(t, "Net 1")
	meera := connect(t, n.Scene, n.Admin)
	slip := n.choose(t, arjun, "07:00", 1)
	keep(t, arjun, slip)
	id := n.count(t, `SELECT id FROM booking`)

	say(t, zoya, "/today")
	await(t, zoya, "That is for the club's staff.")
	forged := await(t, zoya, "That is for the club's staff.")
	owner, number := strconv.FormatInt(n.Members[1].ID, 36), strconv.FormatInt(int64(id), 36)
	club, net := strconv.FormatInt(n.club.ID, 36), strconv.FormatInt(n.club.Nets[0], 36)
	for _, data := range []string{"n:" + number, "-:n:" + number, "!:" + number, "&:" + number, "$:" + number + ":0:0", "%:" + number + ":0:0:1", "?:" + club + ":0", "[:" + number + ":0", "]:" + number + ":1", "s:" + number + ":0", "p:" + number + ":0", "R:" + number + ":0:0", "A:" + number, "q:" + number, "1:" + number, "z:" + number, "c:" + number, "a:" + club + ":fpx:0", "8:" + club + ":0", "9:" + club + ":1", "^:" + club + ":1:0", "-:^:" + club + ":1:1", "B:" + club + ":" + net + ":i1n2o:1o:0"} {
		if answer := pressData(t, zoya, forged, []byte("1b:"+owner+":"+data)); !answer.Alert || answer.Message == "" || strings.Contains(answer.Message, "Something went wrong") {
			t.Errorf("%s: %+v", data, answer)
		}
	}

	say(t, meera, "/today")
	sheet := await(t, meera, "📋 Riverside")
	const held = "⏳ 07:00–07:30 Net 1 · Arjun"
	for i := 0; i < 2 && !strings.Contains(buttons(sheet), held); i++ {
		before := sheet.Message
		tap(t, meera, sheet, "▶")
		until(t, "the next day", func() bool {
			sheet = face(t, meera, sheet)
			return sheet.Message != before
		})
	}
	if !strings.Contains(buttons(sheet), held) {
		t.Fatalf("the sheet:\n%s", buttons(sheet))
	}
	tap(t, meera, sheet, "Arjun")
	cash := button(t, shows(t, meera, sheet, "Kept for you for"), func(b string) bool { return strings.HasPrefix(b, "💵 ₹200") }, "cash")
	pressData(t, meera, sheet, cash)
	booked := shows(t, meera, sheet, "✅ Booked\n")
	shows(t, arjun, slip, "✅ Booked\n🏏 Net 1") // in sight of the member
	pressData(t, meera, booked, cash)
	if got := n.count(t, `SELECT count(*) FROM payment WHERE state = 'captured'`); got != 1 {
		t.Errorf("%d payments in cash", got)
	}

	// The member says who comes along; the desk sees it.
	tap(t, arjun, shows(t, arjun, slip, "✅ Booked\n🏏 Net 1"), "👥 Guests")
	await(t, arjun, "Who comes with you?")
	if err := arjun.SendContact(t.Context(), sandbox.BotName, n.Members[2].Phone, "Tom"); err != nil { // it has no text, so it answers nothing
		t.Fatal(err)
	}
	say(t, arjun, "Asha, Ravi, Tom, Zoya, Meera, Dev")
	await(t, arjun, "the nets are too small")
	say(t, arjun, "Asha, Ravi")
	await(t, arjun, "👥 Asha\n👥 Ravi")

	// Ten minutes before, the member checks in.
	var start time.Time
	if err := n.db.QueryRow(t.Context(), `SELECT min(lower(during)) FROM booking_slot`).Scan(&start); err != nil {
		t.Fatal(err)
	}
	checkIn := []byte("1b:" + strconv.FormatInt(n.Members[0].ID, 36) + ":q:" + number)
	if answer := pressData(t, arjun, slip, checkIn); !answer.Alert || !strings.Contains(answer.Message, "too early") {
		t.Errorf("days before: %+v", answer)
	}
	n.later(t, time.Until(start)-10*time.Minute)
	say(t, arjun, "/mybookings")
	mine := await(t, arjun, "1 booking ahead")
	tap(t, arjun, mine, "07:00")
	tap(t, arjun, shows(t, arjun, mine, "✅ Booked\n🏏 Net 1"), "👋 I am here")
	shows(t, arjun, mine, "✅ Checked in")

	// The sheet of the day has come to the desk by itself, with a button to work from.
	if _, err := n.db.Exec(t.Context(), `INSERT INTO river_job (state, args, kind, max_attempts, queue, priority) VALUES ('available', '{"what": "sheets"}', 'booking_sweep', 1, 'booking', 1)`); err != nil {
		t.Fatal(err)
	}
	morning := await(t, meera, fmt.Sprintf("07:00–07:30 · Net 1 · booking %d", id))
	tap(t, meera, morning, "📋 Day sheet")
	if desk := shows(t, meera, morning, "1 booking. Tap it"); !strings.Contains(buttons(desk), "07:00–07:30 Net 1 · Arjun +2") {
		t.Errorf("the desk:\n%s", buttons(desk))
	}

	say(t, meera, fmt.Sprintf("/refund %d", id))
	open := await(t, meera, "✅ Checked in")
	tap(t, meera, open, "↩ Give back ₹200")
	ask := shows(t, meera, open, "↩ Give back ₹200?")
	why := after(t, meera, "Why?", func() { tap(t, meera, ask, "Yes, give back ₹200") })
	if answer := tap(t, meera, why, "Skip"); answer.Message != "" && !strings.Contains(answer.Message, "₹200 goes back") {
		t.Errorf("%+v", answer)
	}
	until(t, "a refund", func() bool { return n.count(t, `SELECT count(*) FROM refund`) == 1 })
	say(t, meera, fmt.Sprintf("/audit %d", id))
	record := await(t, meera, "🧾 Riverside")
	for _, want := range []string{"Arjun held booking", "Meera took ₹200 for booking", "Arjun checked in booking", "Meera gave back ₹200 for booking"} {
		if !strings.Contains(record.Message, want) {
			t.Errorf("no %q in %q", want, record.Message)
		}
	}
}

// A block over a booking asks first, with a list of the bookings in its way.
func TestChat_ABlockSaysWhatIsInItsWay(t *testing.T) {
	t.Parallel()
	n, arjun, _ := chatScene(t, "Net 1")
	meera := connect(t, n.Scene, n.Admin)
	keep(t, arjun, n.choose(t, arjun, "07:00", 1))
	say(t, meera, "/block")
	grid := n.pick(t, meera, await(t, meera, "Choose a day and a time"))
	_, taken := cell(t, grid, "07:00", 1)
	pressData(t, meera, grid, taken)
	tap(t, meera, shows(t, meera, grid, "That time is taken."), "🚧 Block 30 min")
	ask := shows(t, meera, grid, "1 booking is in the way")
	if !strings.Contains(ask.Message, "Arjun") {
		t.Errorf("%q", ask.Message)
	}
	why := after(t, meera, "Why?", func() { tap(t, meera, ask, "🚧 Cancel these") })
	tap(t, meera, why, "Skip")
	until(t, "the block", func() bool { return n.count(t, `SELECT count(*) FROM booking WHERE kind = 'block'`) == 1 })
	if got := n.count(t, `SELECT count(*) FROM booking WHERE kind = 'play' AND state = 'cancelled'`); got != 1 {
		t.Errorf("%d bookings cancelled", got)
	}
}

// Help lists the commands that the person may use.
func TestChat_HelpByRole(t *testing.T) {
	t.Parallel()
	n, _, _ := chatScene(t, "Net 1")
	meera := connect(t, n.Scene, n.Admin)
	say(t, meera, "/help")
	help := await(t, meera, "/book: ")
	for _, want := range []string{"/mybookings", "/waitlist", "/today", "/block", "/refund 12", "/audit"} {
		if !strings.Contains(help.Message, want) {
			t.Errorf("no %s for an admin: %q", want, help.Message)
		}
	}
	u := connect(t, n.Scene, n.Members[2])
	say(t, u, "/help")
	if help := await(t, u, "/book: "); strings.Contains(help.Message, "/today") {
		t.Errorf("for a member: %q", help.Message)
	}
	var set struct{}
	if err := n.boss.Do(t.Context(), http.MethodPut, n.club.Path("/members/%d", u.ID), map[string]string{"role": "staff"}, http.StatusOK, &set); err != nil {
		t.Fatal(err)
	}
	say(t, u, "/help")
	staff := await(t, u, "/today").Message
	if !strings.Contains(staff, "/audit") || strings.Contains(staff, "/nets") || strings.Contains(staff, "/stats") {
		t.Errorf("for the staff: %q", staff)
	}
	menu := func() (names string) {
		for _, c := range n.DC.World().Menu(n.BotID, world.UserPeer(u.ID), u.ID) {
			names += " " + c.Command
		}
		return names
	}
	until(t, "the menu of the staff", func() bool { return strings.Contains(menu(), " today") && !strings.Contains(menu(), " nets") })
}
