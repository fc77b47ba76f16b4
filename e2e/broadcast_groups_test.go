package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gotd/td/tg"

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

func (g *clubGroups) noErrors(errs ...error) {
	g.t.Helper()
	for _, err := range errs {
		if err != nil {
			g.t.Fatal(err)
		}
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
	await(t, g.admin, ": done\n« Nets at eight")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := g.member.Await(ctx, membersGroup, func(m *tg.Message) bool { return m.Message == "Nets at eight" }); err != nil {
		t.Errorf("after the menu turned them on: %v", err)
	}
}
