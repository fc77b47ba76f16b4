package telegram

import (
	"context"

	"github.com/gotd/td/tg"

	"pavilion/internal/fault"
)

// ErrAuthorHidden reports a message whose author is not a person, or is hidden by Telegram.
var ErrAuthorHidden = fault.New(fault.Invalid, "author_hidden")

// AuthorOf asks Telegram for the person who wrote a message, or the original of a forwarded one. It returns ErrAuthorHidden without such a person.
func (m *Messenger) AuthorOf(ctx context.Context, in Chat, id int) (Person, error) {
	msg, users, err := m.readMessage(ctx, in, id)
	if err != nil {
		return Person{}, err
	}
	from := msg.FromID
	if from == nil && in.Type == Private {
		from = msg.PeerID
	}
	if forward, ok := msg.GetFwdFrom(); ok {
		from = forward.FromID
	}
	author, ok := from.(*tg.PeerUser)
	if !ok || msg.Out {
		return Person{}, ErrAuthorHidden
	}
	p := Person{ID: author.UserID}
	for _, c := range users {
		if u, ok := c.(*tg.User); ok && u.ID == p.ID {
			p.Name = u.FirstName
			if u.Bot {
				return Person{}, ErrAuthorHidden
			}
		}
	}
	return p, nil
}

// TextOf reads a message of our own again.
func (m *Messenger) TextOf(ctx context.Context, in Chat, id int) (string, error) {
	msg, _, err := m.readMessage(ctx, in, id)
	if err != nil {
		return "", err
	}
	if !msg.Out {
		return "", ErrMessageGone
	}
	return msg.Message, nil
}

// readMessage reads a message of a chat again, with the people whom it names. Outside of channels the id is enough.
func (m *Messenger) readMessage(ctx context.Context, in Chat, id int) (*tg.Message, []tg.UserClass, error) {
	var got tg.MessagesMessagesClass
	err := m.queue.do(ctx, call{chat: in, method: "messages.getMessages", invoke: func(ctx context.Context) (err error) {
		want := []tg.InputMessageClass{&tg.InputMessageID{ID: id}}
		if in.Type == Supergroup {
			got, err = m.api.ChannelsGetMessages(ctx, &tg.ChannelsGetMessagesRequest{Channel: in.inputChannel(), ID: want})
			return err
		}
		got, err = m.api.MessagesGetMessages(ctx, want)
		return err
	}})
	if err != nil {
		return nil, nil, err
	}
	for _, c := range messagesOf(got) {
		if msg, ok := c.(*tg.Message); ok && msg.ID == id {
			modified, _ := got.AsModified()
			return msg, modified.GetUsers(), nil
		}
	}
	return nil, nil, ErrMessageGone
}
