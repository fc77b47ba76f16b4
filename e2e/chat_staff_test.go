package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

// after calls act and waits for a new message of the bot with part. Earlier messages with the same text do not count.
func after(t *testing.T, u *driver.User, part string, act func()) *tg.Message {
	t.Helper()
	last := newest(t, u)
	act()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := u.Await(ctx, sandbox.BotName, func(m *tg.Message) bool { return !m.Out && m.ID > last && strings.Contains(m.Message, part) })
	if err != nil {
		t.Fatalf("%q: %v", part, err)
	}
	return m
}

// Staff make a partial refund, mark and undo a no-show, and give a reason or skip the question. The audit has sentences about it.
func TestChat_TheStaffSayWhy(t *testing.T) {
	t.Parallel()
	n, arjun, _ := chatScene(t, "Net 1")
	meera := connect(t, n.Scene, n.Admin)
	keep(t, arjun, n.choose(t, arjun, "07:00", 1))
	id := n.count(t, `SELECT id FROM booking`)
	var paid struct{}
	if err := n.boss.Do(t.Context(), http.MethodPost, n.club.Path("/bookings/%d/desk-payment", id), map[string]string{"method": "cash"}, http.StatusOK, &paid); err != nil {
		t.Fatal(err)
	}

	open := after(t, meera, "✅ Booked\n", func() { say(t, meera, fmt.Sprintf("/refund %d", id)) })
	tap(t, meera, open, "↩ Give back ₹200")
	ask := shows(t, meera, open, "↩ Give back ₹200?")
	after(t, meera, "How much goes back? At most ₹200.", func() { tap(t, meera, ask, "✏ Another amount") })
	after(t, meera, "Send an amount that is left", func() { say(t, meera, "200.01") })
	part := after(t, meera, "↩ Give back ₹50?", func() { say(t, meera, "50") })
	after(t, meera, "Why?", func() { tap(t, meera, part, "Yes, give back ₹50") })
	after(t, meera, "at most 200 characters", func() { say(t, meera, strings.Repeat("x", 201)) })
	after(t, meera, "✅ Booked\n", func() { say(t, meera, "rain for\na quarter of an hour") })
	if got := n.count(t, `SELECT sum(amount_minor) FROM refund`); got != 5000 {
		t.Errorf("%d went back", got)
	}

	var start time.Time
	if err := n.db.QueryRow(t.Context(), `SELECT min(lower(during)) FROM booking_slot`).Scan(&start); err != nil {
		t.Fatal(err)
	}
	n.later(t, time.Until(start)+20*time.Minute)
	open = after(t, meera, "✅ Booked\n", func() { say(t, meera, fmt.Sprintf("/refund %d", id)) })
	why := after(t, meera, "Why?", func() { tap(t, meera, open, "👻 Nobody came") })
	tap(t, meera, why, "Skip")
	gone := shows(t, meera, why, "Nobody came\n")
	after(t, meera, "Why?", func() { tap(t, meera, gone, "↩ They did come") })
	after(t, meera, "✅ Booked\n", func() { say(t, meera, "they were in net 2") })

	record := after(t, meera, "🧾 Riverside", func() { say(t, meera, fmt.Sprintf("/audit %d", id)) })
	for _, want := range []string{
		fmt.Sprintf("Arjun held booking %d", id), fmt.Sprintf("Meera took ₹200 for booking %d", id), fmt.Sprintf("Meera gave back ₹50 for booking %d — “rain for a quarter of an hour”", id),
		fmt.Sprintf("Meera noted that nobody came to booking %d\n", id), fmt.Sprintf("Meera took back that nobody came to booking %d — “they were in net 2”", id),
	} {
		if !strings.Contains(record.Message+"\n", want) {
			t.Errorf("no %q in %q", want, record.Message)
		}
	}
}

