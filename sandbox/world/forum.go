// Forums: supergroups with topics.

package world

import (
	"fmt"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// topic is a topic of a forum. Its id is that of the message that opened it. Messages without a topic are in General.
type topic struct {
	Title           string
	Closed, Deleted bool
}

// putInTopic puts a draft into the topic of the answered message, or into the named topic if that message does not exist.
func (c *call) putInTopic(m *message, answered *message, named int) error {
	if m.Peer.Kind != PeerChannel || c.Channels[m.Peer.ID].Topics == nil {
		return nil
	}
	ch := c.Channels[m.Peer.ID]
	if m.Topic = named; answered != nil {
		m.Topic = answered.Topic
	}
	if m.Topic == 0 {
		return nil
	}
	t := ch.Topics[m.Topic]
	switch {
	case t == nil:
		return tgerr.New(400, "TOPIC_ID_INVALID")
	case t.Deleted:
		return tgerr.New(400, "TOPIC_DELETED")
	case t.Closed && !ch.Members[c.me.ID].admin():
		return tgerr.New(400, "TOPIC_CLOSED")
	}
	return nil
}

// CreateTopic opens a topic in a supergroup and returns its id. The first topic makes the supergroup a forum.
func (w *World) CreateTopic(by, channelID int64, title string) (int, error) {
	var id int
	return id, w.inChat(ChannelPeer(channelID), by, func(c *call) error {
		ch := w.Channels[channelID]
		makeMap(&ch.Topics)
		id = ch.LastID + 1
		ch.Topics[id] = &topic{Title: title}
		c.post(&message{Sender: by, Peer: ChannelPeer(channelID), Topic: id, Action: encode(&tg.MessageActionTopicCreate{Title: title, IconColor: 0x6FB9F0})}, 0)
		return nil
	})
}

// SetTopic closes or deletes a topic.
func (w *World) SetTopic(by, channelID int64, id int, closed, deleted bool) error {
	return w.inChat(ChannelPeer(channelID), by, func(*call) error {
		t := w.Channels[channelID].Topics[id]
		if t == nil {
			return fmt.Errorf("topic %d: %w", id, errNoMessage)
		}
		t.Closed, t.Deleted = closed, deleted
		return nil
	})
}

// SendTextIn sends a text into a topic as an account and returns its id.
func (w *World) SendTextIn(from, channelID int64, topic int, text string) (int, error) {
	return w.send(from, ChannelPeer(channelID), func(c *call, m *message) error {
		if err := c.putInTopic(m, nil, topic); err != nil {
			return err
		}
		m.ReplyID = topic
		var err error
		m.Text, m.Entities, err = c.text(text, nil, maxText, "MESSAGE_TOO_LONG")
		return err
	})
}
