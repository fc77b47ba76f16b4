package telegram

import (
	"context"
	"errors"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
)

// ErrDeleteForbidden reports messages that Telegram does not let the bot delete.
var ErrDeleteForbidden = errors.New("telegram forbids to delete the messages")

// Shared is what a message of a chat holds of the archive.
type Shared struct {
	Document filter.DocumentID // 0: it has no file
	Post     filter.Place      // the channel's post that it was forwarded from; zero: none
}

// ButtonsOf reads the data of the buttons of a message of our own.
func (d *Deliverer) ButtonsOf(ctx context.Context, in Chat, id int) ([][]byte, error) {
	msg, _, err := d.m.readMessage(ctx, in, id)
	if err != nil {
		return nil, err
	}
	if !msg.Out {
		return nil, ErrMessageGone
	}
	var data [][]byte
	if markup, ok := msg.ReplyMarkup.(*tg.ReplyInlineMarkup); ok {
		for _, row := range markup.Rows {
			for _, b := range row.Buttons {
				if c, ok := b.(*tg.KeyboardButtonCallback); ok {
					data = append(data, c.Data)
				}
			}
		}
	}
	return data, nil
}

// SharedIn reads what a message holds of the archive, such as one that a person replied to.
func (d *Deliverer) SharedIn(ctx context.Context, in Chat, id int) (Shared, error) {
	msg, _, err := d.m.readMessage(ctx, in, id)
	if err != nil {
		return Shared{}, err
	}
	var s Shared
	if media, ok := fileOf(msg); ok {
		s.Document = media.Document
	}
	if fwd, ok := msg.GetFwdFrom(); ok {
		if from, ok := fwd.FromID.(*tg.PeerChannel); ok && fwd.ChannelPost > 0 {
			s.Post = filter.Place{Channel: filter.ChannelID(from.ChannelID), Message: filter.MessageID(fwd.ChannelPost)}
		}
	}
	return s, nil
}

// SendNamed sends a text that a job sends rather than an event, and returns its id, or 0 where it had been sent before and Telegram does not tell. Sends of one
// name into one chat are one message to Telegram.
func (d *Deliverer) SendNamed(ctx context.Context, to Chat, topic int, r Reply, name string) (int, error) {
	randomID := namedRandomID(to, name)
	id, err := d.m.sendMessage(ctx, to, LaneAnswer, "messages.sendMessage", randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		text, entities := r.formatted()
		return d.m.api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{
			Peer: to.peer(), Message: text, Entities: entities, NoWebpage: true, RandomID: randomID, ReplyTo: inTopic(topic), ReplyMarkup: r.markup(),
		})
	})
	return id, err
}

// EditLater is EditText for a message that nobody waits for.
func (d *Deliverer) EditLater(ctx context.Context, in Chat, id int, r Reply) error {
	return d.m.edit(ctx, LaneBulk, in, id, r)
}

// DeleteMessages deletes messages of our own for everybody, at most a hundred. Messages that are deleted already are no error. It returns ErrDeleteForbidden
// where Telegram does not allow it.
func (d *Deliverer) DeleteMessages(ctx context.Context, in Chat, ids []int) error {
	return d.m.queue.do(ctx, call{lane: LaneBulk, chat: in, method: "messages.deleteMessages", invoke: func(ctx context.Context) error {
		err := requestDelete(ctx, d.m.api, in, ids)
		switch {
		case tgerr.Is(err, "MESSAGE_ID_INVALID"):
			return nil
		case tgerr.Is(err, "MESSAGE_DELETE_FORBIDDEN", "CHANNEL_PRIVATE", "CHANNEL_INVALID", "CHAT_ADMIN_REQUIRED", "PEER_ID_INVALID"):
			return errors.Join(ErrDeleteForbidden, err)
		}
		return err
	}})
}

func (c Chat) inputChannel() *tg.InputChannel {
	return &tg.InputChannel{ChannelID: c.ID, AccessHash: c.Hash}
}
