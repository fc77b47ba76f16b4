package e2e_test

import (
	"context"
	"fmt"
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

func TestProtection_OfTheClubAndARestrictedSourceIsToldAndNotRetried(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	say(t, admin, "/delivery")
	settings := await(t, admin, "📦 Deliveries")
	tap(t, admin, settings, "Protected")
	tap(t, admin, settings, "Set the caption")
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
