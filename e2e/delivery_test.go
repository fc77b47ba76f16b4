package e2e_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// filesOf counts the files in the chat with the bot by name.
func filesOf(t *testing.T, u *driver.User) (byName map[string]int, messages []*tg.Message) {
	t.Helper()
	all, err := u.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	byName = map[string]int{}
	for _, m := range all {
		if name := fileName(m); name != "" && !m.Out {
			byName[name]++
			messages = append(messages, m)
		}
	}
	return byName, messages
}

// awaitFiles waits until a number of files has arrived.
func awaitFiles(t *testing.T, u *driver.User, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := u.Await(ctx, sandbox.BotName, func(*tg.Message) bool {
		_, messages := filesOf(t, u)
		return len(messages) >= n
	}); err != nil {
		t.Fatalf("%d files: %v", n, err)
	}
}

// postWithAlbums posts 60 files: two albums of ten among forty single files.
func postWithAlbums(t *testing.T, s *sandbox.Scene) (names []string) {
	t.Helper()
	var specs []world.FileSpec
	for i := range 60 {
		spec := world.FileSpec{Kind: world.FileVideo, Name: fmt.Sprintf("Golden.River.S01E%02d.mkv", i+1), Size: 1 << 20}
		switch {
		case i >= 15 && i < 25:
			spec.Album = 1
		case i >= 40 && i < 50:
			spec.Album = 2
		}
		specs, names = append(specs, spec), append(names, spec.Name)
	}
	if _, err := s.Post(s.Channel, specs...); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestSendAll_SixtyFilesWithAlbumsThroughFiveKillsComeOnce(t *testing.T) {
	t.Parallel()
	env := map[string]string{"PAVILION_SEND_PER_SECOND": "1000", "PAVILION_SEND_PER_CHAT": "8", "PAVILION_SEND_PER_GROUP": "60000"}
	s, _, member := scene(t, sandbox.Options{Env: env})
	names := postWithAlbums(t, s)
	tap(t, member, found(t, member, "golden river", "60 files"), "Send all 60")
	await(t, member, "of 60 sent")
	for kill := range 5 {
		awaitFiles(t, member, 8*(kill+1))
		s.Bot.Kill()
		startBot(t, s)
	}
	await(t, member, "60 files sent")
	byName, messages := filesOf(t, member)
	for _, name := range names {
		if byName[name] != 1 {
			t.Errorf("%s came %d times", name, byName[name])
		}
	}
	albums := map[int64]int{}
	for _, m := range messages {
		if id, ok := m.GetGroupedID(); ok {
			albums[id]++
		}
	}
	if len(albums) != 2 {
		t.Errorf("%d albums came", len(albums))
	}
	for _, n := range albums {
		if n != 10 {
			t.Errorf("an album of %d files", n)
		}
	}
	if all, err := member.Messages(t.Context(), sandbox.BotName); err != nil {
		t.Error(err)
	} else {
		for _, m := range all {
			if strings.Contains(m.Message, "sent…") {
				t.Errorf("a progress message is left: %q", m.Message)
			}
		}
	}
}

func TestSendAll_IsCancelledAndOnlyOneRunsAtATime(t *testing.T) {
	t.Parallel()
	env := map[string]string{"PAVILION_SEND_PER_SECOND": "1000", "PAVILION_SEND_PER_CHAT": "2", "PAVILION_SEND_PER_GROUP": "60000"}
	s, _, member := scene(t, sandbox.Options{Env: env})
	postWithAlbums(t, s)
	m := found(t, member, "golden river", "60 files")
	tap(t, member, m, "Send these 8")
	await(t, member, "8 files sent")
	tap(t, member, m, "Send all 60")
	progress := await(t, member, "of 60 sent")
	answer, err := member.Tap(t.Context(), sandbox.BotName, m, "Send all 60")
	if err != nil || !strings.Contains(answer.Message, "still sending") {
		t.Errorf("a second delivery at the same time: %+v, %v", answer, err)
	}
	tap(t, member, progress, "Cancel")
	await(t, member, "Cancelled")
	if _, messages := filesOf(t, member); len(messages) >= 68 {
		t.Errorf("%d files came after the delivery was cancelled", len(messages))
	}
}

var startPayload = regexp.MustCompile(`\?start=([A-Za-z0-9_-]+)`)

func payloadIn(t *testing.T, m *tg.Message) string {
	t.Helper()
	match := startPayload.FindStringSubmatch(m.Message)
	if match == nil {
		t.Fatalf("no link in %q", m.Message)
	}
	return match[1]
}

// linkTo makes a link to a file of a search as the admin, and returns the message that has it.
func linkTo(t *testing.T, admin *driver.User, query, name string) *tg.Message {
	t.Helper()
	tap(t, admin, found(t, admin, query, "1 file"), name)
	file := received(t, admin, name)
	if err := admin.Reply(t.Context(), sandbox.BotName, file.ID, "/link"); err != nil {
		t.Fatal(err)
	}
	return await(t, admin, "?start=")
}

// flipped is a link payload with one bit changed.
func flipped(t *testing.T, payload string, bit int) string {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		t.Fatal(err)
	}
	data[bit/8] ^= 1 << (bit % 8)
	return base64.RawURLEncoding.EncodeToString(data)
}

