package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/world"
)

// clubGroups are groups of the admin in which the bot is.
type clubGroups struct {
	*clubGroup
	basic, super []int64
}

// openGroups makes basic groups and supergroups, and waits until the bot knows them.
func openGroups(t *testing.T, basic, super int) *clubGroups {
	t.Helper()
	g := &clubGroups{clubGroup: groupScene(t)}
	for i := range basic {
		id, err := g.w.CreateGroup(g.Admin.ID, fmt.Sprint("Lads ", i), g.Members[0].ID, g.BotID)
		if err != nil {
			t.Fatal(err)
		}
		g.basic = append(g.basic, id)
	}
	for i := range super {
		id, err := g.w.CreateChannel(g.Admin.ID, fmt.Sprint("Team ", i), "", false)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.w.Join(world.ChannelPeer(id), g.BotID); err != nil {
			t.Fatal(err)
		}
		g.super = append(g.super, id)
	}
	g.awaitGroups(basic + super + 1)
	return g
}

func (g *clubGroups) awaitGroups(n int) {
	g.t.Helper()
	until(g.t, fmt.Sprint("the bot knows ", n, " groups"), func() bool {
		var known int
		if err := g.db.QueryRow(g.t.Context(), "SELECT count(*) FROM bot_group WHERE left_at IS NULL").Scan(&known); err != nil {
			g.t.Fatal(err)
		}
		return known == n
	})
}

// copiesIn are the bot's messages with a text in a group.
func (g *clubGroups) copiesIn(group world.Peer, text string) (list []*tg.Message) {
	g.t.Helper()
	for _, m := range historyOf(g.t, g.w, g.Admin.ID, group) {
		if m.Message == text && !m.Out {
			list = append(list, m)
		}
	}
	return list
}

// chooses stores the only topic of a forum in which the bot may speak.
func (g *clubGroups) chooses(channel int64, topic int) {
	g.t.Helper()
	g.exec(`INSERT INTO group_settings (chat_id, value) VALUES ($1, jsonb_build_object('topics', jsonb_build_array($2::int)))`, -1_000_000_000_000-channel, topic)
}

// topic opens a topic in a supergroup and makes it the bot's.
func (g *clubGroups) topic(channel int64) int {
	g.t.Helper()
	id, err := g.w.CreateTopic(g.Admin.ID, channel, "News")
	if err != nil {
		g.t.Fatal(err)
	}
	g.chooses(channel, id)
	return id
}

// wantCopies checks how often a group has a text, in its forum topic; 0 is General.
func (g *clubGroups) wantCopies(group world.Peer, text string, want, topic int) {
	g.t.Helper()
	list := g.copiesIn(group, text)
	if len(list) != want {
		g.t.Errorf("%v has %q %d times, want %d", group, text, len(list), want)
	}
	for _, m := range list {
		if got := topicOf(m); got != topic {
			g.t.Errorf("in %v it stands in topic %d, want %d", group, got, topic)
		}
	}
}

func TestBroadcast_ToGroupsIsOneMessageEachThroughAKillAndAMigration(t *testing.T) {
	t.Parallel()
	g := openGroups(t, 3, 5)
	left, forbidden, slow, open, closed := g.super[0], g.super[1], g.super[2], g.super[3], g.super[4]
	inTopic, closedTopic := g.topic(open), g.topic(closed)
	g.noErrors(
		g.w.Leave(world.ChannelPeer(left), g.BotID), g.w.Restrict(world.ChannelPeer(forbidden), tg.ChatBannedRights{SendMessages: true}),
		g.w.SetTopic(g.Admin.ID, closed, closedTopic, true, false), g.w.SetSlowMode(slow, 4),
	)
	if _, err := g.w.SendText(g.Admin.ID, world.ChannelPeer(slow), "/help@"+sandbox.BotName); err != nil {
		t.Fatal(err)
	}
	g.awaitGroups(8)
	until(t, "the bot has written in the group with slow mode", func() bool {
		list := historyOf(t, g.w, g.Admin.ID, world.ChannelPeer(slow))
		return strings.Contains(list[len(list)-1].Message, "Type words of a file's name")
	})

	const text = "The season opens in May"
	has, hasNot, stays := g.basic[0], g.basic[1], g.basic[2]
	g.DC.Faults().FloodWait("messages.sendMessage", hasNot, 60)
	confirm := prepareFor(t, g.admin, text, "the groups that I am in")
	if !strings.Contains(confirm.Message, "8 groups would get it") {
		t.Errorf("the numbers are %q", confirm.Message)
	}
	tapOn(t, g.admin, confirm, "Send to 8")
	until(t, "a group has it", func() bool { return len(g.copiesIn(world.GroupPeer(has), text)) == 1 })
	// With edits of its own among the missed updates, the bot would also get the chats from these.
	until(t, "the bot has stored its state", func() bool {
		var pts int
		g.noErrors(g.db.QueryRow(t.Context(), "SELECT pts FROM bot_state").Scan(&pts))
		return pts == g.w.Pts(g.BotID)
	})
	g.Bot.Kill()
	// Meanwhile a group that has the message, and one that has not, become supergroups.
	hasMoved, err := g.w.Migrate(has)
	g.noErrors(err)
	hasNotMoved, err := g.w.Migrate(hasNot)
	g.noErrors(err)
	restart(t, g.Scene, postgres(t, g.Scene))
	if done := await(t, g.admin, ": done\n« "+text); strings.Count(done.Message, "Failed") != 1 || !strings.Contains(done.Message, "Failed: 1, CHAT_WRITE_FORBIDDEN") {
		t.Errorf("the figures are %q", done.Message)
	}

	g.wantCopies(world.GroupPeer(has), text, 1, 0)
	g.wantCopies(world.ChannelPeer(hasMoved), text, 0, 0)
	g.wantCopies(world.GroupPeer(hasNot), text, 0, 0)
	g.wantCopies(world.ChannelPeer(hasNotMoved), text, 1, 0)
	g.wantCopies(world.GroupPeer(stays), text, 1, 0)
	g.wantCopies(world.ChannelPeer(left), text, 0, 0)
	g.wantCopies(world.ChannelPeer(forbidden), text, 0, 0)
	g.wantCopies(world.ChannelPeer(slow), text, 1, 0)
	g.wantCopies(world.ChannelPeer(open), text, 1, inTopic)
	g.wantCopies(world.ChannelPeer(closed), text, 1, 0)
	g.wantCopies(g.group, text, 1, 0)
	var refused string
	g.noErrors(g.db.QueryRow(t.Context(), "SELECT refused FROM bot_group WHERE chat_id = $1", -1_000_000_000_000-forbidden).Scan(&refused))
	if refused != "CHAT_WRITE_FORBIDDEN" {
		t.Errorf("the group that takes no messages is marked %q", refused)
	}
	if people := copies(t, g.Scene, g.Members[0], text); people != 0 {
		t.Errorf("a member got it %d times in private", people)
	}
}

