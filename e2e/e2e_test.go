package e2e_test

import (
	"cmp"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// scene opens a scene with a running bot that indexes the archive channel, and connects its admin and first member.
func scene(t *testing.T, o sandbox.Options) (s *sandbox.Scene, admin, member *driver.User) {
	t.Helper()
	o.Binary = cmp.Or(o.Binary, binary)
	s, err := sandbox.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() && s.Bot != nil { // after the end, whose log may have what the race detector found
			t.Logf("the bot's log:\n%s", tail(s.Bot.Log()))
		}
	})
	startBot(t, s)
	if err := s.LiftLimits(t.Context()); err != nil {
		t.Fatal(err)
	}
	admin, member = connect(t, s, s.Admin), connect(t, s, s.Members[0])
	say(t, admin, "/channels add @"+sandbox.ChannelName)
	await(t, admin, "is indexed")
	return s, admin, member
}

func tail(log string) string { return log[max(0, len(log)-6000):] }

func startBot(t *testing.T, s *sandbox.Scene) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.StartBot(ctx); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, s *sandbox.Scene, u world.User) *driver.User {
	t.Helper()
	d, err := s.Connect(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func say(t *testing.T, u *driver.User, text string) {
	t.Helper()
	if err := u.Send(t.Context(), sandbox.BotName, text); err != nil {
		t.Fatal(err)
	}
}

// patience bounds a hang. It is long, because tests share a small machine with others.
const patience = 3 * time.Minute

// await returns the newest message from the bot that contains a text.
func await(t *testing.T, u *driver.User, part string) *tg.Message {
	t.Helper()
	return awaitIn(t, u, sandbox.BotName, part)
}

func awaitIn(t *testing.T, u *driver.User, chat, part string) *tg.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := u.Await(ctx, chat, func(m *tg.Message) bool { return !m.Out && strings.Contains(m.Message, part) })
	if err != nil {
		t.Fatalf("%q: %v", part, err)
	}
	return m
}

// ask searches and returns the results message.
func ask(t *testing.T, u *driver.User, query string) *tg.Message {
	t.Helper()
	say(t, u, query)
	return await(t, u, "🔎 "+query+"\n")
}

func post(t *testing.T, s *sandbox.Scene, names ...string) []world.Posted {
	t.Helper()
	specs := make([]world.FileSpec, len(names))
	for i, n := range names {
		specs[i] = world.FileSpec{Kind: world.FileVideo, Name: n, Size: 1 << 30, Caption: "about " + n}
	}
	posted, err := s.Post(s.Channel, specs...)
	if err != nil {
		t.Fatal(err)
	}
	return posted
}

// found searches again and again until the answer or one of its buttons says so; the index follows within a second.
func found(t *testing.T, u *driver.User, query, want string) *tg.Message {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		m := ask(t, u, query)
		if strings.Contains(m.Message, want) || strings.Contains(buttons(m), want) {
			return m
		}
		if time.Now().After(deadline) {
			t.Fatalf("%q: %q, want %q; buttons:\n%s", query, m.Message, want, buttons(m))
		}
		// Each answer is deleted, so that the next one is the only one of its kind.
		if _, err := u.API.MessagesDeleteMessages(t.Context(), &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: []int{m.ID}}); err != nil {
			t.Fatal(err)
		}
	}
}

func buttons(m *tg.Message) string {
	var all []string
	for _, row := range driver.Buttons(m) {
		all = append(all, strings.Join(row, " | "))
	}
	return strings.Join(all, "\n")
}

// received waits for a file in the chat with the bot.
func received(t *testing.T, u *driver.User, name string) *tg.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := u.Await(ctx, sandbox.BotName, func(m *tg.Message) bool { return !m.Out && fileName(m) == name })
	if err != nil {
		t.Fatalf("file %q: %v", name, err)
	}
	return m
}

func fileName(m *tg.Message) string {
	_, name := driver.Document(m)
	return name
}

var lowLimits = map[string]string{"PAVILION_SEND_PER_SECOND": "1000", "PAVILION_SEND_PER_CHAT": "1000", "PAVILION_SEND_PER_GROUP": "60000"} //nolint:gochecknoglobals // settings

