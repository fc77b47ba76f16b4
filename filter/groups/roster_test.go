package groups_test

import (
	"errors"
	"fmt"
	"testing"

	"pavilion/filter"
	"pavilion/filter/groups"
)

func newRoster(t *testing.T) *groups.Roster {
	t.Helper()
	r, err := groups.NewRoster(newDatabase(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// listed writes the groups of a roster as number:chat, with ! for one that takes no messages.
func listed(t *testing.T, r *groups.Roster) string {
	t.Helper()
	members, err := r.Members(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, m := range members {
		text += fmt.Sprintf("%d:%d", m.Number, m.Chat)
		if m.Refused {
			text += "!"
		}
		text += " "
	}
	return text
}

func noErrors(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestRoster_HasTheGroupsThatTheBotIsIn(t *testing.T) {
	t.Parallel()
	r, ctx := newRoster(t), t.Context()
	if !r.IsNew(-5) || r.IsNew(-5) {
		t.Error("the first message of a group is news, the second is not")
	}
	noErrors(t, r.See(ctx, -5), r.See(ctx, -5), r.Join(ctx, -1_000_000_000_007), r.Leave(ctx, -9))
	if got := listed(t, r); got != "5:-5 1000000000007:-1000000000007 " {
		t.Errorf("the groups are %s", got)
	}
	noErrors(t, r.Leave(ctx, -5))
	if got := listed(t, r); got != "1000000000007:-1000000000007 " {
		t.Errorf("after the bot left one: %s", got)
	}
	if _, _, err := r.Find(ctx, 5); !errors.Is(err, groups.ErrNotInGroup) {
		t.Errorf("the group that it left: %v", err)
	}
	if !r.IsNew(-5) {
		t.Error("a message after the bot came back is no news")
	}
	noErrors(t, r.See(ctx, -5))
	if got := listed(t, r); got != "5:-5 1000000000007:-1000000000007 " {
		t.Errorf("after the bot came back: %s", got)
	}
}

func TestRoster_AGroupThatTakesNoMessagesIsMarkedUntilItTakesOne(t *testing.T) {
	t.Parallel()
	r, ctx := newRoster(t), t.Context()
	noErrors(t, r.See(ctx, -5), r.Refuse(ctx, 5, "CHAT_WRITE_FORBIDDEN"), r.Refuse(ctx, 77, "CHANNEL_PRIVATE"), r.See(ctx, -5))
	if got := listed(t, r); got != "5:-5! " { // a member's message says nothing about the bot's rights
		t.Errorf("a refused group: %s", got)
	}
	if !r.IsOpenNew(-5) || r.IsOpenNew(-5) {
		t.Error("the first message that the group takes is news, the second is not")
	}
	noErrors(t, r.Open(ctx, -5))
	if got := listed(t, r); got != "5:-5 " {
		t.Errorf("a group that took a message: %s", got)
	}
	noErrors(t, r.Refuse(ctx, 5, "CHAT_RESTRICTED"))
	if !r.IsOpenNew(-5) {
		t.Error("a message that a refused group takes is no news")
	}
	noErrors(t, r.Join(ctx, -5))
	if got := listed(t, r); got != "5:-5 " {
		t.Errorf("a group that gave the bot other rights: %s", got)
	}
}

func TestRoster_ASupergroupHasTheNumberOfItsGroup(t *testing.T) {
	t.Parallel()
	r, ctx := newRoster(t), t.Context()
	const group, supergroup = filter.ChatID(-5), filter.ChatID(-1_000_000_000_007)
	noErrors(t, r.See(ctx, group), r.Refuse(ctx, 5, "CHAT_WRITE_FORBIDDEN"), r.See(ctx, supergroup)) // its message came before the news of the move
	for range 2 {
		noErrors(t, r.Move(ctx, group, supergroup), r.See(ctx, group)) // a late message of the old group
		if got := listed(t, r); got != "5:-1000000000007 " {
			t.Errorf("the groups are %s", got)
		}
	}
	noErrors(t, r.Leave(ctx, supergroup), r.See(ctx, supergroup))
	if chat, _, err := r.Find(ctx, 5); err != nil || chat != supergroup {
		t.Errorf("number 5 is %d, %v", chat, err)
	}
	noErrors(t, r.Move(ctx, -6, -1_000_000_000_008)) // a group that was not known
	if chat, _, err := r.Find(ctx, 6); err != nil || chat != -1_000_000_000_008 {
		t.Errorf("number 6 is %d, %v", chat, err)
	}
}

func TestSettings_TheTopicOfTheClubsMessages(t *testing.T) {
	t.Parallel()
	for want, topics := range map[int][]int{0: nil, 7: {7, 3}, 9: {9}} {
		if got := (groups.Settings{Topics: topics}).BroadcastTopic(); got != want {
			t.Errorf("%v: topic %d, want %d", topics, got, want)
		}
	}
	if got := (groups.Settings{Topics: []int{7, groups.GeneralTopic}}).BroadcastTopic(); got != 0 {
		t.Errorf("with General: topic %d", got)
	}
}
