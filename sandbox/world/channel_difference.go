// The updates that a member of a channel missed.

package world

import (
	"slices"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// The longest channel differences: Telegram allows people 100 events and bots 100,000.
const (
	maxChannelDifference    = 100
	maxBotChannelDifference = 100_000
)

func (c *call) getChannelDifference(r *tg.UpdatesGetChannelDifferenceRequest) (tg.UpdatesChannelDifferenceClass, error) {
	ch, err := c.channel(r.Channel)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Pts <= 0:
		return nil, tgerr.New(400, "PERSISTENT_TIMESTAMP_EMPTY")
	case r.Pts > ch.Pts:
		return nil, tgerr.New(400, "PERSISTENT_TIMESTAMP_INVALID")
	}
	limit := min(r.Limit, maxChannelDifference)
	if c.me.Bot != nil {
		limit = min(r.Limit, maxBotChannelDifference)
	}
	if limit <= 0 {
		limit = maxChannelDifference
	}
	if r.Pts == ch.Pts {
		return &tg.UpdatesChannelDifferenceEmpty{Final: true, Pts: ch.Pts, Timeout: 1}, nil
	}
	if r.Pts < ch.LogFrom || r.Pts+limit < ch.Pts {
		return c.channelTooLong(ch, min(limit, maxChannelDifference)), nil
	}
	events, more := after(ch.Log, r.Pts, min(limit, c.o.SliceSize))
	d := &tg.UpdatesChannelDifference{Final: !more, Pts: ch.Pts, NewMessages: []tg.MessageClass{}, OtherUpdates: []tg.UpdateClass{}}
	if more {
		d.Pts = events[len(events)-1].Pts
	} else {
		d.SetTimeout(1)
	}
	p := ChannelPeer(ch.ID)
	c.people.add(p)
	for _, e := range events {
		c.replayChannel(d, ch, e)
	}
	d.Users, d.Chats = c.people.userList(), c.people.chatList()
	return d, nil
}

func (c *call) replayChannel(d *tg.UpdatesChannelDifference, ch *channel, e event) {
	m := c.find(ChannelPeer(ch.ID), e.IDs[0])
	switch e.Kind {
	case eventNew:
		if m != nil {
			d.NewMessages = append(d.NewMessages, c.view(m, m.ID, c.people))
		}
	case eventEdit:
		if m != nil {
			d.OtherUpdates = append(d.OtherUpdates, &tg.UpdateEditChannelMessage{
				Message: c.view(m, m.ID, c.people), Pts: e.Pts, PtsCount: e.Count,
			})
		}
	case eventDelete:
		d.OtherUpdates = append(d.OtherUpdates, &tg.UpdateDeleteChannelMessages{
			ChannelID: ch.ID, Messages: slices.Clone(e.IDs), Pts: e.Pts, PtsCount: e.Count,
		})
	case eventPin, eventUnpin:
		d.OtherUpdates = append(d.OtherUpdates, &tg.UpdatePinnedChannelMessages{
			Pinned: e.Kind == eventPin, ChannelID: ch.ID, Messages: slices.Clone(e.IDs), Pts: e.Pts, PtsCount: e.Count,
		})
	case eventReadIn, eventReadOut: // only boxes have these
	}
}

// channelTooLong answers with the last messages instead of events. A client reads the others by id.
func (c *call) channelTooLong(ch *channel, limit int) *tg.UpdatesChannelDifferenceTooLong {
	e := c.channelEntry(ch)
	d := &tg.UpdatesChannelDifferenceTooLong{Final: true, Dialog: c.viewDialog(e), Messages: []tg.MessageClass{}}
	d.SetTimeout(1)
	c.people.add(e.peer)
	for i := len(ch.IDs) - 1; i >= max(0, len(ch.IDs)-limit); i-- {
		if m := c.find(e.peer, ch.IDs[i]); m != nil {
			d.Messages = append(d.Messages, c.view(m, m.ID, c.people))
		}
	}
	d.Users, d.Chats = c.people.userList(), c.people.chatList()
	return d
}
