package e2e_test

import (
	"strings"
	"testing"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
)

const floodSeconds = 15 // long beside an answer, under the race detector too

// within fails the test if Telegram's wait, which began at a time, is over.
func within(t *testing.T, begun time.Time, what string) {
	t.Helper()
	if took := time.Since(begun); took > floodSeconds*time.Second {
		t.Errorf("%s only %s after Telegram's wait began", what, took)
	}
}

func TestFlood_DuringADeliveryParksItsChatOnly(t *testing.T) {
	t.Parallel()
	env := map[string]string{"PAVILION_SEND_PER_SECOND": "1000", "PAVILION_SEND_PER_CHAT": "8", "PAVILION_SEND_PER_GROUP": "60000"}
	s, _, member := scene(t, sandbox.Options{Env: env})
	names := postWithAlbums(t, s)
	zoya := connect(t, s, s.Members[1])
	found(t, zoya, "golden river", "60 files")
	page := found(t, member, "golden river", "60 files")
	tap(t, member, page, "Send all 60")
	awaitFiles(t, member, 8)
	faults := s.DC.Faults()
	begun, calls := time.Now(), faults.Calls("messages.sendMedia")+faults.Calls("messages.sendMultiMedia")
	faults.FloodWait("messages.sendMedia", member.ID, floodSeconds)
	faults.FloodWait("messages.sendMultiMedia", member.ID, floodSeconds)
	if err := faults.WaitCalls(t.Context(), "messages.sendMedia", faults.Calls("messages.sendMedia")+1); err != nil {
		t.Fatal(err)
	}
	hit := ask(t, zoya, "golden river s01e02")
	within(t, begun, "another person's search is answered")
	tap(t, zoya, hit, "Golden")
	received(t, zoya, "Golden.River.S01E02.mkv")
	within(t, begun, "another person's file comes")
	await(t, member, "60 files sent")
	if waited := time.Since(begun); waited < floodSeconds*time.Second {
		t.Errorf("the delivery ended %s after Telegram's wait began", waited)
	}
	byName, messages := filesOf(t, member)
	for _, name := range names {
		if byName[name] != 1 {
			t.Errorf("%s came %d times", name, byName[name])
		}
	}
	if tried := faults.Calls("messages.sendMedia") + faults.Calls("messages.sendMultiMedia") - calls; tried > len(messages)+4 {
		t.Errorf("%d calls for %d files: the wait is not kept", tried, len(messages))
	}
}

func TestFlood_DuringABroadcastParksItsChatsOnly(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	people, faults := audience(t, s, 300), s.DC.Faults()
	confirm := prepare(t, admin, "Tea is at four")
	parked := map[int64]bool{}
	for _, i := range []int{20, 40, 60} {
		parked[people[i].ID] = true
		faults.FloodWait("messages.sendMessage", people[i].ID, floodSeconds)
	}
	begun := time.Now()
	tapOn(t, admin, confirm, "Send to")
	until(t, "the others have it", func() bool {
		for _, p := range people {
			if !parked[p.ID] && copies(t, s, p, "Tea is at four") != 1 {
				return false
			}
		}
		return true
	})
	within(t, begun, "the others have it")
	say(t, member, "golden river 2014")
	await(t, member, "🔎 golden river 2014\n")
	within(t, begun, "a search is answered")
	await(t, admin, ": done\n« Tea is at four")
	wantOnce(t, s, people, "Tea is at four")
}

func TestFlood_OfAWholeMethodHoldsABroadcastAndNotTheOtherAnswers(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.01.mkv", "Golden.02.mkv", "Golden.03.mkv", "Golden.04.mkv", "Golden.05.mkv", "Golden.06.mkv", "Golden.07.mkv", "Golden.08.mkv", "Golden.09.mkv")
	page := found(t, member, "golden", "page 1 of 2")
	people, faults := audience(t, s, 300), s.DC.Faults()
	confirm := prepare(t, admin, "Rain stopped play")
	sent := faults.Calls("messages.sendMessage")
	begun := time.Now()
	faults.FloodWait("messages.sendMessage", 0, floodSeconds)
	tapOn(t, admin, confirm, "Send to")
	if err := faults.WaitCalls(t.Context(), "messages.sendMessage", sent+4); err != nil {
		t.Fatal(err)
	}
	turns(t, member, page.ID, "▶", "page 2 of 2")
	within(t, begun, "a page is turned")
	tap(t, member, await(t, member, "page 2 of 2"), "Golden.01")
	received(t, member, "Golden.01.mkv")
	within(t, begun, "a file comes")
	await(t, admin, ": done\n« Rain stopped play")
	wantOnce(t, s, people, "Rain stopped play")
	// Calls under way when the wait began are refused; the others are not made before its end.
	if refused := faults.Calls("messages.sendMessage") - sent - len(people); refused > 100 {
		t.Errorf("%d calls more than people: the wait is not kept", refused)
	}
}

// turns taps a button of a message until the message says something else.
func turns(t *testing.T, u *driver.User, id int, button, then string) {
	t.Helper()
	tap(t, u, await(t, u, "page 1 of 2"), button)
	if m := await(t, u, then); m.ID != id {
		t.Errorf("page 2 is message %d, not %d", m.ID, id)
	}
}

func TestBroadcast_ServerErrorsAndLostAnswersDoubleNothing(t *testing.T) {
	t.Parallel()
	s, admin, _ := scene(t, sandbox.Options{Env: lowLimits})
	people, faults := audience(t, s, 200), s.DC.Faults()
	confirm := prepare(t, admin, "Covers off")
	faults.Fail("messages.sendMessage", 500, "INTERNAL", 30)
	faults.LoseAnswers("messages.sendMessage", 3)
	tapOn(t, admin, confirm, "Send to")
	done := await(t, admin, ": done\n« Covers off")
	if strings.Contains(done.Message, "Failed") {
		t.Errorf("the figures are %q", done.Message)
	}
	wantOnce(t, s, people, "Covers off")
}
