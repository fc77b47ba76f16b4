package telegram

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// Errors of channels that an admin names.
var (
	ErrChannelNotFound = fault.New(fault.NotFound, "channel_not_found")
	ErrNoRights        = fault.New(fault.Forbidden, "channel_no_rights")
)

// ChannelInfo is a channel as Telegram describes it.
type ChannelInfo struct {
	ID              filter.ChannelID
	Title, Username string
}

// ChannelByName resolves @name.
func (m *Messenger) ChannelByName(ctx context.Context, name string) (ChannelInfo, error) {
	var info ChannelInfo
	err := m.queue.do(ctx, call{method: "contacts.resolveUsername", invoke: func(ctx context.Context) error {
		r, err := m.api.ContactsResolveUsername(ctx, &tg.ContactsResolveUsernameRequest{Username: name})
		if err != nil {
			return err
		}
		for _, c := range r.Chats {
			if ch, ok := c.(*tg.Channel); ok {
				info = ChannelInfo{filter.ChannelID(ch.ID), ch.Title, ch.Username}
				m.setHash(hashKey{"channel", ch.ID}, ch.AccessHash)
				m.noteChannel(ch)
			}
		}
		return nil
	}})
	if err != nil || info.ID == 0 {
		return info, errors.Join(ErrChannelNotFound, err)
	}
	return info, nil
}

func (m *Messenger) inputChannel(id filter.ChannelID) (*tg.InputChannel, error) {
	h, ok := m.hash(hashKey{"channel", int64(id)})
	if !ok {
		return nil, ErrChannelNotFound
	}
	return &tg.InputChannel{ChannelID: int64(id), AccessHash: h}, nil
}

// ChannelByID reads a channel whose access hash the bot knows.
func (m *Messenger) ChannelByID(ctx context.Context, id filter.ChannelID) (ChannelInfo, error) {
	in, err := m.inputChannel(id)
	if err != nil {
		return ChannelInfo{}, err
	}
	info := ChannelInfo{}
	err = m.queue.do(ctx, call{method: "channels.getChannels", invoke: func(ctx context.Context) error {
		r, err := m.api.ChannelsGetChannels(ctx, []tg.InputChannelClass{in})
		if err != nil {
			return err
		}
		m.noteChats(r.GetChats())
		for _, c := range r.GetChats() {
			if ch, ok := c.(*tg.Channel); ok {
				info = ChannelInfo{filter.ChannelID(ch.ID), ch.Title, ch.Username}
			}
		}
		return nil
	}})
	if err != nil || info.ID == 0 {
		return info, errors.Join(ErrChannelNotFound, err)
	}
	return info, nil
}

// IsAdmin tells whether a person, or the bot itself where user is 0, is an admin of a channel or supergroup.
func (m *Messenger) IsAdmin(ctx context.Context, id filter.ChannelID, user int64) (bool, error) {
	in, err := m.inputChannel(id)
	if err != nil {
		return false, err
	}
	var who tg.InputPeerClass = &tg.InputPeerSelf{}
	if user != 0 {
		h, _ := m.hash(hashKey{"user", user})
		who = &tg.InputPeerUser{UserID: user, AccessHash: h}
	}
	admin := false
	err = m.queue.do(ctx, call{method: "channels.getParticipant", invoke: func(ctx context.Context) error {
		r, err := m.api.ChannelsGetParticipant(ctx, &tg.ChannelsGetParticipantRequest{Channel: in, Participant: who})
		if tgerr.Is(err, "USER_NOT_PARTICIPANT", "CHANNEL_PRIVATE", "CHAT_ADMIN_REQUIRED") {
			return nil
		}
		if err != nil {
			return err
		}
		switch r.Participant.(type) {
		case *tg.ChannelParticipantAdmin, *tg.ChannelParticipantCreator:
			admin = true
		}
		return nil
	}})
	return admin, err
}

