package broadcast

import (
	"context"
	"errors"
	"fmt"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/broadcast"
	"pavilion/internal/fault"
)

// Group is how a group gets the club's messages.
type Group struct {
	Chat     filter.ChatID
	Language string // empty: its admins chose none
	Topic    int    // of a forum; 0: General
}

// ErrGroupLeft reports a group that the bot is not in any more.
var ErrGroupLeft = errors.New("the bot is not in the group any more")

// reachedGroup is a group and its chat as Telegram knows it now.
type reachedGroup struct {
	Group
	chat telegram.Chat
}

// group finds a group by its number. The chat is asked for with each send, because a group may have become a supergroup.
func (c courier) group(ctx context.Context, number broadcast.RecipientID) (reachedGroup, error) {
	found, err := c.s.Group(ctx, number)
	if err != nil {
		return reachedGroup{}, err
	}
	chat, known := c.s.Client.ChatOf(int64(found.Chat))
	if !known {
		return reachedGroup{}, telegram.ErrNeverWrote
	}
	return reachedGroup{found, chat}, nil
}

// sendToGroup sends a broadcast into a group: into the topic of the group's choice, or into General where that topic is closed or deleted.
func (c courier) sendToGroup(ctx context.Context, b broadcast.Broadcast, number broadcast.RecipientID) broadcast.Outcome {
	g, err := c.group(ctx, number)
	if errors.Is(err, telegram.ErrNeverWrote) { // a missed update may still bring the access hash of a new supergroup
		return broadcast.Outcome{Class: broadcast.Passing, Name: "NO_ACCESS_HASH"}
	}
	if err != nil {
		return c.outcome(g.chat, nil, err)
	}
	how := send{
		Delivery: telegram.Delivery{
			Lane: telegram.LaneBroadcast, Name: fmt.Sprintf("%s/group/%d", name(b), number), NameIsWhole: true, Topic: g.Topic, Patience: patience,
		},
		language: g.Language, optOut: encodeOptOut(b.ID),
	}
	ids, err := c.sendTo(ctx, b, g.chat, how)
	if failure, _ := telegram.FailureOf(err); failure == telegram.TopicClosed && g.Topic != 0 {
		how.Topic = 0
		ids, err = c.sendTo(ctx, b, g.chat, how)
	}
	return c.outcome(g.chat, ids, err)
}

// errGroupAdminsOnly reports a member who tapped the opt-out button of a message in a group.
var errGroupAdminsOnly = fault.New(fault.Forbidden, "broadcast_group_admins")

// optOutGroup stops the club's messages to a group, for one of its admins.
func (s *Screens) optOutGroup(ctx context.Context, e *telegram.Event) error {
	isAdmin, err := s.messenger.IsChatAdmin(ctx, e.Chat, e.From.ID)
	if err != nil {
		return err
	}
	if !isAdmin {
		return errGroupAdminsOnly
	}
	if err := s.OptOutGroup(ctx, filter.ChatID(e.Chat.Key()), e.From.ID); err != nil {
		return err
	}
	return s.messenger.AnswerTap(ctx, e, s.Texts.In(e).Say("broadcast.group_opted_out"), true)
}
