package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

// chaosSize is the number of people and of kills: few in an ordinary run; `make chaos-broadcast` asks for 10,000 and 50.
func chaosSize(t *testing.T) (people, kills int) {
	t.Helper()
	people, kills = 2000, 10
	if size := os.Getenv("PAVILION_BROADCAST_CHAOS"); size != "" {
		a, b, _ := strings.Cut(size, "/")
		var err, err2 error
		people, err = strconv.Atoi(a)
		kills, err2 = strconv.Atoi(b)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
	}
	return people, kills
}

func TestBroadcast_KilledAtRandomPointsReachesEverybodyExactlyOnce(t *testing.T) {
	t.Parallel()
	s, admin, _ := scene(t, sandbox.Options{Env: lowLimits})
	size, kills := chaosSize(t)
	people, db := audience(t, s, size), postgres(t, s)
	const text = "The nets open on Saturday"
	tapOn(t, admin, prepare(t, admin, text), "Send to")
	sent := func() int { return s.DC.Faults().Calls("messages.sendMessage") }
	killed := 0
	for range kills {
		var got int // by people, so that the kills that are left find somebody to send to
		if err := db.QueryRow(t.Context(), "SELECT count(*) FROM broadcast_delivery").Scan(&got); err != nil {
			t.Fatal(err)
		}
		at := sent() + 1 + rand.IntN(max(1, (size-got)/(kills-killed)*9/10))
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		err := s.DC.Faults().WaitCalls(ctx, "messages.sendMessage", at)
		cancel()
		if err != nil {
			t.Fatalf("kill %d: %v", killed+1, err)
		}
		s.Bot.Kill()
		killed++
		restart(t, s, db)
	}
	await(t, admin, ": done")
	var reached, rows int
	err := db.QueryRow(t.Context(), "SELECT (SELECT sum(reached) FROM broadcast), (SELECT count(*) FROM broadcast_delivery)").Scan(&reached, &rows)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d people, %d kills, %d calls of messages.sendMessage", size, killed, sent())
	wantOnce(t, s, people, text)
	// The members and the admin of the scene belong to the audience too, once they have talked to the bot.
	if reached < size || reached != rows {
		t.Errorf("%d people are counted as reached, %d rows are stored", reached, rows)
	}
}

func TestBroadcast_AnswersAndBookingNotificationsStayFastBesideIt(t *testing.T) {
	t.Parallel()
	n := netsScene(t, "bot,http,worker", "Net 1") // with Telegram's real limits
	n.ready(t)
	s, admin := n.Scene, connect(t, n.Scene, n.Admin)
	member, zoya := n.greeted(t, s.Members[0]), n.greeted(t, s.Members[1])
	people, books := audience(t, s, 280), n.open(t, s.Members[1])
	s.DC.Faults().LimitAccounts(150, 5*time.Second)
	tapOn(t, admin, prepare(t, admin, "Rain stopped play"), "Send to")
	begun := time.Now()
	var answered, told []time.Duration
	first, ctx := s.DC.Faults().Calls("messages.sendMessage"), t.Context()
	for i := 1; i <= 6; i++ {
		if err := s.DC.Faults().WaitCalls(ctx, "messages.sendMessage", first+i*40); err != nil { // well within the broadcast
			t.Fatal(err)
		}
		if i%2 == 1 {
			query := fmt.Sprint("no such film ", i)
			asked := time.Now()
			say(t, member, query)
			await(t, member, query)
			answered = append(answered, time.Since(asked))
			continue
		}
		n.book(t, books, n.slot(two(8+i)+":00", two(9+i)+":00"), true)
		booked := time.Now()
		await(t, zoya, "Booked: Net 1\n"+n.when(two(8+i)+":00–"+two(9+i)+":00"))
		told = append(told, time.Since(booked))
	}
	await(t, admin, ": done")
	t.Logf("%d people in %s, answers after %s, notifications after %s, %d floods", len(people), time.Since(begun), answered, told, s.DC.Faults().AccountFloods())
	wantOnce(t, s, people, "Rain stopped play")
	// Other tests load the machine, so the best of three counts. Behind the broadcast the last would wait for its 80 messages, 30 a second.
	if limit := 2 * time.Second; slices.Min(answered) > limit || slices.Min(told) > limit {
		t.Errorf("beside the broadcast answers took %s and notifications %s, more than %s", answered, told, limit)
	}
}