func TestLink_ToAFileIsOpenedAndAFlippedBitIsNotValid(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	link := linkTo(t, admin, "golden river", "Golden.River.2014.mkv")
	payload := payloadIn(t, link)
	for bit := range 24 * 8 {
		if bit%37 != 0 { // a few are enough here; TestLink_OneFlippedBitIsNotValid tries all
			continue
		}
		say(t, member, "/start "+flipped(t, payload, bit))
		await(t, member, "link is not valid")
		forget(t, member)
	}
	say(t, member, "/start "+payload)
	received(t, member, "Golden.River.2014.mkv")
	forget(t, member)

	tap(t, admin, link, "Set limits")
	limited := await(t, admin, "Opened by 0 people")
	tap(t, admin, limited, "Premium only")
	limited = await(t, admin, "Opened by 0 people")
	row := payloadIn(t, limited)
	say(t, member, "/start "+row)
	await(t, member, "for premium members")
	tap(t, admin, limited, "Premium only")
	await(t, admin, "Opened by 0 people")
	say(t, member, "/start "+row)
	received(t, member, "Golden.River.2014.mkv")
	say(t, admin, "/links")
	list := await(t, admin, "Your links")
	tap(t, admin, list, "Golden.River.2014.mkv")
	tap(t, admin, await(t, admin, "Opened by 1 person"), "Take it back")
	await(t, admin, "Taken back")
	say(t, member, "/start "+row)
	await(t, member, "was taken back")

	say(t, member, "/link")
	await(t, member, "Only the club's admins make links")
}

