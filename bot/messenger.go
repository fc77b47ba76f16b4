package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/cespare/xxhash/v2"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// Button is one button under a message.
type Button struct {
	Text string
	Data []byte
}

// Reply is a message to send. Text is plain; Bold says how much of its beginning is bold, in bytes.
type Reply struct {
	Text     string
	Bold     int
	Keyboard [][]Button
	ReplyTo  int
}

// cause names what a send answers; equal causes are one message to Telegram.
type cause struct {
	event  *Event
	number int // of the sends for one event
}

func (c cause) randomID(chat Chat) int64 {
	e := c.event
	return int64(xxhash.Sum64String(fmt.Sprintf("%d/%d/%d/%d/%d", chat.Key(), e.Kind, e.MessageID, e.QueryID, c.number))) //nolint:gosec // any 64 bits
}

const (
	maxText    = 4096 // UTF-16 units of a message
	maxCaption = 1024
)

// messenger turns what handlers say into calls, and calls pass the queue.
type messenger struct {
	api   *tg.Client
	queue *sendQueue
	sent  func(chat Chat, id int)
	hash  func(k hashKey) (int64, bool)
	keep  func(k hashKey, hash int64)
	fresh func(ctx context.Context, id filter.DocumentID) (filter.File, error)
}

// sendText sends a message and returns its id; 0 where it had been sent before.
func (m *messenger) sendText(ctx context.Context, to Chat, r Reply, c cause) (int, error) {
	text := clipText(r.Text, maxText)
	req := &tg.MessagesSendMessageRequest{Peer: to.peer(), Message: text, NoWebpage: true, RandomID: c.randomID(to), ReplyTo: replyTo(r.ReplyTo), ReplyMarkup: markup(r.Keyboard), Entities: bold(r, text)}
	id, err := m.send(ctx, to, LaneAnswer, "messages.sendMessage", req.RandomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		fresh := *req // encoding changes a request, and a retry encodes again
		fresh.Flags = 0
		return m.api.MessagesSendMessage(ctx, &fresh)
	})
	if tgerr.Is(err, "REPLY_MESSAGE_ID_INVALID", "MESSAGE_ID_INVALID") && req.ReplyTo != nil { // the question was deleted meanwhile
		r.ReplyTo = 0
		return m.sendText(ctx, to, r, c)
	}
	return id, err
}

func (m *messenger) send(ctx context.Context, to Chat, lane Lane, method string, randomID int64, invoke func(context.Context) (tg.UpdatesClass, error)) (int, error) {
	var id int
	err := m.queue.do(ctx, call{lane: lane, chat: to, method: method, limited: true, invoke: func(ctx context.Context) error {
		u, err := invoke(ctx)
		if tgerr.Is(err, "RANDOM_ID_DUPLICATE") {
			return nil // an earlier try, or an earlier process, has sent it
		}
		id = sentID(u, randomID)
		return err
	}})
	if err == nil && id != 0 {
		m.sent(to, id)
	}
	return id, err
}

// editText changes a message in place; a message that is so already is fine.
func (m *messenger) editText(ctx context.Context, in Chat, id int, r Reply) error {
	return m.queue.do(ctx, call{lane: LaneAnswer, chat: in, method: "messages.editMessage", invoke: func(ctx context.Context) error {
		text := clipText(r.Text, maxText)
		_, err := m.api.MessagesEditMessage(ctx, &tg.MessagesEditMessageRequest{
			Peer: in.peer(), ID: id, Message: text, NoWebpage: true, ReplyMarkup: markup(r.Keyboard), Entities: bold(r, text),
		})
		if tgerr.Is(err, "MESSAGE_NOT_MODIFIED") {
			return nil
		}
		return err
	}})
}

// sendFile delivers a file by reference. An expired reference is renewed once; filter.ErrFileGone means that the file is deleted.
func (m *messenger) sendFile(ctx context.Context, to Chat, f filter.File, replyID int, c cause) error {
	for attempt := 0; ; attempt++ {
		caption := clipText(f.Media.Caption, maxCaption)
		var entities []tg.MessageEntityClass
		if caption == f.Media.Caption {
			entities = unpackEntities(f.Media.CaptionEntities)
		}
		randomID := c.randomID(to)
		_, err := m.send(ctx, to, LaneAnswer, "messages.sendMedia", randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
			return m.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{
				Peer: to.peer(), Media: inputMedia(f.Media), Message: caption, Entities: entities, RandomID: randomID, ReplyTo: replyTo(replyID),
			})
		})
		if !isReferenceError(err) || attempt > 0 {
			return err
		}
		if f, err = m.fresh(ctx, f.Media.Document); err != nil {
			return err
		}
	}
}

