package e2e_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

const joinFirst = "Please join first."

// requires makes a channel of the club and requires it.
func requires(t *testing.T, s *sandbox.Scene, admin *driver.User, title, name string) world.Peer {
	t.Helper()
	id, err := s.AddChannel(title, name)
	if err != nil {
		t.Fatal(err)
	}
	say(t, admin, "/required add @"+name)
	await(t, admin, "• "+title)
	return world.ChannelPeer(id)
}

// asked waits for the newest join screen that has its button.
func asked(t *testing.T, u *driver.User) *tg.Message {
	t.Helper()
	return await(t, u, joinFirst)
}

// joins joins a channel and taps "Try again" on the join screen.
func joins(t *testing.T, s *sandbox.Scene, u *driver.User, chat world.Peer, screen *tg.Message) {
	t.Helper()
	if err := s.DC.World().Join(chat, u.ID); err != nil {
		t.Fatal(err)
	}
	if answer := tap(t, u, screen, "Try again"); !strings.Contains(answer.Message, "Thank you") {
		t.Errorf("try again: %q", answer.Message)
	}
}

func leaves(t *testing.T, s *sandbox.Scene, u *driver.User, chat world.Peer) {
	t.Helper()
	if err := s.DC.World().Leave(chat, u.ID); err != nil {
		t.Fatal(err)
	}
}

func TestRequired_TryAgainReplaysASearchATapALinkAndInlineLeadsToTheChat(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	news := requires(t, s, admin, "Club News", "club_news")

	say(t, member, "golden")
	screen := asked(t, member)
	if got := buttons(screen); !strings.Contains(got, "Join Club News") {
		t.Errorf("buttons: %s", got)
	}
	if answer := tap(t, member, screen, "Try again"); !answer.Alert || !strings.Contains(answer.Message, "don't see you there yet") {
		t.Errorf("try again before joining: %+v", answer)
	}
	joins(t, s, member, news, screen)
	page := await(t, member, "🔎 golden\n") // the search of before
	if after := await(t, member, "Thank you for joining"); after.ID != screen.ID || buttons(after) != "" {
		t.Errorf("the screen became message %d with buttons %q", after.ID, buttons(after))
	}

	// A membership that ends is noticed at once, though it was known for ten minutes.
	leaves(t, s, member, news)
	until(t, "inline leads to the private chat", func() bool {
		results, err := member.Inline(t.Context(), sandbox.BotName, "golden river", "")
		if err != nil {
			t.Fatal(err)
		}
		return len(results.Results) == 0 && strings.Contains(results.SwitchPm.Text, "Join our channels") && strings.HasPrefix(results.SwitchPm.StartParam, "q-")
	})
	if answer := tap(t, member, page, "Golden"); !answer.Alert || !strings.Contains(answer.Message, "Please join first") {
		t.Errorf("a tap after leaving: %+v", answer)
	}
	if again := asked(t, member); again.ID != screen.ID {
		t.Errorf("message %d asks to join, not the one of before", again.ID)
	}
	joins(t, s, member, news, asked(t, member))
	received(t, member, "Golden.River.2014.mkv")

	leaves(t, s, member, news)
	until(t, "the bot noticed it", func() bool { return tap(t, member, page, "Golden").Alert })
	before := lastID(t, member)
	start(t, member, "q-cml2ZXI") // river
	until(t, "the link asks to join", func() bool { return asked(t, member).ID > before })
	joins(t, s, member, news, asked(t, member))
	await(t, member, "🔎 river\n")

	// The admin never has to join, and a list without the channel asks nobody.
	leaves(t, s, member, news)
	found(t, admin, "golden river", "1 file")
	tap(t, admin, await(t, admin, "• Club News"), "🗑")
	await(t, admin, "Nobody has to join")
	say(t, member, "golden 2014")
	await(t, member, "🔎 golden 2014\n")
}