func TestLink_ToPostsIsMadeByForwardingAndEndsWithItsChannel(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	posted := post(t, s, "Golden.01.mkv", "Golden.02.mkv", "Golden.03.mkv", "Golden.04.mkv")
	found(t, admin, "golden", "4 files")
	if err := s.DC.World().DeleteMessages(s.Admin.ID, world.ChannelPeer(s.Channel), posted[1].Message); err != nil {
		t.Fatal(err)
	}
	say(t, admin, "/link")
	await(t, admin, "Forward me the first post")
	if err := admin.Forward(t.Context(), sandbox.ChannelName, posted[3].Message, sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	await(t, admin, "forward me the last post")
	if err := admin.Forward(t.Context(), sandbox.ChannelName, posted[0].Message, sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	payload := payloadIn(t, await(t, admin, "?start="))
	say(t, member, "/start "+payload)
	if m := await(t, member, "3 files sent"); !strings.Contains(m.Message, "1 is gone from its channel") {
		t.Errorf("a deleted post is not counted: %q", m.Message)
	}
	if byName, _ := filesOf(t, member); byName["Golden.01.mkv"] != 1 || byName["Golden.03.mkv"] != 1 || byName["Golden.04.mkv"] != 1 || len(byName) != 3 {
		t.Errorf("%v", byName)
	}
	forget(t, member)
	say(t, admin, "/channels")
	tap(t, admin, await(t, admin, "Indexed channels"), "🗑")
	tap(t, admin, await(t, admin, "Remove Riverside Archive?"), "Remove")
	found(t, member, "golden", "Nothing found")
	say(t, member, "/start "+payload)
	await(t, member, "not in the archive any more")
}

func TestLink_RacedByTwentyPeopleWithFiveUsesDeliversFive(t *testing.T) {
	t.Parallel()
	s, admin, _ := scene(t, sandbox.Options{Env: lowLimits})
	w := s.DC.World()
	post(t, s, "Golden.River.2014.mkv")
	tap(t, admin, linkTo(t, admin, "golden river", "Golden.River.2014.mkv"), "Set limits")
	tap(t, admin, await(t, admin, "Opened by 0 people"), "5")
	row := payloadIn(t, await(t, admin, "Opened by 0 of 5 people"))
	var guests []world.User
	for i := range 20 {
		guest, err := w.AddUser(fmt.Sprintf("99966300%02d", i), fmt.Sprint("Guest ", i), "", "", "en")
		if err != nil {
			t.Fatal(err)
		}
		guests = append(guests, guest)
	}
	for _, g := range guests {
		if _, err := w.SendText(g.ID, world.UserPeer(s.BotID), "/start "+row); err != nil {
			t.Fatal(err)
		}
	}
	delivered, refused := 0, 0
	for _, g := range guests {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		m, err := w.WaitMessage(ctx, g.ID, func(chat world.Peer, m *tg.Message) bool { return chat == world.UserPeer(s.BotID) && !m.Out })
		cancel()
		switch {
		case err != nil:
			t.Fatal(err)
		case fileName(m) != "":
			delivered++
		case strings.Contains(m.Message, "As many people"):
			refused++
		default:
			t.Errorf("%q", m.Message)
		}
	}
	if delivered != 5 || refused != 15 {
		t.Errorf("%d people got the file, %d were refused", delivered, refused)
	}
}

// execute runs a statement in the bot's database.
func execute(t *testing.T, s *sandbox.Scene, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.Engines.PostgresURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // the statement's own error counts
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// deleteAfterTenMinutes sets deliveries that delete themselves.
func deleteAfterTenMinutes(t *testing.T, admin *driver.User) {
	t.Helper()
	say(t, admin, "/delivery")
	tap(t, admin, await(t, admin, "📦 Deliveries"), "10 minutes")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := admin.Await(ctx, sandbox.BotName, func(m *tg.Message) bool { return strings.Contains(buttons(m), "✓ 🗑 10 minutes") }); err != nil {
		t.Fatal(err)
	}
}

func TestDeletion_DueWhileTheBotWasDownHappensAfterTheRestart(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	deleteAfterTenMinutes(t, admin)
	tap(t, member, found(t, member, "golden river", "1 file"), "Golden")
	received(t, member, "Golden.River.2014.mkv")
	await(t, member, "I delete this again in 10 minutes")
	s.Bot.Kill()
	execute(t, s, `UPDATE delivery_deletion SET delete_at = now()`)
	startBot(t, s)
	gone := await(t, member, "Deleted, as announced")
	until(t, "the file is gone", func() bool {
		byName, _ := filesOf(t, member)
		return len(byName) == 0
	})
	tap(t, member, gone, "Get it again")
	received(t, member, "Golden.River.2014.mkv")
	await(t, member, "I delete this again in 10 minutes")

	// What Telegram does not let the bot delete is done with too.
	calls := s.DC.Faults().Calls("messages.deleteMessages")
	s.DC.Faults().Fail("messages.deleteMessages", 403, "MESSAGE_DELETE_FORBIDDEN", 1)
	execute(t, s, `UPDATE delivery_deletion SET delete_at = now()`)
	db := postgres(t, s)
	until(t, "the deletion is given up", func() bool {
		var due int
		return db.QueryRow(t.Context(), `SELECT count(*) FROM delivery_deletion`).Scan(&due) == nil && due == 0
	})
	if n := s.DC.Faults().Calls("messages.deleteMessages") - calls; n != 1 {
		t.Errorf("%d calls: a deletion that Telegram forbids is tried again", n)
	}
}

func TestDeletion_AfterFortyEightHoursIsGivenUp(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	deleteAfterTenMinutes(t, admin)
	tap(t, member, found(t, member, "golden river", "1 file"), "Golden")
	received(t, member, "Golden.River.2014.mkv")
	await(t, member, "I delete this again in 10 minutes")
	s.Bot.Kill()
	execute(t, s, `UPDATE delivery_deletion SET sent_at = now() - interval '49 hours', delete_at = now() - interval '48 hours'`)
	startBot(t, s)
	await(t, member, "Deleted, as announced")
	if byName, _ := filesOf(t, member); byName["Golden.River.2014.mkv"] != 1 {
		t.Errorf("the file is deleted: %v", byName)
	}
	if !strings.Contains(s.Bot.Log(), "Telegram allows it for 48 hours") {
		t.Error("the log does not say so")
	}
}

func TestProtection_OfTheClubAndARestrictedSourceIsToldAndNotRetried(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	say(t, admin, "/delivery")
	settings := await(t, admin, "📦 Deliveries")
	tap(t, admin, settings, "Protected")
	say(t, admin, "/delivery")
	tap(t, admin, await(t, admin, "📦 Deliveries"), "Set the caption")
	await(t, admin, "Send me the caption")
	say(t, admin, "🎬 {name} ({size})\n{caption}")
	await(t, admin, "Caption: 🎬 {name}")
	m := found(t, member, "golden river", "1 file")
	tap(t, member, m, "Golden")
	file := received(t, member, "Golden.River.2014.mkv")
	if !file.Noforwards {
		t.Error("the file came without the club's protection")
	}
	if want := "🎬 Golden.River.2014.mkv (1.0 GB)\nabout Golden.River.2014.mkv"; file.Message != want {
		t.Errorf("caption %q, want %q", file.Message, want)
	}
	forget(t, member)
	m = found(t, member, "golden river", "1 file")
	before := s.DC.Faults().Calls("messages.sendMedia")
	s.DC.Faults().Fail("messages.sendMedia", 400, "CHAT_FORWARDS_RESTRICTED", 10)
	tap(t, member, m, "Golden")
	await(t, member, "does not let its files be sent on")
	await(t, admin, "Riverside Archive does not let its files be sent on")
	if n := s.DC.Faults().Calls("messages.sendMedia") - before; n != 1 {
		t.Errorf("the file was sent %d times", n)
	}
}

func TestSendAll_KeepsToTheDailyQuota(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.01.mkv", "Golden.02.mkv", "Golden.03.mkv", "Golden.04.mkv", "Golden.05.mkv")
	say(t, admin, "/limits files 3")
	await(t, admin, "3")
	tap(t, member, found(t, member, "golden", "5 files"), "Send these 5")
	if m := await(t, member, "3 files sent"); !strings.Contains(m.Message, "2 were over your daily limit") {
		t.Errorf("%q", m.Message)
	}
	byName, messages := filesOf(t, member)
	if len(messages) != 3 {
		t.Errorf("%d files came", len(messages))
	}
	setLimit(t, admin, "files", 2) // below what is used
	say(t, member, "/quota")
	await(t, member, "You can get 0 more of 2 files today.")
	for _, n := range []string{"01", "05"} { // one of them came, and is free
		answer := tap(t, member, found(t, member, "golden "+n, "1 file"), "Golden."+n)
		if refused := strings.Contains(answer.Message, "You have had 2 files today"); refused == (byName["Golden."+n+".mkv"] == 1) {
			t.Errorf("%s above the lowered limit: %q", n, answer.Message)
		}
	}
}

// Midnight comes, and the person blocks the bot, while files are sent.
func TestSendAll_ABlockMidwayReturnsTheRestToTheDayReserved(t *testing.T) {
	t.Parallel()
	env := map[string]string{"PAVILION_SEND_PER_SECOND": "1000", "PAVILION_SEND_PER_CHAT": "8", "PAVILION_SEND_PER_GROUP": "60000"}
	s, admin, member := scene(t, sandbox.Options{Env: env})
	db := postgres(t, s)
	count := func(sql string, args ...any) (n int) {
		t.Helper()
		if err := db.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	postWithAlbums(t, s)
	setLimit(t, admin, "files", 90)
	tap(t, member, found(t, member, "golden river", "60 files"), "Send all 60")
	awaitFiles(t, member, 14)
	execute(t, s, `WITH d AS (UPDATE quota_day SET day = day - 1) UPDATE quota_reservation SET day = day - 1`) // midnight
	if err := s.DC.World().Block(s.Members[0].ID, s.BotID, true); err != nil {
		t.Fatal(err)
	}
	until(t, "the delivery has ended", func() bool {
		return count(`SELECT count(*) FROM delivery_job WHERE state = 'failed' AND reason = 'blocked'`) == 1 && count(`SELECT count(*) FROM quota_reservation`) == 0
	})
	byName, messages := filesOf(t, member)
	if len(byName) != len(messages) || len(messages) < 14 || len(messages) == 60 {
		t.Errorf("%d files came %d times", len(byName), len(messages))
	}
	const used = `SELECT coalesce(sum(used), 0) FROM quota_day WHERE person = $1 AND (day = (SELECT min(day) FROM quota_day)) = $2`
	if before, after := count(used, s.Members[0].ID, true), count(used, s.Members[0].ID, false); before != len(messages) || after != 0 {
		t.Errorf("%d files came, the day of the reservation counts %d, the next one %d", len(messages), before, after)
	}
}
