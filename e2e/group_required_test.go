package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/world"
)

// requiresInGroup makes a public channel, of which the bot is an admin, and lets the group's admin require it.
func (c *clubGroup) requiresInGroup(title, name string) (world.Peer, *tg.Message) {
	c.t.Helper()
	id, err := c.AddChannel(title, name)
	if err != nil {
		c.t.Fatal(err)
	}
	c.says(c.Admin, "/group@"+sandbox.BotName+" require @"+name)
	return world.ChannelPeer(id), c.awaitButton(c.admin, "✕ "+title)
}

// awaitButton waits for a message of the group with a button.
func (c *clubGroup) awaitButton(u *driver.User, button string) *tg.Message {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	m, err := u.Await(ctx, membersGroup, func(m *tg.Message) bool { return strings.Contains(buttons(m), button) })
	if err != nil {
		c.t.Fatalf("%q: %v", button, err)
	}
	return m
}

// makesAdmin makes the second member an admin of the group, who is none of the club.
func (c *clubGroup) makesAdmin() *driver.User {
	c.t.Helper()
	if err := c.w.Promote(c.Group, c.Members[1].ID, world.AdminRights()); err != nil {
		c.t.Fatal(err)
	}
	return connect(c.t, c.Scene, c.Members[1])
}

func (c *clubGroup) joinIn(u *driver.User, chat world.Peer, screen *tg.Message) {
	c.t.Helper()
	if err := c.w.Join(chat, u.ID); err != nil {
		c.t.Fatal(err)
	}
	if answer := tapIn(c.t, u, membersGroup, screen, "Try again"); !strings.Contains(answer.Message, "Thank you") {
		c.t.Errorf("try again: %q", answer.Message)
	}
}

func TestGroupRequired_SearchesTapsAndLinksOfTheGroupWaitUntilTheirPersonHasJoined(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Golden.River.2014.mkv")
	found(t, c.member, "golden river", "1 file")
	arjun := c.Members[0]
	news, _ := c.requiresInGroup("Group News", "group_news")

	c.says(arjun, "@"+sandbox.BotName+" golden")
	screen := awaitIn(t, c.member, membersGroup, joinFirst)
	if got := buttons(screen); !strings.Contains(got, "Join Group News") || strings.Contains(got, "Club") {
		t.Errorf("buttons: %s", got)
	}
	found(t, c.member, "golden 2014", "1 file") // in private the group's list says nothing
	zoya := c.makesAdmin()
	c.says(c.Members[1], "@"+sandbox.BotName+" river 2014")
	awaitIn(t, zoya, membersGroup, "🔎 river 2014\n") // an admin of the group has not joined either
	if answer := tapIn(t, c.member, membersGroup, screen, "Try again"); !answer.Alert || !strings.Contains(answer.Message, "don't see you there yet") {
		t.Errorf("try again before joining: %+v", answer)
	}
	c.joinIn(c.member, news, screen)
	mine := awaitIn(t, c.member, membersGroup, "🔎 golden\n")

	if err := c.w.Leave(news, arjun.ID); err != nil {
		t.Fatal(err)
	}
	until(t, "a tap after leaving asks to join", func() bool { return tapIn(t, c.member, membersGroup, mine, "Golden").Alert })
	c.joinIn(c.member, news, awaitIn(t, c.member, membersGroup, joinFirst))
	receivedIn(t, c.member, membersGroup, "Golden.River.2014.mkv")

	if err := c.w.Leave(news, arjun.ID); err != nil {
		t.Fatal(err)
	}
	until(t, "the bot noticed it", func() bool { return tapIn(t, c.member, membersGroup, mine, "Golden").Alert })
	c.says(arjun, "/start@"+sandbox.BotName+" q-cml2ZXI") // a link to a search for river
	until(t, "the link waits too", func() bool { return len(c.answersTo(lastSaid(c, arjun.ID))) == 1 })
	c.joinIn(c.member, news, awaitIn(t, c.member, membersGroup, joinFirst))
	awaitIn(t, c.member, membersGroup, "🔎 river\n")

	// A message that is not meant for the bot is answered as before; the tap on its results asks.
	if err := c.w.Leave(news, arjun.ID); err != nil {
		t.Fatal(err)
	}
	menu := c.commands("/group@"+sandbox.BotName, "My settings in this group")
	menu = c.taps(menu, "Search", "Which messages I search for")
	menu = c.taps(menu, "every message", "● every message")
	c.wantSilence(c.says(arjun, "see you at the nets tomorrow"), "nobody asked the bot")
	c.says(arjun, "golden river 2014")
	awaitIn(t, c.member, membersGroup, "🔎 golden river 2014\n1 file")

	menu = c.taps(c.taps(menu, "Back", "Required"), "Required", "Who wants files must have joined")
	c.taps(menu, "✕ Group News", "Who wants files must have joined")
	until(t, "nobody has to join any more", func() bool { return !tapIn(t, c.member, membersGroup, mine, "Golden").Alert })
}

