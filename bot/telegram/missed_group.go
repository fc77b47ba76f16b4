package telegram

import (
	"context"
	"fmt"
	"slices"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
)

const (
	missedEvents    = 1000    // how many events of a supergroup are read for messages that the bot missed
	differenceLimit = 100_000 // Telegram's limit for bots; a lower one makes the answer "too long"
)

// readMissed handles the messages of a supergroup since a date, and stores the pts to go on from. It does nothing for a channel that has a pts.
//
// Each channel has its own pts, and the updates manager continues from the stored one. A channel that the bot joined while it was down has no stored pts, so
// the manager would skip all messages before the start. since is 0 for a supergroup that the bot has been in from the first event; readMissed then reads all
// events. Otherwise it reads the last missedEvents.
func readMissed(ctx context.Context, c *Client, channel int64, since int) error {
	in, err := c.Messenger.inputChannel(filter.ChannelID(channel))
	if _, known, _ := c.state.GetChannelPts(ctx, c.botID, channel); known || err != nil {
		return nil //nolint:nilerr // without an access hash Telegram answers nothing about a channel
	}
	pts := 1
	if since > 0 {
		if pts, err = channelPts(ctx, c.Messenger, in); err != nil {
			return unlessLeft(err)
		}
		pts = max(1, pts-missedEvents)
	}
	for isFinal := false; !isFinal; {
		var events channelEvents
		if events, err = readChannelEvents(ctx, c.Messenger, in, pts); err != nil {
			return unlessLeft(err)
		}
		if err := handleMissed(ctx, c, channel, since, events); err != nil {
			return err
		}
		pts, isFinal = events.pts, events.isFinal
	}
	if pts == 0 { // Telegram did not tell
		return nil
	}
	return c.state.startChannel(ctx, channel, pts)
}

// handleMissed handles messages in their order. A migration among them is stored first, because handlers look up groups by the new chat.
func handleMissed(ctx context.Context, c *Client, channel int64, since int, events channelEvents) error {
	for _, class := range events.messages {
		if service, ok := class.(*tg.MessageService); ok {
			if from, ok := service.Action.(*tg.MessageActionChannelMigrateFrom); ok {
				if err := storeMigration(ctx, c, from.ChatID, channel); err != nil {
					return err
				}
			}
		}
		if m, ok := class.AsNotEmpty(); ok && m.GetDate() >= since {
			c.channelMessage(ctx, events.entities, class)
		}
	}
	return nil
}

// channelEvents are the messages of a part of a channel's events.
type channelEvents struct {
	messages []tg.MessageClass // oldest first
	entities tg.Entities
	pts      int // of the last event
	isFinal  bool
}

// readChannelEvents reads events of a channel after a pts.
func readChannelEvents(ctx context.Context, m *Messenger, in *tg.InputChannel, pts int) (events channelEvents, err error) {
	chat := Chat{ID: in.ChannelID, Type: Supergroup}
	err = m.queue.do(ctx, call{lane: LaneBulk, chat: chat, method: "updates.getChannelDifference", invoke: func(ctx context.Context) error {
		answer, err := m.api.UpdatesGetChannelDifference(ctx, &tg.UpdatesGetChannelDifferenceRequest{
			Channel: in, Filter: &tg.ChannelMessagesFilterEmpty{}, Pts: pts, Limit: differenceLimit,
		})
		if err != nil {
			return err
		}
		switch d := answer.(type) {
		case *tg.UpdatesChannelDifferenceEmpty:
			events = channelEvents{pts: d.Pts, isFinal: true}
		case *tg.UpdatesChannelDifference:
			events = channelEvents{messages: d.NewMessages, entities: entitiesOf(d.Users, d.Chats), pts: d.Pts, isFinal: d.Final}
		case *tg.UpdatesChannelDifferenceTooLong: // it has the latest messages
			events = channelEvents{messages: d.Messages, entities: entitiesOf(d.Users, d.Chats), isFinal: true}
			if dialog, ok := d.Dialog.(*tg.Dialog); ok {
				events.pts = dialog.Pts
			}
		}
		return nil
	}})
	slices.SortFunc(events.messages, func(a, b tg.MessageClass) int { return a.GetID() - b.GetID() })
	return events, err
}

// channelPts asks for the pts of a channel's latest event.
func channelPts(ctx context.Context, m *Messenger, in *tg.InputChannel) (pts int, err error) {
	err = m.queue.do(ctx, call{lane: LaneBulk, method: "channels.getFullChannel", invoke: func(ctx context.Context) error {
		answer, err := m.api.ChannelsGetFullChannel(ctx, in)
		if err != nil {
			return err
		}
		full, ok := answer.FullChat.(*tg.ChannelFull)
		if !ok {
			return fmt.Errorf("channel %d is a %T", in.ChannelID, answer.FullChat)
		}
		pts = full.Pts
		return nil
	}})
	return pts, err
}

func entitiesOf(users []tg.UserClass, chats []tg.ChatClass) tg.Entities {
	list := tg.ChatClassArray(chats)
	return tg.Entities{Users: tg.UserClassArray(users).UserToMap(), Chats: list.ChatToMap(), Channels: list.ChannelToMap()}
}

// unlessLeft returns err, or nil if err means that the bot is no longer in the channel.
func unlessLeft(err error) error {
	if tgerr.Is(err, "CHANNEL_PRIVATE", "CHANNEL_INVALID", "CHANNEL_PUBLIC_GROUP_NA", "USER_BANNED_IN_CHANNEL") {
		return nil
	}
	return err
}