func TestMainJob_PostSearchPageFilterDeliver(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	var names []string
	for i := range 20 {
		names = append(names, strings.ReplaceAll("Golden.River.S01E"+string(rune('A'+i))+".720p.mkv", "E"+string(rune('A'+i)), "E"+two(i+1)))
	}
	post(t, s, append(names, "Inception.2010.1080p.BluRay.mkv", "Virat_Kohli-Cover_Drive_masterclass[4K].mp4")...)

	m := found(t, member, "golden river", "20 files · page 1 of 3")
	if got := driver.Buttons(m); len(got) < 9 {
		t.Fatalf("buttons:\n%s", buttons(m))
	}
	if _, err := member.Tap(t.Context(), sandbox.BotName, m, "▶"); err != nil {
		t.Fatal(err)
	}
	m2 := await(t, member, "page 2 of 3")
	if m2.ID != m.ID {
		t.Errorf("the second page is message %d, the first %d: pages are turned in place", m2.ID, m.ID)
	}
	if buttons(m2) == buttons(m) {
		t.Error("the second page shows the same files")
	}
	if _, err := member.Tap(t.Context(), sandbox.BotName, m2, "◀"); err != nil {
		t.Fatal(err)
	}
	if back := await(t, member, "page 1 of 3"); buttons(back) != buttons(m) {
		t.Errorf("back again:\n%s\nwas:\n%s", buttons(back), buttons(m))
	}

	hit := found(t, member, "kholi cover drve", "1 file")
	answer, err := member.Tap(t.Context(), sandbox.BotName, hit, "Kohli")
	if err != nil || answer.Message == "" {
		t.Fatalf("answer to the tap: %+v, %v", answer, err)
	}
	file := received(t, member, "Virat_Kohli-Cover_Drive_masterclass[4K].mp4")
	if file.Message != "about Virat_Kohli-Cover_Drive_masterclass[4K].mp4" {
		t.Errorf("caption %q", file.Message)
	}

	if m := ask(t, member, "golden xylophone"); !strings.Contains(m.Message, "Did you mean: golden") {
		t.Errorf("no suggestion: %q", m.Message)
	} else if _, err := member.Tap(t.Context(), sandbox.BotName, m, "golden"); err != nil {
		t.Error(err)
	} else {
		await(t, member, "🔎 golden\n")
	}

	say(t, admin, "/stats")
	if m := await(t, admin, "Files: "); !strings.Contains(m.Message, "Files: 22") {
		t.Errorf("stats: %q", m.Message)
	}
	say(t, admin, "/dbstats")
	await(t, admin, "Databases")
	say(t, member, "/stats")
	await(t, member, "for the club's admins")
	say(t, member, "/strat") //nolint:misspell // on purpose
	await(t, member, "Did you mean /start?")
	say(t, admin, "/index nonsense")
	await(t, admin, "Type /index @name 1-500")
}

func two(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }

func TestPosts_EditsAndDeletionsAreFollowed(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	posted := post(t, s, "Golden.River.2014.mkv", "Silent.Harbour.2015.mkv")
	found(t, member, "golden river", "1 file")
	if err := s.DC.World().EditCaption(s.Channel, posted[0].Message, "uncut premiere"); err != nil {
		t.Fatal(err)
	}
	found(t, member, "uncut premiere", "1 file")
	if err := s.DC.World().DeleteMessages(s.Admin.ID, world.ChannelPeer(s.Channel), posted[1].Message); err != nil {
		t.Fatal(err)
	}
	found(t, member, "silent harbour", "Nothing found")
}

func TestDelivery_ExpiredReferenceIsRenewedAndADeletedSourceIsSaid(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	posted := post(t, s, "Golden.River.2014.mkv", "Silent.Harbour.2015.mkv")
	m := found(t, member, "golden river", "1 file")
	s.DC.World().ExpireReferences(posted[0].File)
	if _, err := member.Tap(t.Context(), sandbox.BotName, m, "Golden"); err != nil {
		t.Fatal(err)
	}
	received(t, member, "Golden.River.2014.mkv")

	m = found(t, member, "silent harbour", "1 file")
	s.DC.World().ExpireReferences(posted[1].File)
	// The bot is away when the message is deleted, so it cannot know.
	s.Bot.Kill()
	if err := s.DC.World().DeleteMessages(s.Admin.ID, world.ChannelPeer(s.Channel), posted[1].Message); err != nil {
		t.Fatal(err)
	}
	startBot(t, s)
	// Whether the bot hears of the deletion from Telegram or from the tap first, it says so: on the button, or in the chat where that was too late.
	gone := func(text string) bool {
		return strings.Contains(text, "was deleted from its channel") || strings.Contains(text, "not in the archive")
	}
	answer, err := member.Tap(t.Context(), sandbox.BotName, m, "Silent")
	if err != nil {
		t.Fatal(err)
	}
	if !gone(answer.Message) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if _, err := member.Await(ctx, sandbox.BotName, func(m *tg.Message) bool { return !m.Out && gone(m.Message) }); err != nil {
			t.Fatal(err)
		}
	}
	found(t, member, "silent harbour", "Nothing found")
}

