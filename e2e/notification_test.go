package e2e_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// greeted connects a person, who writes to the bot. Before that Telegram does not let the bot write to them.
func (n *nets) greeted(t *testing.T, who world.User) *driver.User {
	t.Helper()
	u := connect(t, n.Scene, who)
	say(t, u, "/start")
	hello := "I find the club's files"
	if who.Lang == "hi" {
		hello = "मैं क्लब की फ़ाइलें ढूँढता हूँ"
	}
	await(t, u, hello)
	until(t, "the bot has noted how to write to them", func() bool { return n.count(t, `SELECT count(*) FROM bot_access_hash WHERE peer_id = $1`, who.ID) == 1 })
	return u
}

// ready waits until the server is the bot.
func (n *nets) ready(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := n.Bot.Ready(ctx); err != nil {
		t.Fatal(err)
	}
}

// texts are the bot's messages to a person that contain a part, in order.
func texts(t *testing.T, u *driver.User, part string) (all []string) {
	t.Helper()
	messages, err := u.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if !m.Out && strings.Contains(m.Message, part) {
			all = append(all, m.Message)
		}
	}
	return all
}

// delivered waits until nothing is left to be said.
func (n *nets) delivered(t *testing.T) {
	t.Helper()
	until(t, "all is said", func() bool {
		return n.count(t, `SELECT count(*) FROM notification WHERE sent_at IS NULL AND dropped_at IS NULL AND failed_at IS NULL`) == 0
	})
}

// slot is an hour on the first net, a week from now.
func (n *nets) slot(from, to string) map[string]any {
	return miniapp.Slot(n.club.Day(7), from, to, n.club.Nets[0])
}

// when is that hour as the chat writes it in English.
func (n *nets) when(span string) string {
	return n.club.Date(7).Format("Mon 2 January") + ", " + span
}

// A process dies after Telegram took the message and before that is written down. The next one says it again, and Telegram knows it again.
func TestNotification_IsReadOnceThoughTheServerDiesBetweenSendAndMark(t *testing.T) {
	t.Parallel()
	n := netsScene(t, "bot,http,worker", "Net 1")
	n.ready(t)
	member := n.greeted(t, n.Members[0])
	// The test holds up every mark that says "sent".
	const gate = 5003
	conn, err := n.db.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	exec := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(fmt.Sprintf(`CREATE FUNCTION held_up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(%d); RETURN NEW; END'`, gate))
	exec(`CREATE TRIGGER held_up BEFORE UPDATE ON notification FOR EACH ROW WHEN (NEW.sent_at IS NOT NULL) EXECUTE FUNCTION held_up()`)
	exec(fmt.Sprintf(`SELECT pg_advisory_lock(%d)`, gate))

	id := n.book(t, n.open(t, n.Members[0]), n.slot("18:00", "19:00"), true)
	want := fmt.Sprintf("✅ Booked: Net 1\n%s\nRiverside · booking %d", n.when("18:00–19:00"), id)
	if m := await(t, member, "Booked"); m.Message != want {
		t.Errorf("the chat says %q, want %q", m.Message, want)
	}
	const waiting = `FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE 'UPDATE notification%'`
	until(t, "the mark is held up", func() bool { return n.count(t, `SELECT count(*) `+waiting) == 1 })
	n.Bot.Kill()
	exec(`SELECT pg_terminate_backend(pid) ` + waiting) // what a dead process asked for is not done
	exec(fmt.Sprintf(`SELECT pg_advisory_unlock(%d)`, gate))
	if sent := n.count(t, `SELECT count(*) FROM notification WHERE sent_at IS NOT NULL`); sent != 0 {
		t.Fatal("the mark was made before the kill")
	}

	n.serve(t)
	n.delivered(t)
	if attempts := n.count(t, `SELECT attempt FROM river_job WHERE kind = 'booking_deliver'`); attempts < 2 {
		t.Errorf("it was said in %d tries: the second process said nothing", attempts)
	}
	if failed := n.count(t, `SELECT count(*) FROM notification WHERE failed_at IS NOT NULL`); failed != 0 {
		t.Error("the second process gave it up")
	}
	if got := texts(t, member, "Booked"); len(got) != 1 {
		t.Errorf("the member reads it %d times", len(got))
	}
}