func TestBroadcast_ToGroupsIsEditedDeletedAndEndedByAGroupsAdmin(t *testing.T) {
	t.Parallel()
	g := openGroups(t, 1, 2)
	basic, super := world.GroupPeer(g.basic[0]), world.ChannelPeer(g.super[0])
	tapOn(t, g.admin, prepareFor(t, g.admin, "Nets at six", "the groups that I am in"), "Send to 4")
	panel := await(t, g.admin, ": done\n« Nets at six")
	tapOn(t, g.admin, panel, "Edit for all")
	await(t, g.admin, "Send the new text")
	say(t, g.admin, "Nets at seven")
	panel = await(t, g.admin, "Sent messages changed: 4")
	for _, in := range []world.Peer{basic, super, g.group} {
		if len(g.copiesIn(in, "Nets at seven")) != 1 || len(g.copiesIn(in, "Nets at six")) != 0 {
			t.Errorf("%v was not edited", in)
		}
	}
	// A member cannot end the messages, an admin of the group can.
	m := awaitIn(t, g.member, membersGroup, "Nets at seven")
	if answer := tapIn(t, g.member, membersGroup, m, "No more of these"); !answer.Alert || !strings.Contains(answer.Message, "Only an admin of this group") {
		t.Errorf("a member's tap: %+v", answer)
	}
	if answer := tapIn(t, g.admin, membersGroup, m, "No more of these"); !strings.Contains(answer.Message, "this group gets no more") {
		t.Errorf("an admin's tap: %+v", answer)
	}
	// The messages in a group that the bot has left stay.
	g.noErrors(g.w.Leave(world.ChannelPeer(g.super[1]), g.BotID))
	g.awaitGroups(3)
	tapOn(t, g.admin, panel, "Delete for all")
	tapOn(t, g.admin, await(t, g.admin, "in everybody's chat?"), "Yes")
	await(t, g.admin, "Sent messages deleted: 3, failed 1")
	for _, in := range []world.Peer{basic, super, g.group} {
		if n := len(g.copiesIn(in, "Nets at seven")); n != 0 {
			t.Errorf("%v still has %d", in, n)
		}
	}
	confirm := prepareFor(t, g.admin, "Nets at eight", "the groups that I am in")
	if !strings.Contains(confirm.Message, "2 groups would get it") || !strings.Contains(confirm.Message, "because their admins want no messages: 1") {
		t.Errorf("the numbers are %q", confirm.Message)
	}
	// The group's menu turns them on again.
	menu := g.commands("/group", "My settings in this group")
	menu = g.taps(menu, "The club's messages", "Whether the messages that the club sends")
	g.taps(menu, "on", "● on")
	tapOn(t, g.admin, confirm, "Send to 2")
	panel = await(t, g.admin, ": done\n« Nets at eight")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := g.member.Await(ctx, membersGroup, func(m *tg.Message) bool { return m.Message == "Nets at eight" }); err != nil {
		t.Errorf("after the menu turned them on: %v", err)
	}
	// A group in which Telegram makes the bot wait stops no other.
	g.DC.Faults().FloodWait("channels.deleteMessages", g.super[0], 3600)
	tapOn(t, g.admin, panel, "Delete for all")
	tapOn(t, g.admin, await(t, g.admin, "in everybody's chat?"), "Yes")
	await(t, g.admin, "Deleting the sent messages: 2, failed 0")
	for in, want := range map[world.Peer]int{basic: 0, g.group: 0, super: 1} {
		if n := len(g.copiesIn(in, "Nets at eight")); n != want {
			t.Errorf("%v has %d, want %d", in, n, want)
		}
	}
}