// lastSaid is the id of a person's last message in the group.
func lastSaid(c *clubGroup, person int64) (id int) {
	for _, m := range historyOf(c.t, c.w, person, c.group) {
		if m.Out {
			id = max(id, m.ID)
		}
	}
	return id
}

func TestGroupRequired_BothListsStandOnOneScreen(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Golden.River.2014.mkv")
	found(t, c.member, "golden river", "1 file")
	club := requires(t, c.Scene, c.admin, "Club News", "club_news")
	one, _ := c.requiresInGroup("Group News", "group_news")
	_, section := c.requiresInGroup("Group Chat", "group_chat")
	c.taps(section, "any of them", "● any of them")

	c.says(c.Members[0], "@"+sandbox.BotName+" golden")
	screen := awaitIn(t, c.member, membersGroup, "Please join first:\n• Club News\n• one of Group News, Group Chat")
	if got := buttons(screen); !strings.Contains(got, "Join Club News") || !strings.Contains(got, "Join Group Chat") {
		t.Errorf("buttons: %s", got)
	}
	if err := c.w.Join(club, c.member.ID); err != nil {
		t.Fatal(err)
	}
	tapIn(t, c.member, membersGroup, screen, "Try again")
	c.await(c.member, membersGroup, screen.ID, "Please join one of these first.")
	c.joinIn(c.member, one, screen)
	awaitIn(t, c.member, membersGroup, "🔎 golden\n")
}

func TestGroupRequired_ARequestToJoinIsEnoughWhereTheGroupSaysSo(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Golden.River.2014.mkv")
	found(t, c.member, "golden river", "1 file")
	news, _ := c.requiresInGroup("Group News", "group_news")
	c.says(c.Members[0], "@"+sandbox.BotName+" golden")
	screen := awaitIn(t, c.member, membersGroup, joinFirst)
	c.noErrors(c.w.RequestToJoin(news.ID, c.member.ID))
	until(t, "the bot has stored the request", func() bool {
		var stored bool
		c.noErrors(c.db.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM join_request WHERE person = $1)", c.member.ID).Scan(&stored))
		return stored
	})
	if answer := tapIn(t, c.member, membersGroup, screen, "Try again"); !answer.Alert {
		t.Errorf("a request to join was enough where members are required: %+v", answer)
	}

	c.says(c.Admin, "/group@"+sandbox.BotName+" request @group_news")
	c.awaitButton(c.admin, "✕ Group News (or asked to join)")
	c.says(c.Members[1], "@"+sandbox.BotName+" golden river 2014")
	zoya := connect(t, c.Scene, c.Members[1])
	c.awaitButton(zoya, "Ask to join Group News")
	until(t, "the request is enough", func() bool { return !tapIn(t, c.member, membersGroup, screen, "Try again").Alert })
	awaitIn(t, c.member, membersGroup, "🔎 golden\n")
	if pending, err := c.w.PendingRequests(news.ID); err != nil || len(pending) != 1 {
		t.Errorf("undecided: %v, %v", pending, err)
	}
}

func TestGroupRequired_AChannelThatTheBotCannotSeeShutsNobodyOutAndTheClubsAdminsAreTold(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	post(t, c.Scene, "Golden.River.2014.mkv")
	found(t, c.member, "golden river", "1 file")
	news, _ := c.requiresInGroup("Group News", "group_news")
	if err := c.w.Promote(news.ID, c.BotID, tg.ChatAdminRights{}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{" golden river", " golden"} {
		c.says(c.Members[0], "@"+sandbox.BotName+text)
		awaitIn(t, c.member, membersGroup, "🔎"+text+"\n")
	}
	const alert = "I can't see who is in Group News, so the members of the group Riverside Members don't have to join it now."
	await(t, c.admin, alert)
	if told := texts(t, c.admin, alert); len(told) != 1 {
		t.Errorf("the admin was told %d times", len(told))
	}
}

// Anybody can add the bot to a group of their own. They may not get the link of somebody else's private channel there.
func TestGroupRequired_APrivateChannelIsRequiredByItsOwnAdminsOnly(t *testing.T) {
	t.Parallel()
	c := groupScene(t)
	zoya := c.Members[1]
	other := c.makesAdmin()
	inner, err := c.AddChannel("Inner Circle", "")
	if err != nil {
		t.Fatal(err)
	}
	require := "/group@" + sandbox.BotName + " require " + fmt.Sprint("-100", inner)
	c.says(zoya, require)
	awaitIn(t, other, membersGroup, "That channel is private")
	if err := c.w.Join(world.ChannelPeer(inner), zoya.ID); err != nil {
		t.Fatal(err)
	}
	if err := c.w.Promote(inner, zoya.ID, world.AdminRights()); err != nil {
		t.Fatal(err)
	}
	c.says(zoya, require)
	c.awaitButton(other, "✕ Inner Circle")
}