// The server and the workers are one process, the bot is another: what the first writes down, the second says. It speaks everybody's language.
func TestNotification_IsSaidByTheProcessThatIsTheBot(t *testing.T) {
	t.Parallel()
	n := netsScene(t, "http,worker", "Net 1")
	n.SetEnv("PAVILION_ROLES", "bot")
	n.SetEnv("PAVILION_HTTP_ADDR", "127.0.0.1:0")
	server := n.Bot
	startBot(t, n.Scene)
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	first := n.greeted(t, n.Members[0])
	hindi, err := n.DC.World().AddUser("9996620009", "Kavya", "", "kavya_plays", "hi")
	if err != nil {
		t.Fatal(err)
	}
	second := n.greeted(t, hindi)
	admin := n.greeted(t, n.Admin)
	n.greeted(t, n.Members[1])
	if err := n.DC.World().Block(n.Members[1].ID, n.BotID, true); err != nil {
		t.Fatal(err)
	}

	// A time that is given up is offered to the member who waits for it.
	a, b := n.open(t, n.Members[0]), n.open(t, hindi)
	taken := n.book(t, a, n.slot("18:00", "19:00"), true)
	await(t, first, "Booked: Net 1\n"+n.when("18:00–19:00"))
	wish := n.slot("18:00", "19:00")
	delete(wish, "nets")
	wish["net"] = n.club.Nets[0]
	if answer := act(t, b, n.club.Path("/waitlist"), "wait", wish); answer.Status != http.StatusCreated {
		t.Fatalf("waitlist: %d %s", answer.Status, answer.Body)
	}
	if answer := act(t, a, n.club.Path("/bookings/%d/cancel", taken), "cancel", nil); answer.Status != http.StatusOK {
		t.Fatalf("cancel: %d %s", answer.Status, answer.Body)
	}
	await(t, first, "Cancelled: Net 1")
	if m := await(t, second, "अभी ख़ाली हुआ"); !strings.Contains(m.Message, "18:00–19:00") || !strings.Contains(m.Message, "Net 1") {
		t.Errorf("the offer says %q", m.Message)
	}

	// Who blocked the bot is not reached, and the row says why.
	lost := n.book(t, n.open(t, n.Members[1]), n.slot("08:00", "09:00"), true)
	until(t, "it is given up", func() bool {
		return n.count(t, `SELECT count(*) FROM notification n JOIN notification_failure f ON f.notification_id = n.id
			WHERE n.booking_id = $1 AND n.failed_at IS NOT NULL AND f.channel = 'telegram' AND f.reason = 'blocked'`, lost) == 1
	})
	// Nor is who never wrote to it.
	stranger := n.book(t, n.open(t, person(1)), n.slot("09:00", "10:00"), true)
	until(t, "it is given up", func() bool {
		return n.count(t, `SELECT count(*) FROM notification n JOIN notification_failure f ON f.notification_id = n.id WHERE n.booking_id = $1 AND f.reason = 'stranger'`, stranger) == 1
	})

	// A person who only spoke in a group is a min user there, and the bot cannot write to them either.
	grouped, err := n.DC.World().AddUser("9996620010", "Farid", "", "farid_plays", "en")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.DC.World().Join(world.ChannelPeer(n.Group), grouped.ID); err != nil {
		t.Fatal(err)
	}
	inGroup := connect(t, n.Scene, grouped)
	group, err := inGroup.Peer(t.Context(), "riverside_members")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inGroup.API.MessagesSendMessage(t.Context(), &tg.MessagesSendMessageRequest{Peer: group, Message: "/help@" + sandbox.BotName, RandomID: rand.Int64()}); err != nil {
		t.Fatal(err)
	}
	awaitIn(t, inGroup, "riverside_members", "/search")
	refused := n.book(t, n.open(t, grouped), n.slot("11:00", "12:00"), true)
	until(t, "it is given up", func() bool {
		return n.count(t, `SELECT count(*) FROM notification n JOIN notification_failure f ON f.notification_id = n.id
			WHERE n.booking_id = $1 AND n.failed_at IS NOT NULL AND f.reason = 'stranger'`, refused) == 1
	})

	// Money that does not add up is told to the admins.
	paid := n.book(t, a, n.slot("10:00", "11:00"), true)
	await(t, first, "Booked: Net 1\n"+n.when("10:00–11:00"))
	if answer := act(t, n.boss, n.club.Path("/bookings/%d/desk-payment", paid), "desk", map[string]any{"method": "cash"}); answer.Status != http.StatusOK {
		t.Fatalf("desk payment: %d %s", answer.Status, answer.Body)
	}
	if answer := act(t, n.boss, n.club.Path("/bookings/%d/reschedule", paid), "move", n.slot("19:00", "20:00")); answer.Status != http.StatusOK {
		t.Fatalf("reschedule: %d %s", answer.Status, answer.Body)
	}
	await(t, admin, "a paid booking moved to a time of another price")
	await(t, first, "Moved: Net 1\nNow "+n.when("19:00–20:00"))

	// An hour before, the member is reminded.
	start, err := time.ParseInLocation("2006-01-02T15:04", n.club.Day(7)+"T19:00", n.club.Zone)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.db.Exec(t.Context(), `UPDATE club SET reminder_minutes = 90`); err != nil {
		t.Fatal(err)
	}
	n.later(t, time.Until(start.Add(-time.Hour)))
	await(t, first, "Soon: Net 1\n"+n.when("19:00–20:00"))
	n.delivered(t)
	for part, want := range map[string]int{"Booked": 2, "Cancelled": 1, "Moved": 1, "Soon": 1} {
		if got := texts(t, first, part); len(got) != want {
			t.Errorf("%q is read %d times, want %d", part, len(got), want)
		}
	}
}
