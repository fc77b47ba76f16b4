package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
)

const (
	missedEvents    = 1000    // how many events of a supergroup are read for messages that the bot missed
	missedTries     = 3       // each has the time of a try of the retryQueue
	differenceLimit = 100_000 // Telegram's limit for bots; a lower one makes the answer "too long"
)

// missedMessages are the messages of a supergroup that the bot missed. They are read in several tries, from the page on that failed.
//
// Each channel has its own pts, and the updates manager continues from the stored one. A channel that the bot joined while it was down has no stored pts: the
// manager begins it at its first live message and skips those before. A message that is read here and arrives live too is handled once, see chat's inbox.
type missedMessages struct {
	channel int64
	since   int  // a date; older messages are not handled
	pts     int  // of the last event that is handled; 0 before the first page
	tries   int  // that failed
	isDone  bool // or given up
}

// noteMissed notes that messages of a supergroup since a date may be missed. It must be called as soon as the update about the supergroup arrives, because
// the manager stores a pts with the next live message. Nothing is missed in a channel whose pts an earlier process stored, or that was read before.
func noteMissed(c *Client, channel int64, since int) *missedMessages {
	return &missedMessages{channel: channel, since: since, isDone: !c.state.mayMiss(channel)}
}

// read handles the messages, and stores the pts to go on from unless the manager has begun the channel. Its errors ask for another try. After a refusal by
// Telegram, and after missedTries, it gives up and returns nil, because changes of other chats wait behind it.
func (m *missedMessages) read(ctx context.Context, c *Client) error {
	if m.isDone {
		return nil
	}
	in, err := c.Messenger.inputChannel(filter.ChannelID(m.channel))
	if err != nil {
		m.isDone = true
		return nil //nolint:nilerr // without an access hash Telegram answers nothing about a channel
	}
	live, hasBegun := c.state.begunAt(m.channel)
	if m.pts == 0 {
		latest := live
		if !hasBegun {
			if latest, err = channelPts(ctx, c.Messenger, in); err != nil {
				return m.giveUp(ctx, c, err)
			}
		}
		m.pts = max(1, latest-missedEvents)
	}
	for isFinal := false; !isFinal && (!hasBegun || m.pts < live); {
		var events channelEvents
		if events, err = readChannelEvents(ctx, c.Messenger, in, m.pts); err != nil {
			return m.giveUp(ctx, c, err)
		}
		if err := handleMissed(ctx, c, m.channel, m.since, events); err != nil {
			return err
		}
		m.pts, isFinal = max(m.pts, events.pts), events.isFinal // Telegram may not tell the pts of the last page
	}
	if !hasBegun {
		if err := c.state.startChannel(ctx, m.channel, m.pts); err != nil {
			return m.giveUp(ctx, c, err)
		}
	}
	m.isDone = true
	c.state.forgetBeginning(m.channel)
	return nil
}

// giveUp returns err for another try, or logs it and returns nil. A process that stops does not give up: the next one gets the update again.
func (m *missedMessages) giveUp(ctx context.Context, c *Client, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) || errors.Is(err, ErrQueueStopped) {
		return err
	}
	m.tries++
	if rpc, ok := tgerr.As(err); m.tries < missedTries && (!ok || rpc.Code == 420 || rpc.Code < 400 || rpc.Code >= 500) {
		return err
	}
	m.isDone = true
	c.state.forgetBeginning(m.channel)
	c.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "missed messages of a supergroup are not read", slog.Int64("channel", m.channel), slog.Int("tries", m.tries), slog.Any("error", err))
	return nil
}

// handleMissed handles messages in their order. A migration among them is stored first, because handlers look up groups by the new chat.
func handleMissed(ctx context.Context, c *Client, channel int64, since int, events channelEvents) error {
	for _, class := range events.messages {
		if from, ok := migratedFrom(class); ok {
			if err := storeMigration(ctx, c, from, channel); err != nil {
				return err
			}
			c.state.setMigrated(from, channel)
		}
	}
	for _, class := range events.messages {
		m, ok := class.AsNotEmpty()
		if !ok || m.GetDate() < since {
			continue
		}
		if _, isMigration := migratedFrom(class); isMigration { // channelMessage would queue it again
			c.index.SkipMessage(filter.ChannelID(channel), filter.MessageID(m.GetID()))
			continue
		}
		c.channelMessage(ctx, events.entities, class)
	}
	return nil
}

// migratedFrom returns the group that has become the supergroup of a service message.
func migratedFrom(class tg.MessageClass) (group int64, ok bool) {
	service, ok := class.(*tg.MessageService)
	if !ok {
		return 0, false
	}
	action, ok := service.Action.(*tg.MessageActionChannelMigrateFrom)
	if !ok {
		return 0, false
	}
	return action.ChatID, true
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