func TestUpdates_TwiceDeliveredIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	s.DC.Faults().Double(s.BotID, true)
	s.DC.Faults().Reorder(s.BotID, true)
	for _, q := range []string{"golden 1", "golden 2", "golden 3"} {
		say(t, member, q)
	}
	for _, q := range []string{"golden 1", "golden 2", "golden 3"} {
		await(t, member, "🔎 "+q+"\n")
	}
	s.DC.Faults().Reorder(s.BotID, false)
	s.DC.Faults().Double(s.BotID, false)
	say(t, member, "golden 4")
	await(t, member, "🔎 golden 4\n")
	all, err := member.Messages(t.Context(), sandbox.BotName)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"golden 1", "golden 2", "golden 3"} {
		n := 0
		for _, m := range all {
			if !m.Out && strings.HasPrefix(m.Message, "🔎 "+q+"\n") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q was answered %d times", q, n)
		}
	}
}

func TestFloodWait_HoldsUpOneChatOnly(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	other := connect(t, s, s.Members[1])
	say(t, other, "/help")
	await(t, other, "Type words")
	say(t, member, "/help")
	await(t, member, "Type words")
	begun := time.Now()
	s.DC.Faults().FloodWait("messages.sendMessage", s.Members[0].ID, floodSeconds)
	say(t, member, "held up")
	say(t, other, "not held up")
	await(t, other, "🔎 not held up")
	within(t, begun, "another chat is answered")
	await(t, member, "🔎 held up")
	if took := time.Since(begun); took < floodSeconds*time.Second {
		t.Errorf("the chat that Telegram named was written to after %s", took)
	}
}

