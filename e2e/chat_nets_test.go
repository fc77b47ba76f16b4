package e2e_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// An admin sets hours, prices and closures in the chat; each change is in the record, and members book by it at once.
func TestChat_AnAdminSetsHoursPricesAndClosures(t *testing.T) {
	t.Parallel()
	n, arjun, zoya := chatScene(t, "Net 1", "Net 2")
	meera := connect(t, n.Scene, n.Admin)
	say(t, meera, "/nets")
	root := await(t, meera, "What do you want to set?")

	// Hours: of one weekday by buttons, of one net by typing.
	day := n.club.Date(2)
	weekday := day.Weekday().String()[:3]
	tap(t, meera, root, "🕒 Hours")
	week := shows(t, meera, root, "Sun: ")
	press(t, meera, week, weekday)
	opens := shows(t, meera, root, "When does it open?")
	press(t, meera, opens, "08:00")
	closes := shows(t, meera, root, "Opens at 08:00")
	press(t, meera, closes, "◀ Back")
	press(t, meera, shows(t, meera, root, "When does it open?"), "07:00")
	press(t, meera, shows(t, meera, root, "Opens at 07:00"), "12:00")
	week = shows(t, meera, root, weekday+": 07:00–12:00")
	if got := n.count(t, `SELECT count(*) FROM opening_hours WHERE net_id = 0 AND opens_minute = 420 AND closes_minute = 720`); got != 1 {
		t.Errorf("%d days have the new hours", got)
	}
	press(t, meera, week, "Net 2")
	week = shows(t, meera, root, "As all nets:")
	press(t, meera, week, "Every day")
	tap(t, meera, shows(t, meera, root, "Net 2 · Every day"), "✏ Type the hours")
	await(t, meera, "Send me the hours of Every day")
	say(t, meera, "late")
	await(t, meera, "Send hours like 06:00-22:00.")
	say(t, meera, "06:00-12:00, 18:00-01:00")
	own := await(t, meera, "Sun: 06:00–12:00, 18:00–01:00")
	if got := n.count(t, `SELECT count(*) FROM opening_hours WHERE net_id = $1`, n.club.Nets[1]); got != 14 {
		t.Errorf("%d stretches of Net 2", got)
	}
	press(t, meera, own, "↩ Hours as all nets")
	shows(t, meera, own, "As all nets:")

	// Prices: a new one is typed, then its days are switched. A second tap on an old button changes nothing.
	tap(t, meera, own, "◀ Back")
	tap(t, meera, shows(t, meera, own, "What do you want to set?"), "💰 Prices")
	before := n.count(t, `SELECT count(*) FROM price_rule`)
	tap(t, meera, shows(t, meera, own, "Tap"), "➕ New price")
	await(t, meera, "Send me a name, hours and the amounts")
	say(t, meera, "Dawn 07:00-09:00 123.50 150")
	rule := await(t, meera, "💰 Dawn\nEvery day, 07:00–09:00, All nets: ₹123.50 an hour, guests ₹150")
	off := button(t, rule, func(b string) bool { return b == "☑ "+weekday }, weekday)
	pressData(t, meera, rule, off)
	shows(t, meera, rule, "an hour, guests ₹150")
	until(t, "the day is off", func() bool {
		return n.count(t, `SELECT count(*) FROM price_rule WHERE label = 'Dawn' AND weekdays & $1 = 0`, 1<<int(day.Weekday())) == 1
	})
	if answer := pressData(t, meera, rule, off); !answer.Alert || !strings.Contains(answer.Message, "The prices have changed since.") {
		t.Errorf("an old button: %+v", answer)
	}
	list := shows(t, meera, rule, "Tap one to change it.")
	if got := n.count(t, `SELECT count(*) FROM price_rule`); got != before+1 {
		t.Errorf("%d prices, there were %d", got, before)
	}
	tap(t, meera, list, "✏ Dawn")
	tap(t, meera, shows(t, meera, rule, "💰 Dawn\n"), "✏ Change the amounts")
	await(t, meera, "Send me the amounts an hour")
	say(t, meera, "240")
	changed := await(t, meera, "₹240 an hour, guests ₹240")
	press(t, meera, changed, "◻ "+weekday)
	changed = shows(t, meera, changed, "Every day, 07:00–09:00")
	slip := n.choose(t, arjun, "07:00", 1)
	if !strings.Contains(slip.Message, "Total: ₹120") { // half an hour
		t.Errorf("the price of a member: %q", slip.Message)
	}
	keep(t, arjun, slip)

	// Closures: a day once; what lies inside stays, and is said.
	tap(t, meera, changed, "◀ Back")
	tap(t, meera, shows(t, meera, changed, "Tap one to change it."), "◀ Back")
	tap(t, meera, shows(t, meera, changed, "What do you want to set?"), "🚫 Closures")
	tap(t, meera, shows(t, meera, changed, "Nothing is closed."), "➕ Close a day")
	calendar := shows(t, meera, changed, "Which day?")
	if month := day.Format("January 2006"); !strings.Contains(calendar.Message, month) {
		press(t, meera, calendar, "▶")
		calendar = shows(t, meera, changed, month)
	}
	press(t, meera, calendar, strconv.Itoa(day.Day()))
	press(t, meera, shows(t, meera, changed, "All nets closed: how often?"), "Net 1")
	ask := shows(t, meera, changed, "Net 1 closed: how often?")
	once := button(t, ask, func(b string) bool { return b == "🚫 Just that day" }, "once")
	for range 2 {
		pressData(t, meera, ask, once)
	}
	closed := shows(t, meera, changed, "1 closure. Tap it to lift it.")
	if got := n.count(t, `SELECT count(*) FROM closure`); got != 1 {
		t.Errorf("%d closures", got)
	}
	lift := button(t, closed, func(b string) bool { return strings.HasPrefix(b, "🗑") }, "lift")
	pressData(t, meera, closed, lift)
	shows(t, meera, changed, "Nothing is closed.")
	if answer := pressData(t, meera, closed, lift); !answer.Alert || !strings.Contains(answer.Message, "not there any more") {
		t.Errorf("an old button: %+v", answer)
	}
	tap(t, meera, face(t, meera, changed), "➕ Close a day")
	tap(t, meera, shows(t, meera, changed, "Which day?"), "✏ Type a day")
	await(t, meera, "Send me the day, and hours")
	say(t, meera, day.Format(time.DateOnly)+" 07:00-09:00 Tournament")
	inside := await(t, meera, "All nets · Tournament")
	if !strings.Contains(inside.Message, "1 booking lies inside and stays.") {
		t.Errorf("%q", inside.Message)
	}

	// Closing for rain: the hours, what would be cancelled, a reason, and how far it is. The member is told.
	tap(t, meera, inside, "➕ Close a day")
	calendar = shows(t, meera, inside, "Which day?")
	if month := day.Format("January 2006"); !strings.Contains(calendar.Message, month) {
		press(t, meera, calendar, "▶")
		calendar = shows(t, meera, inside, month)
	}
	press(t, meera, calendar, strconv.Itoa(day.Day()))
	tap(t, meera, shows(t, meera, inside, "All nets closed: how often?"), "🌧 Close hours and give money back")
	await(t, meera, "You see what is booked then, before anything happens.")
	say(t, meera, "07:00-09:00")
	preview := await(t, meera, "1 booking would be cancelled, of 1 person.")
	tap(t, meera, preview, "🌧 Close, cancel and give it all back")
	why := await(t, meera, "for the members and the record")
	say(t, meera, "Monsoon")
	await(t, meera, "Cancelled: ")
	until(t, "the closing is done", func() bool {
		return n.count(t, `SELECT count(*) FROM closure_run_booking WHERE outcome = 'cancelled'`) == 1
	})
	if told := await(t, arjun, "🌧 The club had to close"); !strings.Contains(told.Message, "Why: Monsoon") || !strings.Contains(told.Message, "Nothing was paid") {
		t.Errorf("told %q", told.Message)
	}
	tap(t, meera, why, "Skip") // an old button finds the closing
	shows(t, meera, why, "✅ Done. Each member gets a message.")

	for action, want := range map[string]int{"set_hours": 3, "set_prices": 4, "add_closure": 2, "remove_closure": 1, "close_and_refund": 1} {
		if got := n.count(t, `SELECT count(*) FROM audit WHERE origin = 'bot' AND action = $1 AND actor_id = $2`, action, n.Admin.ID); got != want {
			t.Errorf("%d of %s in the record, want %d", got, action, want)
		}
	}

	// A long list comes in pages: a message has room for a hundred buttons.
	const many = 120
	rules := make([]map[string]any, 0, many)
	for i := range many {
		rules = append(rules, map[string]any{
			"label": fmt.Sprintf("Price %d.", i), "rank": i, "weekdays": []int{0, 1, 2, 3, 4, 5, 6}, "to_minute": 1440, "from_minute": 0, "member_minor": 100, "guest_minor": 100,
		})
	}
	if err := n.boss.Do(t.Context(), http.MethodPut, n.club.Path("/prices"), map[string]any{"items": rules}, http.StatusOK, new(struct{})); err != nil {
		t.Fatal(err)
	}
	say(t, meera, "/nets")
	menu := await(t, meera, "What do you want to set?")
	tap(t, meera, menu, "💰 Prices")
	first := shows(t, meera, menu, "120 prices. Tap one to change it.")
	press(t, meera, first, "▶")
	shows(t, meera, menu, "• Price 20.")

	// A member with the same buttons can do none of it, nor can one who was asked while they were an admin.
	say(t, zoya, "/nets")
	forged := await(t, zoya, "That is for the club's staff.")
	club, owner := strconv.FormatInt(n.club.ID, 36), strconv.FormatInt(n.Members[1].ID, 36)
	for _, data := range []string{"N:" + club, "H:" + club + ":0", "O:" + club + ":0:1", "P:" + club + ":0:1:60", "L:" + club + ":0:1:60:k0", "S:" + club + ":0:7", "Y:" + club + ":0:1", "V:" + club + ":0", "W:" + club + ":1", "X:" + club + ":1:1", "M:" + club + ":0:1", "Z:" + club + ":0:0", "U:" + club + ":1", "K:" + club, "J:" + club + ":0", "I:" + club + ":0:fpx", "G:" + club + ":0:fpx:0", "b:" + club + ":0:0", "0:" + club + ":1", "@:" + club, "=:" + club + ":60"} {
		if answer := pressData(t, zoya, forged, []byte("1b:"+owner+":"+data)); !answer.Alert || !strings.Contains(answer.Message, "staff") {
			t.Errorf("%s: %+v", data, answer)
		}
	}
	if got := n.count(t, `SELECT count(*) FROM bot_question`); got != 0 {
		t.Errorf("%d questions are open", got)
	}
}