// After narrowed hours and a retired net, /nets and the day sheet list the bookings without a place. Each opens its booking, which shows the name of the
// retired net. The test also sets the hour of the day sheet.
func TestChat_BookingsWithoutAPlaceAreListed(t *testing.T) {
	t.Parallel()
	n, arjun, _ := chatScene(t, "Net 1", "Grandstand lane")
	meera := connect(t, n.Scene, n.Admin)
	_, page := keep(t, arjun, n.choose(t, arjun, "07:00", 2))
	payOn(t, page)
	until(t, "a booking", func() bool { return n.count(t, `SELECT count(*) FROM booking WHERE state = 'confirmed'`) == 1 })
	var saved struct{}
	retired := map[string]any{"name": "Grandstand lane", "capacity": 6, "active": false}
	if err := n.boss.Do(t.Context(), http.MethodPut, n.club.Path("/nets/%d", n.club.Nets[1]), retired, http.StatusOK, &saved); err != nil {
		t.Fatal(err)
	}
	menu := after(t, meera, "What do you want to set?", func() { say(t, meera, "/nets") })
	tap(t, meera, menu, "⚠️ 1 booking without a place")
	list := shows(t, meera, menu, "1 booking lies outside the hours or on a retired net")
	tap(t, meera, list, "Grandstand lane · Arjun")
	shows(t, meera, menu, "✅ Booked\n🏏 Grandstand lane")
	sheet := after(t, meera, "📋 Riverside", func() { say(t, meera, "/today") })
	if !strings.Contains(buttons(sheet), "⚠️ 1 booking without a place") {
		t.Errorf("the day sheet:\n%s", buttons(sheet))
	}

	menu = after(t, meera, "What do you want to set?", func() { say(t, meera, "/nets") })
	tap(t, meera, menu, "🕒 Hours")
	tap(t, meera, shows(t, meera, menu, "Sun: "), "Every day")
	tap(t, meera, shows(t, meera, menu, "When does it open?"), "✏ Type the hours")
	week := after(t, meera, "Sun: 09:00–22:00", func() { say(t, meera, "09:00-22:00") })
	if !strings.Contains(buttons(week), "⚠️ 1 booking without a place") {
		t.Errorf("narrowed hours:\n%s", buttons(week))
	}

	menu = after(t, meera, "What do you want to set?", func() { say(t, meera, "/nets") })
	tap(t, meera, menu, "📋 Day sheet: 06:00")
	press(t, meera, shows(t, meera, menu, "When do the staff get the sheet"), "07:00")
	menu = shows(t, meera, menu, "What do you want to set?")
	until(t, "the hour", func() bool { return strings.Contains(buttons(face(t, meera, menu)), "📋 Day sheet: 07:00") })
	if got := n.count(t, `SELECT day_sheet_minute FROM club`); got != 420 {
		t.Errorf("minute %d", got)
	}
}

// A series moves and ends in the chat. Dates that clash are listed, the others move, and the member gets one notification for each change.
func TestChat_ASeriesMovesAndEndsAsOne(t *testing.T) {
	t.Parallel()
	n, arjun, _ := chatScene(t, "Net 1", "Net 2")
	n.policy(t, map[string]any{"cancel_free_hours": 1})
	after(t, arjun, "", func() { say(t, arjun, "/mybookings") }) // a bot may only write to people who wrote to it first
	day := n.club.Date(2)
	var made struct{ ID int64 }
	series := map[string]any{
		"nets": n.club.Nets[:1], "first_day": day.Format(time.DateOnly), "start_minute": 7 * 60, "minutes": 30, "weeks": 4, "policy": "all_or_nothing", "member": n.Members[0].ID,
	}
	if err := n.boss.Do(t.Context(), http.MethodPost, n.club.Path("/series"), series, http.StatusCreated, &made); err != nil {
		t.Fatal(err)
	}
	block := map[string]any{
		"nets": n.club.Nets[1:2], "start": day.AddDate(0, 0, 7).Format(time.DateOnly) + "T08:00", "end": day.AddDate(0, 0, 7).Format(time.DateOnly) + "T09:00",
	}
	var blocked struct{}
	if err := n.boss.Do(t.Context(), http.MethodPost, n.club.Path("/blocks"), block, http.StatusCreated, &blocked); err != nil {
		t.Fatal(err)
	}
	told := await(t, arjun, "✅ Booked, 4 times: Net 1")
	tap(t, arjun, told, "Show the booking")
	tap(t, arjun, shows(t, arjun, told, "✅ Booked\n"), "🔁 Move")
	grid := n.pick(t, arjun, shows(t, arjun, told, "To which day?"))
	_, free := cell(t, grid, "08:00", 2)
	pressData(t, arjun, grid, free)
	tap(t, arjun, shows(t, arjun, told, "Move the booking?"), "🔁 Move the whole series")
	clash := shows(t, arjun, told, "1 date cannot move:")
	after(t, arjun, "🔁 Moved, 3 bookings: now Net 2", func() { tap(t, arjun, clash, "🔁 Move the others") })
	tap(t, arjun, shows(t, arjun, told, "🏏 Net 2"), "❌ Cancel")
	tap(t, arjun, shows(t, arjun, told, "Cancel the booking?"), "❌ End the whole series")
	asked := shows(t, arjun, told, "Cancel 4 bookings of the series?")
	ended := after(t, arjun, "❌ Cancelled, 4 bookings: Net 2, Net 1", func() { tap(t, arjun, asked, "❌ Yes, cancel them") })
	if !strings.Contains(ended.Message, "First ") {
		t.Errorf("%q", ended.Message)
	}
	shows(t, arjun, told, "❌ Cancelled\n")
	if got := n.count(t, `SELECT count(*) FROM notification`); got != 3 {
		t.Errorf("%d notifications", got)
	}
	n.settled(t)
}