func TestGroup_OnlyWhenAddressedAndButtonsBelongToTheirOwner(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	const group = "riverside_members"
	for _, text := range []string{"golden river without a name", "/search golden river"} {
		if err := member.Send(t.Context(), group, text); err != nil {
			t.Fatal(err)
		}
	}
	m := awaitIn(t, member, group, "🔎 golden river\n")
	if err := member.Send(t.Context(), group, "@"+sandbox.BotName+" golden"); err != nil {
		t.Fatal(err)
	}
	awaitIn(t, member, group, "🔎 golden\n")
	all, err := member.Messages(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if strings.Contains(m.Message, "🔎 golden river without") {
			t.Error("the bot answered what was not meant for it")
		}
	}
	other := connect(t, s, s.Members[1])
	theirs := awaitIn(t, other, group, "🔎 golden river\n")
	answer, err := other.Tap(t.Context(), group, theirs, "Golden")
	if err != nil || !answer.Alert || !strings.Contains(answer.Message, "belong to somebody else") {
		t.Errorf("somebody else's tap: %+v, %v", answer, err)
	}
	if _, err := member.Tap(t.Context(), group, m, "Golden"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := member.Await(ctx, group, func(m *tg.Message) bool { return fileName(m) == "Golden.River.2014.mkv" }); err != nil {
		t.Error(err)
	}
}

func TestInline_ResultsAndPages(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	var names []string
	for i := range 25 {
		names = append(names, "Golden.Over."+two(i)+".mkv")
	}
	post(t, s, names...)
	found(t, member, "golden over", "25 files")
	first, err := member.Inline(t.Context(), sandbox.BotName, "golden over", "")
	if err != nil || len(first.Results) != 20 || first.NextOffset == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := member.Inline(t.Context(), sandbox.BotName, "golden over", first.NextOffset)
	if err != nil || len(second.Results) != 5 || second.NextOffset != "" {
		t.Fatalf("%+v, %v", second, err)
	}
}

func TestPast_IsReadFromARange(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	id, err := s.AddChannel("Old Tapes", "old_tapes")
	if err != nil {
		t.Fatal(err)
	}
	var specs []world.FileSpec
	for i := range 300 {
		specs = append(specs, world.FileSpec{Kind: world.FileVideo, Name: "Vintage Tape " + two(i%100) + ".mp4", Size: 1 << 20})
	}
	if _, err := s.Post(id, specs...); err != nil {
		t.Fatal(err)
	}
	say(t, admin, "/channels add @old_tapes")
	await(t, admin, "Old Tapes is indexed")
	say(t, admin, "/index https://t.me/old_tapes/320")
	await(t, admin, "✅ Done: 320 of 320 messages read\n300 files")
	found(t, member, "vintage tape", "300 files")
}

func TestPool_DownIsSaidAndComesBack(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	for i := range 20 { // one at a time, so that both pools get some
		post(t, s, "Golden.Over."+two(i)+".mkv")
	}
	found(t, member, "golden over", "20 files")
	s.Engines.StopMongo(0)
	m := found(t, member, "golden over 1", "Partial results")
	if !strings.Contains(m.Message, "archive 1 is not answering") {
		t.Errorf("%q", m.Message)
	}
	s.Engines.StopMongo(1)
	say(t, member, "golden over 2")
	await(t, member, "The archive does not answer right now")
	for i := range 2 {
		if err := s.Engines.StartMongo(t.Context(), i); err != nil {
			t.Fatal(err)
		}
	}
	m = found(t, member, "golden over", "20 files")
	if strings.Contains(m.Message, "Partial") {
		t.Errorf("%q", m.Message)
	}
}

func TestRedisAndPostgres_DownDoNotStopSearch(t *testing.T) {
	t.Parallel()
	s, _, member := scene(t, sandbox.Options{Env: lowLimits})
	var names []string
	for i := range 20 {
		names = append(names, "Golden.Over."+two(i)+".mkv")
	}
	post(t, s, names...)
	m := found(t, member, "golden over", "page 1 of 3")
	s.Engines.StopRedis()
	s.Engines.StopPostgres()
	if _, err := member.Tap(t.Context(), sandbox.BotName, m, "▶"); err != nil {
		t.Fatal(err)
	}
	await(t, member, "page 2 of 3")
	post(t, s, "Posted.Meanwhile.2020.mkv")
	found(t, member, "posted meanwhile", "1 file")
	if err := s.Engines.StartRedis(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Engines.StartPostgres(t.Context()); err != nil {
		t.Fatal(err)
	}
	say(t, member, "golden over 03")
	await(t, member, "🔎 golden over 03")
}

func TestDoctor_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s, _, _ := scene(t, sandbox.Options{Env: lowLimits})
	out, err := s.Run(t.Context(), "doctor")
	if err != nil || strings.Contains(out, "FAIL") || !strings.Contains(out, `ok    admin of "Riverside Archive"`) {
		t.Errorf("a healthy club: %v\n%s", err, out)
	}
	// A database that hangs takes no time from the others: the token is not blamed, and the channels of the other database are looked at.
	if err := s.Engines.PauseMongo(1); err != nil {
		t.Fatal(err)
	}
	out, err = s.Run(t.Context(), "doctor")
	if err == nil || strings.Count(out, "FAIL") != 1 || !strings.Contains(out, "FAIL  mongodb archive 2 answers") || !strings.Contains(out, "Next: Check its URI in PAVILION_MONGO_URIS") ||
		!strings.Contains(out, "ok    telegram takes the token") || !strings.Contains(out, `ok    admin of "Riverside Archive"`) {
		t.Errorf("a database hangs: %v\n%s", err, out)
	}
	if err := s.Engines.ResumeMongo(1); err != nil {
		t.Fatal(err)
	}
	s.Engines.StopMongo(1)
	s.Engines.StopRedis()
	out, err = s.Run(t.Context(), "doctor")
	if err == nil || !strings.Contains(out, "FAIL  mongodb archive 2") || !strings.Contains(out, "FAIL  redis") || !strings.Contains(out, "PAVILION_MONGO_URIS") {
		t.Errorf("two servers are down: %v\n%s", err, out)
	}
}