func TestBroadcast_APoolThatIsDownParksOnlyItsPeople(t *testing.T) {
	t.Parallel()
	s, admin, _ := scene(t, sandbox.Options{Env: lowLimits})
	people := audience(t, s, 200)
	s.Engines.StopMongo(1)
	const text = "Tea is at four"
	confirm := prepare(t, admin, text)
	if !strings.Contains(confirm.Message, "does not answer; its people are not counted") {
		t.Errorf("the numbers are %q", confirm.Message)
	}
	tapOn(t, admin, confirm, "Send to")
	m := await(t, admin, "Its people get the message when it does")
	if !strings.Contains(m.Message, ": running") {
		t.Errorf("it is %q", m.Message)
	}
	for i, p := range people {
		if n := copies(t, s, p, text); n != (i+1)%2 {
			t.Fatalf("person %d of pool %d got it %d times", i, i%2+1, n)
		}
	}
	if err := s.Engines.StartMongo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	await(t, admin, ": done")
	wantOnce(t, s, people, text)
}

func TestBroadcast_FilesButtonsOptOutAndUnsend(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	w := s.DC.World()
	say(t, member, "/id")
	await(t, member, strconv.FormatInt(s.Members[0].ID, 10))
	gone := connect(t, s, s.Members[1])
	say(t, gone, "/id")
	await(t, gone, strconv.FormatInt(s.Members[1].ID, 10))
	file, err := w.PostFile(s.Admin.ID, world.UserPeer(s.BotID), world.FileSpec{Kind: world.FileVideo, Name: "final.mp4", Size: 1 << 20, Caption: "The final"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reply(s.Admin.ID, world.UserPeer(s.BotID), file.Message, "/broadcast"); err != nil {
		t.Fatal(err)
	}
	panel := await(t, admin, ": draft\n📎 1 file The final")
	tapOn(t, admin, panel, "Buttons")
	await(t, admin, "one button on each line")
	say(t, admin, "Scorecard https://example.org/final")
	tapOn(t, admin, await(t, admin, "Buttons: 1"), "Pin it")
	panel = await(t, admin, "Pinned in each chat")
	tapOn(t, admin, panel, "Preview")
	if err := w.DeleteMessages(s.Admin.ID, world.UserPeer(s.BotID), file.Message); err != nil { // the content is stored
		t.Fatal(err)
	}
	panel = await(t, admin, ": ready")
	tapOn(t, admin, panel, "Numbers")
	confirm := await(t, admin, "would get it:")
	w.ExpireReferences(file.File) // the preview still leads to a fresh one
	if err := w.Block(s.Members[1].ID, s.BotID, true); err != nil {
		t.Fatal(err)
	}
	tapOn(t, admin, confirm, "Send to")
	got := await(t, member, "The final")
	if text := buttons(got); !strings.Contains(text, "Scorecard") || !strings.Contains(text, "No more of these") {
		t.Errorf("buttons %q", text)
	}
	panel = await(t, admin, ": done")
	if list := historyOf(t, w, member.ID, world.UserPeer(s.BotID)); !slices.ContainsFunc(list, func(m *tg.Message) bool { return m.Pinned && m.Message == "The final" }) {
		t.Error("the message is not pinned")
	}
	tapOn(t, member, got, "No more of these")
	await(t, member, "you get no more messages like this")
	await(t, admin, "Want no more messages: 1")

	tapOn(t, admin, panel, "Edit for all")
	await(t, admin, "Send the new text")
	say(t, admin, "The final, in full")
	await(t, member, "The final, in full")
	panel = await(t, admin, "Sent messages changed")
	tapOn(t, admin, panel, "Delete for all")
	tapOn(t, admin, await(t, admin, "in everybody's chat?"), "Yes")
	await(t, admin, "Sent messages deleted")
	if n := copies(t, s, s.Members[0], "The final, in full"); n != 0 {
		t.Errorf("the member still has %d copies", n)
	}
	// The next one leaves out who opted out and who is gone.
	confirm = prepare(t, admin, "Second")
	if !strings.Contains(confirm.Message, "Left out, because they want no messages: 1") || !strings.Contains(confirm.Message, "1 person would get it") {
		t.Errorf("the numbers are %q", confirm.Message)
	}
	execute(t, s, fmt.Sprintf(`INSERT INTO broadcast_opt_out (person, broadcast) VALUES (%d, 0)`, s.Admin.ID))
	if answer := tap(t, admin, confirm, "Send to"); !answer.Alert || !strings.Contains(answer.Message, "Nobody would get this message") {
		t.Errorf("to nobody: %+v", answer)
	}
}

// The author is removed from the settings while the bot is down. The broadcasts behind it wait for their turn.
func TestBroadcast_PausesWhenItsAuthorIsNoAdminAnyMoreAndASecondQueues(t *testing.T) {
	t.Parallel()
	s, admin, _ := scene(t, sandbox.Options{}) // Telegram's real limits
	people, db := audience(t, s, 280), postgres(t, s)
	state := func(id int) (state, reason string) {
		t.Helper()
		if err := db.QueryRow(t.Context(), `SELECT state, pause_reason FROM broadcast WHERE id = $1`, id).Scan(&state, &reason); err != nil {
			t.Fatal(err)
		}
		return state, reason
	}
	admins := s.Env("PAVILION_ADMINS")
	as := func(list string) {
		t.Helper()
		s.Bot.Kill()
		s.SetEnv("PAVILION_ADMINS", list)
		restart(t, s, db)
	}
	tapOn(t, admin, prepare(t, admin, "First innings"), "Send to")
	tapOn(t, admin, prepare(t, admin, "Second innings"), "Send to")
	await(t, admin, "Broadcast 2: waiting")
	as(strconv.FormatInt(s.Members[0].ID, 10))
	until(t, "it is paused", func() bool { now, why := state(1); return now == "paused" && why == "not_admin" })
	until(t, "the second is paused too", func() bool { now, why := state(2); return now == "paused" && why == "not_admin" })
	for _, p := range people {
		if n := copies(t, s, p, "Second innings"); n != 0 {
			t.Fatal("the second broadcast reached somebody")
		}
	}
	as(admins)
	tapOn(t, admin, await(t, admin, "Broadcast 1: paused"), "Resume")
	await(t, admin, "Broadcast 1: done")
	wantOnce(t, s, people, "First innings")
}

func TestBroadcast_GoesToThePremiumMembersOnly(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	people := audience(t, s, 20)
	say(t, member, "/id")
	await(t, member, strconv.FormatInt(member.ID, 10))
	say(t, admin, "/premium add 30 100 500 Gold")
	await(t, admin, "1. Gold")
	for _, person := range []int64{member.ID, people[7].ID} {
		say(t, admin, fmt.Sprintf("/premium %d 1 30", person))
		await(t, admin, strconv.FormatInt(person, 10))
	}
	confirm := prepareFor(t, admin, "For Gold", "people with premium")
	if !strings.Contains(confirm.Message, "2 people would get it") {
		t.Errorf("the numbers are %q", confirm.Message)
	}
	tapOn(t, admin, confirm, "Send to 2")
	await(t, admin, ": done")
	await(t, member, "For Gold")
	for i, p := range people {
		if n := copies(t, s, p, "For Gold"); (n == 1) != (i == 7) {
			t.Errorf("person %d got it %d times", i, n)
		}
	}
}

func TestBroadcast_TheChoiceInSettingsIsHonouredUntilItIsTakenBack(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	people := audience(t, s, 2)
	say(t, member, "/settings")
	screen := await(t, member, "You get the club's messages to everybody")
	tapOn(t, member, screen, "No messages to everybody")
	screen = await(t, member, "You get no messages to everybody")
	tapOn(t, admin, prepare(t, admin, "First"), "Send to")
	await(t, admin, ": done\n« First")
	wantOnce(t, s, people, "First")
	if n := copies(t, s, s.Members[0], "First"); n != 0 {
		t.Errorf("the member who wants none got %d", n)
	}
	tapOn(t, member, screen, "Messages to everybody, please")
	await(t, member, "You get the club's messages to everybody")
	tapOn(t, admin, prepare(t, admin, "Second"), "Send to")
	await(t, admin, ": done\n« Second")
	await(t, member, "Second")
}

func TestBroadcast_AlbumsAndForwardsGetTheirButtonsInASecondMessage(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	w := s.DC.World()
	say(t, member, "/id")
	await(t, member, strconv.FormatInt(s.Members[0].ID, 10))
	say(t, admin, "/broadcast")
	await(t, admin, "Send me the message")
	if _, err := w.PostFiles(s.Admin.ID, world.UserPeer(s.BotID), []world.FileSpec{
		{Kind: world.FileVideo, Name: "one.mp4", Size: 1, Caption: "Both innings", Album: 1}, {Kind: world.FileVideo, Name: "two.mp4", Size: 1, Album: 1},
	}); err != nil {
		t.Fatal(err)
	}
	panel := await(t, admin, ": draft\n📎 2 files Both innings")
	for range 2 { // copied, then forwarded
		tapOn(t, admin, panel, "Preview")
		tapOn(t, admin, await(t, admin, ": ready"), "Numbers")
		tapOn(t, admin, await(t, admin, "would get it:"), "Send to")
		await(t, admin, ": done")
		list, err := w.History(s.Members[0].ID, world.UserPeer(s.BotID))
		if err != nil {
			t.Fatal(err)
		}
		last := list[len(list)-3:]
		if last[0].GroupedID == 0 || last[0].GroupedID != last[1].GroupedID || !strings.Contains(buttons(last[2]), "No more of these") {
			t.Fatalf("the last three messages are %+v", last)
		}
		if _, err := w.Reply(s.Admin.ID, world.UserPeer(s.BotID), firstFile(t, s), "/broadcast"); err != nil {
			t.Fatal(err)
		}
		panel = await(t, admin, ": draft\n📎 2 files Both innings")
		tapOn(t, admin, panel, "Forward")
		panel = await(t, admin, "Forwarded, with its author's name")
	}
}

// Telegram does not tell the ids of an album that an earlier try has sent. The message with the buttons behind it is no part of the album.
func TestBroadcast_AnAlbumWhoseIdsTelegramDidNotTellIsEditedAndUnsent(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	w, faults := s.DC.World(), s.DC.Faults()
	say(t, member, "/id")
	await(t, member, strconv.FormatInt(s.Members[0].ID, 10))
	say(t, admin, "/broadcast")
	await(t, admin, "Send me the message")
	if _, err := w.PostFiles(s.Admin.ID, world.UserPeer(s.BotID), []world.FileSpec{
		{Kind: world.FileVideo, Name: "one.mp4", Size: 1, Caption: "Both innings", Album: 1}, {Kind: world.FileVideo, Name: "two.mp4", Size: 1, Album: 1},
	}); err != nil {
		t.Fatal(err)
	}
	tapOn(t, admin, await(t, admin, ": draft\n📎 2 files Both innings"), "To whom")
	tapOn(t, admin, await(t, admin, "Who gets the message?"), "List…")
	await(t, admin, "Send a text file with one Telegram user id")
	say(t, admin, strconv.FormatInt(s.Members[0].ID, 10)) // a fault concerns calls for all chats
	tapOn(t, admin, await(t, admin, "To: list"), "Preview")
	tapOn(t, admin, await(t, admin, ": ready"), "Numbers")
	confirm := await(t, admin, "would get it:")

	const method = "messages.sendMultiMedia"
	before := faults.Calls(method)
	faults.Delay(method, time.Second/2, 1) // so that the second call finds its error
	faults.LoseAnswers(method, 1)
	tapOn(t, admin, confirm, "Send to")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := faults.WaitCalls(ctx, method, before+1); err != nil {
		t.Fatal(err)
	}
	faults.Fail(method, 500, "RANDOM_ID_DUPLICATE", 1)
	panel := await(t, admin, ": done")
	got := func() (texts []string) {
		for _, m := range historyOf(t, w, s.Members[0].ID, world.UserPeer(s.BotID)) {
			if m.GroupedID != 0 || strings.Contains(buttons(m), "No more of these") {
				texts = append(texts, fileName(m)+":"+m.Message)
			}
		}
		return texts
	}
	if list := got(); len(list) != 3 || list[0] != "one.mp4:Both innings" {
		t.Fatalf("the member has %q", list)
	}
	follows := got()[2]
	tapOn(t, admin, panel, "Edit for all")
	await(t, admin, "Send the new text")
	say(t, admin, "Three innings")
	panel = await(t, admin, "Sent messages changed:")
	if list := got(); len(list) != 3 || list[0] != "one.mp4:Three innings" || list[1] != "two.mp4:" || list[2] != follows {
		t.Errorf("after the edit the member has %q", list)
	}
	tapOn(t, admin, panel, "Delete for all")
	tapOn(t, admin, await(t, admin, "in everybody's chat?"), "Yes")
	await(t, admin, "Sent messages deleted:")
	if list := got(); len(list) != 0 {
		t.Errorf("after the unsend the member has %q", list)
	}
}

// firstFile is the admin's first message to the bot that has a file.
func firstFile(t *testing.T, s *sandbox.Scene) int {
	t.Helper()
	list, err := s.DC.World().History(s.Admin.ID, world.UserPeer(s.BotID))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		if m.Out && m.Media != nil {
			return m.ID
		}
	}
	t.Fatal("the admin has sent no file")
	return 0
}

// Nobody has a booking, so the message goes to everybody. It is deleted again after an hour.
func TestBroadcast_ToNobodyIsRefusedAndAShortOneIsDeletedAgain(t *testing.T) {
	t.Parallel()
	s, admin, _ := scene(t, sandbox.Options{Env: lowLimits})
	people := audience(t, s, 3)
	say(t, admin, "/broadcast")
	await(t, admin, "Send me the message")
	say(t, admin, "Rain today")
	tapOn(t, admin, await(t, admin, ": draft\n« Rain today"), "To whom")
	tapOn(t, admin, await(t, admin, "Who gets the message?"), "With a booking")
	await(t, admin, "With a booking on which days?")
	say(t, admin, "2026-12-01 2026-12-07")
	tapOn(t, admin, await(t, admin, "To: people with a booking"), "Preview")
	tapOn(t, admin, await(t, admin, ": ready\n« Rain today"), "Numbers")
	panel := await(t, admin, "0 people would get it")
	if list := buttons(panel); strings.Contains(list, "Send") {
		t.Errorf("a message to nobody has the buttons %s", list)
	}
	tapOn(t, admin, panel, "Back")
	tapOn(t, admin, await(t, admin, ": ready\n« Rain today"), "To whom")
	tapOn(t, admin, await(t, admin, "Who gets the message?"), "everybody")
	tapOn(t, admin, await(t, admin, "To: everybody"), "Delete again")
	tapOn(t, admin, await(t, admin, "How long do the messages stay?"), "1 hour")
	tapOn(t, admin, await(t, admin, "Deleted after 1 hour"), "Numbers")
	tapOn(t, admin, await(t, admin, "would get it:"), "Send to")
	await(t, admin, ": done\n« Rain today")
	wantOnce(t, s, people, "Rain today")
	execute(t, s, `UPDATE broadcast_delivery SET delete_at = now()`)
	until(t, "the messages are deleted", func() bool {
		return !slices.ContainsFunc(people, func(p world.User) bool { return copies(t, s, p, "Rain today") > 0 })
	})
}
