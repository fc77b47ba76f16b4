package e2e_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

// A member gets their data in the chat, settles what stands in the way, and is erased by two taps at once. Another is erased through a kill, a third over HTTP.
func TestMyData_IsSentAndErasedInTheChatAndOverHTTP(t *testing.T) {
	t.Parallel()
	n, arjun, zoya := chatScene(t, "Net 1")
	_, page := keep(t, arjun, n.choose(t, arjun, "07:00", 1))
	payOn(t, page)
	await(t, arjun, "✅ Booked")

	say(t, arjun, "/mydata")
	menu := await(t, arjun, "🗂 Your data")
	tapOn(t, arjun, menu, "Send me my data")
	if text := readArchive(t, arjun, received(t, arjun, "my-data.zip")); !strings.Contains(text, "Your bookings.") || !strings.Contains(text, "Your payments.") || !strings.Contains(text, "When you talked to the bot") {
		t.Errorf("the archive has %q", text)
	}
	tapOn(t, arjun, menu, "Erase everything")
	hindered := shows(t, arjun, menu, "It cannot be done yet:")
	if !strings.Contains(hindered.Message, "a booking or a place on a waitlist that is still to come") {
		t.Errorf("%q", hindered.Message)
	}
	n.later(t, 5*24*time.Hour)
	tapOn(t, arjun, hindered, "Erase everything")
	asked := shows(t, arjun, menu, "This cannot be undone.")
	if !strings.Contains(asked.Message, "• 1 booking\n• 1 payment") {
		t.Errorf("%q", asked.Message)
	}
	var taps sync.WaitGroup
	for range 2 {
		taps.Go(func() {
			if _, err := arjun.Tap(t.Context(), sandbox.BotName, asked, "Yes, erase everything"); err != nil {
				t.Error(err)
			}
		})
	}
	taps.Wait()
	shows(t, arjun, menu, "What I knew about you is erased.")
	n.knowsNothing(t, arjun.ID)
	if got := n.count(t, `SELECT count(*) FROM audit WHERE action = 'erase' AND actor_id < 0 AND origin = 'bot'`); got != 1 {
		t.Errorf("%d lines of the audit about an erasure", got)
	}

	// The bot dies between the confirmation and the erasure.
	say(t, zoya, "/mydata")
	menu = await(t, zoya, "🗂 Your data")
	tapOn(t, zoya, menu, "Erase everything")
	asked = shows(t, zoya, menu, "This cannot be undone.")
	n.Bot.Kill()
	if _, err := n.db.Exec(t.Context(), `UPDATE erasure SET confirmed_at = now() WHERE person = $1`, zoya.ID); err != nil {
		t.Fatal(err)
	}
	n.serve(t)
	until(t, "the erasure is finished", func() bool { return n.count(t, `SELECT count(*) FROM erasure WHERE person IS NOT NULL`) == 0 })
	n.knowsNothing(t, zoya.ID)
	if err := n.Bot.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	tapOn(t, zoya, asked, "Yes, erase everything")
	shows(t, zoya, menu, "What I knew about you is erased.")

	// Over HTTP, for somebody who never wrote to the bot.
	guest := person(1)
	client := n.open(t, guest)
	var erasure struct{ Token string }
	if err := client.Do(t.Context(), http.MethodPost, "/me/erasures", nil, http.StatusCreated, &erasure); err != nil {
		t.Fatal(err)
	}
	var done struct{ Done bool }
	if err := client.Do(t.Context(), http.MethodPost, "/me/erasures/confirmation", map[string]string{"token": erasure.Token}, http.StatusOK, &done); err != nil || !done.Done {
		t.Fatal(done, err)
	}
	n.knowsNothing(t, guest.ID)
	n.settled(t)
}

// knowsNothing fails the test if a row of Postgres that belongs to a person has them.
func (n *nets) knowsNothing(t *testing.T, person int64) {
	t.Helper()
	if got := n.count(t, `SELECT (SELECT count(*) FROM booking WHERE member_id = $1) + (SELECT count(*) FROM payment WHERE $1 IN (member_id, payer_id)) + (SELECT count(*) FROM club_member WHERE member_id = $1)
		+ (SELECT count(*) FROM notification WHERE member_id = $1) + (SELECT count(*) FROM session WHERE member_id = $1) + (SELECT count(*) FROM audit WHERE actor_id = $1 OR detail::text LIKE '%' || $1::bigint || '%')
		+ (SELECT count(*) FROM idempotency_key WHERE principal LIKE '%' || $1::bigint)`, person); got != 0 {
		t.Errorf("%d rows know %d", got, person)
	}
}

// readArchive returns the page of an archive.
func readArchive(t *testing.T, u *driver.User, m *tg.Message) string {
	t.Helper()
	data, err := u.Download(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := archive.Open("my-data.html")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