func TestRequired_ARequestToJoinOutlivesTheBot(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	club := requires(t, s, admin, "Members Only", "members_only")
	tap(t, admin, await(t, admin, "• Members Only"), "take requests")
	list := await(t, admin, "a request to join is enough")
	say(t, member, "golden")
	screen := asked(t, member)
	if got := buttons(screen); !strings.Contains(got, "Ask to join Members Only") {
		t.Errorf("buttons: %s", got)
	}
	s.Bot.Kill() // it cannot list requests later
	if err := s.DC.World().RequestToJoin(club.ID, member.ID); err != nil {
		t.Fatal(err)
	}
	startBot(t, s)
	until(t, "the request counts", func() bool { return !tap(t, member, screen, "Try again").Alert })
	await(t, member, "🔎 golden\n")
	if pending, err := s.DC.World().PendingRequests(club.ID); err != nil || len(pending) != 1 {
		t.Errorf("undecided: %v, %v", pending, err)
	}

	// With automatic approval the next request is approved, also after a kill.
	tap(t, admin, list, "Approve them")
	await(t, admin, "(I approve it)")
	other := connect(t, s, s.Members[1])
	s.Bot.Kill()
	if err := s.DC.World().RequestToJoin(club.ID, other.ID); err != nil {
		t.Fatal(err)
	}
	startBot(t, s)
	until(t, "the request is approved", func() bool {
		pending, err := s.DC.World().PendingRequests(club.ID)
		return err == nil && len(pending) == 1
	})
	say(t, other, "golden")
	await(t, other, "🔎 golden\n")

	// Somebody else decided first. That is as good as an approval.
	calls := s.DC.Faults().Calls("messages.hideChatJoinRequest")
	s.DC.Faults().Fail("messages.hideChatJoinRequest", 400, "HIDE_REQUESTER_MISSING", 1)
	if err := s.DC.World().RequestToJoin(club.ID, s.Members[2].ID); err != nil {
		t.Fatal(err)
	}
	db := postgres(t, s)
	until(t, "the request is settled", func() bool {
		var settled int
		return db.QueryRow(t.Context(), `SELECT count(*) FROM join_request WHERE person = $1 AND approved_at IS NOT NULL`, s.Members[2].ID).Scan(&settled) == nil && settled == 1
	})
	if n := s.DC.Faults().Calls("messages.hideChatJoinRequest") - calls; n != 1 {
		t.Errorf("approved %d times", n)
	}

	// Telegram refuses a person who is in too many channels. The bot tells this person, who never pressed Start.
	vikram, err := s.DC.World().AddUser("9996620077", "Vikram", "", "vikram_plays", "en")
	if err != nil {
		t.Fatal(err)
	}
	s.DC.Faults().Fail("messages.hideChatJoinRequest", 400, "USER_CHANNELS_TOO_MUCH", 1)
	if err := s.DC.World().RequestToJoin(club.ID, vikram.ID); err != nil {
		t.Fatal(err)
	}
	await(t, connect(t, s, vikram), "You are in as many channels as Telegram allows")
}

func TestRequired_AChannelThatTheBotCannotSeeShutsNobodyOutAndTheAdminsAreToldOnce(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	post(t, s, "Golden.River.2014.mkv")
	found(t, member, "golden river", "1 file")
	news := requires(t, s, admin, "Club News", "club_news")
	say(t, member, "golden")
	asked(t, member)
	if err := s.DC.World().Promote(news.ID, s.BotID, tg.ChatAdminRights{}); err != nil {
		t.Fatal(err)
	}
	for _, u := range []*driver.User{connect(t, s, s.Members[1]), connect(t, s, s.Members[2])} {
		say(t, u, "golden river")
		await(t, u, "🔎 golden river\n")
	}
	await(t, admin, "I can't see who is in Club News")
	if told := texts(t, admin, "I can't see who is in Club News"); len(told) != 1 {
		t.Errorf("the admin was told %d times", len(told))
	}
}

func TestRequired_TryAgainOpensTheLinkThatAskedToJoin(t *testing.T) {
	t.Parallel()
	s, admin, member := scene(t, sandbox.Options{Env: lowLimits})
	posted := post(t, s, "Golden.01.mkv", "Golden.02.mkv")
	tap(t, admin, found(t, admin, "golden", "2 files"), "Golden.01")
	file := received(t, admin, "Golden.01.mkv")
	if err := admin.Reply(t.Context(), sandbox.BotName, file.ID, "/link"); err != nil {
		t.Fatal(err)
	}
	toFile := await(t, admin, "?start=")
	tap(t, admin, toFile, "Set limits")
	counted := await(t, admin, "Opened by 0 people")
	say(t, admin, "/link")
	await(t, admin, "Forward me the first post")
	for i, then := range []string{"forward me the last post", "📦 Riverside Archive, posts"} {
		if err := admin.Forward(t.Context(), sandbox.ChannelName, posted[i].Message, sandbox.BotName); err != nil {
			t.Fatal(err)
		}
		await(t, admin, then)
	}
	toPosts := await(t, admin, "📦 Riverside Archive, posts")
	news := requires(t, s, admin, "Club News", "club_news")

	for _, link := range []struct {
		payload string
		files   map[string]int
	}{
		{payloadIn(t, toFile), map[string]int{"Golden.01.mkv": 1}},
		{payloadIn(t, counted), map[string]int{"Golden.01.mkv": 1}},
		{payloadIn(t, toPosts), map[string]int{"Golden.01.mkv": 1, "Golden.02.mkv": 1}},
	} {
		start(t, member, link.payload)
		screen := asked(t, member)
		if got, _ := filesOf(t, member); len(got) != 0 {
			t.Errorf("before the member joined came %v", got)
		}
		joins(t, s, member, news, screen)
		awaitFiles(t, member, len(link.files))
		if got, _ := filesOf(t, member); !maps.Equal(got, link.files) {
			t.Errorf("the link brought %v, want %v", got, link.files)
		}
		leaves(t, s, member, news)
		until(t, "the bot noticed it", func() bool {
			forget(t, member)
			say(t, member, "golden")
			m, err := member.Await(t.Context(), sandbox.BotName, func(m *tg.Message) bool {
				return !m.Out && (strings.Contains(m.Message, joinFirst) || strings.Contains(m.Message, "🔎 golden\n"))
			})
			return err == nil && strings.Contains(m.Message, joinFirst)
		})
		forget(t, member)
	}
}