func isReferenceError(err error) bool {
	rpc, ok := tgerr.As(err)
	return ok && (strings.HasPrefix(rpc.Type, "FILE_REFERENCE_") || rpc.IsOneOf("MEDIA_EMPTY", "FILE_ID_INVALID"))
}

func inputMedia(f filter.Media) tg.InputMediaClass {
	if f.Kind == filter.KindPhoto {
		return &tg.InputMediaPhoto{ID: &tg.InputPhoto{ID: int64(f.Document), AccessHash: f.AccessHash, FileReference: f.Reference}}
	}
	return &tg.InputMediaDocument{ID: inputDocument(f)}
}

func inputDocument(f filter.Media) *tg.InputDocument {
	return &tg.InputDocument{ID: int64(f.Document), AccessHash: f.AccessHash, FileReference: f.Reference}
}

// answerTap stops the button's clock, with a word or without.
func (m *messenger) answerTap(ctx context.Context, e *Event, text string, alert bool) error {
	return m.queue.do(ctx, call{method: "messages.setBotCallbackAnswer", invoke: func(ctx context.Context) error {
		_, err := m.api.MessagesSetBotCallbackAnswer(ctx, &tg.MessagesSetBotCallbackAnswerRequest{QueryID: e.QueryID, Message: clipText(text, 200), Alert: alert})
		if tgerr.Is(err, "QUERY_ID_INVALID") { // too late, or answered
			return nil
		}
		return err
	}})
}

func (m *messenger) answerInline(ctx context.Context, req *tg.MessagesSetInlineBotResultsRequest) error {
	return m.queue.do(ctx, call{method: "messages.setInlineBotResults", invoke: func(ctx context.Context) error {
		_, err := m.api.MessagesSetInlineBotResults(ctx, req)
		if tgerr.Is(err, "QUERY_ID_INVALID") {
			return nil
		}
		return err
	}})
}

// textOf reads a message of our own again.
func (m *messenger) textOf(ctx context.Context, in Chat, id int) (string, error) {
	var got tg.MessagesMessagesClass
	err := m.queue.do(ctx, call{chat: in, method: "messages.getMessages", invoke: func(ctx context.Context) (err error) {
		want := []tg.InputMessageClass{&tg.InputMessageID{ID: id}}
		if in.Type == Supergroup {
			got, err = m.api.ChannelsGetMessages(ctx, &tg.ChannelsGetMessagesRequest{Channel: &tg.InputChannel{ChannelID: in.ID, AccessHash: in.Hash}, ID: want})
			return err
		}
		got, err = m.api.MessagesGetMessages(ctx, want)
		return err
	}})
	if err != nil {
		return "", err
	}
	for _, c := range messagesOf(got) {
		if msg, ok := c.(*tg.Message); ok && msg.ID == id && msg.Out {
			return msg.Message, nil
		}
	}
	return "", errStalePage
}

func messagesOf(c tg.MessagesMessagesClass) []tg.MessageClass {
	if m, ok := c.AsModified(); ok {
		return m.GetMessages()
	}
	return nil
}

// What an admin can get wrong about channels.
var (
	errNotFound = fault.New(fault.NotFound, "channel_not_found", "I can't find that channel. Add me to it as an admin first.")
	errNoRights = fault.New(fault.Forbidden, "channel_no_rights", "I'm not an admin of that channel. Make me one, then try again.")
)

// channelInfo is what Telegram says of a channel.
type channelInfo struct {
	id              filter.ChannelID
	title, username string
}

// channelByName resolves @name.
func (m *messenger) channelByName(ctx context.Context, name string) (channelInfo, error) {
	var info channelInfo
	err := m.queue.do(ctx, call{method: "contacts.resolveUsername", invoke: func(ctx context.Context) error {
		r, err := m.api.ContactsResolveUsername(ctx, &tg.ContactsResolveUsernameRequest{Username: name})
		if err != nil {
			return err
		}
		for _, c := range r.Chats {
			if ch, ok := c.(*tg.Channel); ok {
				info = channelInfo{filter.ChannelID(ch.ID), ch.Title, ch.Username}
				m.keep(hashKey{"channel", ch.ID}, ch.AccessHash)
			}
		}
		return nil
	}})
	if err != nil || info.id == 0 {
		return info, errors.Join(errNotFound, err)
	}
	return info, nil
}

func (m *messenger) inputChannel(id filter.ChannelID) (*tg.InputChannel, error) {
	h, ok := m.hash(hashKey{"channel", int64(id)})
	if !ok {
		return nil, errNotFound
	}
	return &tg.InputChannel{ChannelID: int64(id), AccessHash: h}, nil
}