// IsGroupAdmin tells whether a person is an admin of a basic group.
func (m *Messenger) IsGroupAdmin(ctx context.Context, group, user int64) (bool, error) {
	admin := false
	err := m.queue.do(ctx, call{method: "messages.getFullChat", invoke: func(ctx context.Context) error {
		full, err := m.api.MessagesGetFullChat(ctx, group)
		if err != nil {
			return err
		}
		chat, ok := full.FullChat.(*tg.ChatFull)
		if !ok {
			return nil
		}
		members, ok := chat.Participants.(*tg.ChatParticipants)
		if !ok {
			return nil
		}
		for _, p := range members.Participants {
			switch p := p.(type) {
			case *tg.ChatParticipantAdmin:
				admin = admin || p.UserID == user
			case *tg.ChatParticipantCreator:
				admin = admin || p.UserID == user
			}
		}
		return nil
	}})
	return admin, err
}

// IsChatAdmin tells whether a person is an admin of a group of either type.
func (m *Messenger) IsChatAdmin(ctx context.Context, chat Chat, user int64) (bool, error) {
	if chat.Type == Group {
		return m.IsGroupAdmin(ctx, chat.ID, user)
	}
	return m.IsAdmin(ctx, filter.ChannelID(chat.ID), user)
}

// GroupTitle asks Telegram for the title of a group of either type.
func (m *Messenger) GroupTitle(ctx context.Context, chat Chat) (string, error) {
	if chat.Type != Group {
		info, err := m.ChannelByID(ctx, filter.ChannelID(chat.ID))
		return info.Title, err
	}
	title := ""
	err := m.queue.do(ctx, call{method: "messages.getChats", invoke: func(ctx context.Context) error {
		r, err := m.api.MessagesGetChats(ctx, []int64{chat.ID})
		if err != nil {
			return err
		}
		for _, c := range r.GetChats() {
			if g, ok := c.(*tg.Chat); ok && g.ID == chat.ID {
				title = g.Title
			}
		}
		return nil
	}})
	if err != nil || title == "" {
		return "", errors.Join(ErrChannelNotFound, err)
	}
	return title, nil
}

// readWithin bounds a read, so that a channel that Telegram makes wait holds up no other: all are read one after the other.
const readWithin = 10 * time.Second

// ReadPosts reads messages of a channel by id; it is the index's way back to Telegram.
func (m *Messenger) ReadPosts(ctx context.Context, channel filter.ChannelID, ids []filter.MessageID) (filter.PostsRead, error) {
	select { // the index starts before the bot is signed in
	case <-m.signedIn:
	case <-ctx.Done():
		return filter.PostsRead{}, fmt.Errorf("read channel %d: %w", channel, context.Cause(ctx))
	}
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	messages, top, err := m.readWithAlbums(ctx, channel, ids)
	if err != nil {
		return filter.PostsRead{}, fmt.Errorf("read channel %d: %w", channel, err)
	}
	read := filter.PostsRead{Top: top}
	for _, msg := range messages {
		if msg.Out { // what we delivered into an indexed group is no post of it
			continue
		}
		if p, ok := postOf(int64(channel), msg); ok {
			read.Posts = append(read.Posts, p)
		}
	}
	return read, nil
}

const idsInCall = 100 // Telegram's limit

// readMessages reads at most idsInCall messages, without service messages. top is the highest id that has a message of any kind.
func (m *Messenger) readMessages(ctx context.Context, channel filter.ChannelID, ids []filter.MessageID) (messages []*tg.Message, top filter.MessageID, err error) {
	in, err := m.inputChannel(channel)
	if err != nil {
		return nil, 0, err
	}
	err = m.queue.do(ctx, call{lane: LaneBulk, chat: Chat{ID: int64(channel), Type: Supergroup}, method: "channels.getMessages", invoke: func(ctx context.Context) error {
		want := make([]tg.InputMessageClass, len(ids))
		for i, id := range ids {
			want[i] = &tg.InputMessageID{ID: int(id)}
		}
		got, err := m.api.ChannelsGetMessages(ctx, &tg.ChannelsGetMessagesRequest{Channel: in, ID: want})
		if err != nil {
			return err
		}
		messages, top = nil, 0
		if answer, ok := got.AsModified(); ok {
			m.noteChats(answer.GetChats())
		}
		for _, c := range messagesOf(got) {
			if _, empty := c.(*tg.MessageEmpty); empty {
				continue
			}
			top = max(top, filter.MessageID(c.GetID()))
			if msg, ok := c.(*tg.Message); ok {
				messages = append(messages, msg)
			}
		}
		return nil
	}})
	return messages, top, err
}