// channelByID asks for a channel that the bot has met.
func (m *messenger) channelByID(ctx context.Context, id filter.ChannelID) (channelInfo, error) {
	in, err := m.inputChannel(id)
	if err != nil {
		return channelInfo{}, err
	}
	info := channelInfo{}
	err = m.queue.do(ctx, call{method: "channels.getChannels", invoke: func(ctx context.Context) error {
		r, err := m.api.ChannelsGetChannels(ctx, []tg.InputChannelClass{in})
		if err != nil {
			return err
		}
		for _, c := range r.GetChats() {
			if ch, ok := c.(*tg.Channel); ok {
				info = channelInfo{filter.ChannelID(ch.ID), ch.Title, ch.Username}
			}
		}
		return nil
	}})
	if err != nil || info.id == 0 {
		return info, errors.Join(errNotFound, err)
	}
	return info, nil
}

// isAdmin tells whether a person, or the bot itself where user is 0, is an admin of a channel or supergroup.
func (m *messenger) isAdmin(ctx context.Context, id filter.ChannelID, user int64) (bool, error) {
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

// isGroupAdmin tells whether a person is an admin of a basic group.
func (m *messenger) isGroupAdmin(ctx context.Context, group, user int64) (bool, error) {
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

// ReadPosts reads messages of a channel by id; it is the index's way back to Telegram.
func (m *messenger) ReadPosts(ctx context.Context, channel filter.ChannelID, ids []filter.MessageID) (filter.PostsRead, error) {
	in, err := m.inputChannel(channel)
	if err != nil {
		return filter.PostsRead{}, err
	}
	var read filter.PostsRead
	err = m.queue.do(ctx, call{lane: LaneBulk, chat: Chat{ID: int64(channel), Type: Supergroup}, method: "channels.getMessages", invoke: func(ctx context.Context) error {
		want := make([]tg.InputMessageClass, len(ids))
		for i, id := range ids {
			want[i] = &tg.InputMessageID{ID: int(id)}
		}
		got, err := m.api.ChannelsGetMessages(ctx, &tg.ChannelsGetMessagesRequest{Channel: in, ID: want})
		if err != nil {
			return err
		}
		read = filter.PostsRead{}
		for _, c := range messagesOf(got) {
			if _, empty := c.(*tg.MessageEmpty); empty {
				continue
			}
			read.Top = max(read.Top, filter.MessageID(c.GetID()))
			if msg, ok := c.(*tg.Message); ok {
				if p, ok := postOf(int64(channel), msg); ok {
					read.Posts = append(read.Posts, p)
				}
			}
		}
		return nil
	}})
	if err != nil {
		return filter.PostsRead{}, fmt.Errorf("read channel %d: %w", channel, err)
	}
	return read, nil
}

func (m *messenger) setCommands(ctx context.Context, scope tg.BotCommandScopeClass, commands []tg.BotCommand) error {
	return m.queue.do(ctx, call{lane: LaneBulk, method: "bots.setBotCommands", invoke: func(ctx context.Context) error {
		_, err := m.api.BotsSetBotCommands(ctx, &tg.BotsSetBotCommandsRequest{Scope: scope, Commands: commands})
		return err
	}})
}

func replyTo(id int) tg.InputReplyToClass {
	if id == 0 {
		return nil
	}
	return &tg.InputReplyToMessage{ReplyToMsgID: id}
}

func markup(rows [][]Button) tg.ReplyMarkupClass {
	if len(rows) == 0 {
		return nil
	}
	m := new(tg.ReplyInlineMarkup)
	for _, row := range rows {
		var r tg.KeyboardButtonRow
		for _, b := range row {
			r.Buttons = append(r.Buttons, &tg.KeyboardButtonCallback{Text: b.Text, Data: b.Data})
		}
		m.Rows = append(m.Rows, r)
	}
	return m
}

// bold marks the beginning of a text. Telegram counts UTF-16 units.
func bold(r Reply, text string) []tg.MessageEntityClass {
	if r.Bold <= 0 || r.Bold > len(text) {
		return nil
	}
	return []tg.MessageEntityClass{&tg.MessageEntityBold{Length: len(utf16.Encode([]rune(text[:r.Bold])))}}
}

// clipText shortens a text to a number of UTF-16 units.
func clipText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	units := 0
	for i, r := range s {
		n := 1
		if r > 0xffff {
			n = 2
		}
		if units+n > most-1 && len(s)-i > 0 {
			if len(utf16.Encode([]rune(s[i:])))+units <= most {
				return s
			}
			return s[:i] + "…"
		}
		units += n
	}
	return s
}

// sentID finds the id that a sent message got.
func sentID(u tg.UpdatesClass, randomID int64) int {
	switch u := u.(type) {
	case *tg.UpdateShortSentMessage:
		return u.ID
	case *tg.Updates:
		for _, x := range u.Updates {
			if id, ok := x.(*tg.UpdateMessageID); ok && id.RandomID == randomID {
				return id.ID
			}
		}
	}
	return 0
}
