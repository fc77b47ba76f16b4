package telegram

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// Content is a message that is sent to many people: a text, one file or an album.
type Content struct {
	Text     string
	Entities []byte
	Media    []filter.Media // with their captions
}

// Delivery is how a Content is sent.
type Delivery struct {
	Lane     Lane
	Silent   bool
	Links    []Link // on a single message, above the keyboard
	Keyboard [][]Button
	Name     string // sends of one name to one chat are one message to Telegram
	// NameIsWhole makes the name alone stand for the message: a send into the supergroup that a group has become repeats the one into the group.
	NameIsWhole bool
	// Paid sends beyond the free limits, for Stars of the bot. Telegram's refusal is a PaidRefused failure.
	Paid     bool
	Topic    int           // a message of the forum topic
	Patience time.Duration // with Telegram's wait for this chat; 0: no bound
}

// randomID is the random_id of a part of the message.
func (d Delivery) randomID(to Chat, part string) int64 {
	if d.NameIsWhole {
		to = Chat{}
	}
	return namedRandomID(to, d.Name+part)
}

// partIDs are the random_ids of a message of several parts.
func (d Delivery) partIDs(to Chat, n int) []int64 {
	list := make([]int64, n)
	for i := range list {
		list[i] = d.randomID(to, fmt.Sprint("/", i))
	}
	return list
}

// Contents reads messages of private chats and sends them to people.
type Contents struct{ m *Messenger }

// NewContents makes a Contents that sends through a messenger.
func NewContents(m *Messenger) *Contents { return &Contents{m} }

// ErrNotCopyable reports a message that the bot cannot send again, such as a poll.
var ErrNotCopyable = fault.New(fault.Invalid, "message_not_copyable")

// ReadContent reads a message of a private chat, with the album that it belongs to, and the ids of the messages that it consists of.
func (c *Contents) ReadContent(ctx context.Context, in Chat, id int) (Content, []int, error) {
	list, err := c.read(ctx, in, []int{id})
	if err != nil {
		return Content{}, nil, err
	}
	if len(list) == 0 {
		return Content{}, nil, ErrMessageGone
	}
	if group := list[0].GroupedID; group != 0 {
		var near []int
		for n := max(1, id-filter.MaxAlbum+1); n < id+filter.MaxAlbum; n++ {
			near = append(near, n)
		}
		if list, err = c.read(ctx, in, near); err != nil {
			return Content{}, nil, err
		}
		list = slices.DeleteFunc(list, func(msg *tg.Message) bool { return msg.GroupedID != group })
	}
	ids := make([]int, len(list))
	for i, msg := range list {
		ids[i] = msg.ID
	}
	found, err := contentOf(list)
	return found, ids, err
}

// idsBefore is how many ids FindBefore reads. Private chats of one account share a sequence of ids, and a broadcast sends 25 messages a second.
const idsBefore = 5 * idsInCall

// FindBefore finds a content that the bot has sent among the messages just before the message id, and returns the ids of its messages. It serves sends for
// which Telegram returned no ids. It returns ErrMessageGone if a part is missing.
func (c *Contents) FindBefore(ctx context.Context, in Chat, id int, what Content) ([]int, error) {
	var list []*tg.Message
	for end := id; end > max(1, id-idsBefore); end -= idsInCall {
		var ids []int
		for n := max(1, end-idsInCall); n < end; n++ {
			ids = append(ids, n)
		}
		earlier, err := c.read(ctx, in, ids)
		if err != nil {
			return nil, err
		}
		list = append(earlier, list...) // an album may begin in one call and end in the other
		if found := lastContent(list, what); found != nil {
			return found, nil
		}
	}
	return nil, ErrMessageGone
}

// lastContent returns the ids of the last messages that are the parts of a content, nil without them.
func lastContent(list []*tg.Message, what Content) []int {
	parts := max(1, len(what.Media))
	for end := len(list); end >= parts; end-- {
		if found := list[end-parts : end]; isContent(found, what) {
			ids := make([]int, parts)
			for i, msg := range found {
				ids[i] = msg.ID
			}
			return ids
		}
	}
	return nil
}

// isContent tells whether messages of the bot are the parts of a content.
func isContent(list []*tg.Message, what Content) bool {
	for i, msg := range list {
		if len(what.Media) == 0 {
			return msg.Out && isText(msg.Media) && msg.Message == what.Text
		}
		if f, ok := storedMedia(msg.Media); !ok || !msg.Out || f.Document != what.Media[i].Document {
			return false
		}
	}
	return true
}

// read reads those of a chat's messages that exist, in the order of their ids. A private chat without an id stands for all of them.
func (c *Contents) read(ctx context.Context, in Chat, ids []int) ([]*tg.Message, error) {
	var got tg.MessagesMessagesClass
	err := c.m.queue.do(ctx, call{lane: LaneAnswer, chat: in, method: "messages.getMessages", invoke: func(ctx context.Context) (err error) {
		want := make([]tg.InputMessageClass, len(ids))
		for i, id := range ids {
			want[i] = &tg.InputMessageID{ID: id}
		}
		if in.Type == Supergroup {
			got, err = c.m.api.ChannelsGetMessages(ctx, &tg.ChannelsGetMessagesRequest{Channel: in.inputChannel(), ID: want})
			return err
		}
		got, err = c.m.api.MessagesGetMessages(ctx, want)
		return err
	}})
	if err != nil {
		return nil, err
	}
	var list []*tg.Message
	for _, class := range messagesOf(got) {
		if msg, ok := class.(*tg.Message); ok && in.has(msg.PeerID) {
			list = append(list, msg)
		}
	}
	slices.SortFunc(list, func(a, b *tg.Message) int { return a.ID - b.ID })
	return list, nil
}

// has tells whether a peer is the chat. A private chat without an id stands for all of them.
func (c Chat) has(peer tg.PeerClass) bool {
	switch p := peer.(type) {
	case *tg.PeerUser:
		return c.Type == Private && (c.ID == 0 || c.ID == p.UserID)
	case *tg.PeerChat:
		return c.Type == Group && c.ID == p.ChatID
	case *tg.PeerChannel:
		return c.Type == Supergroup && c.ID == p.ChannelID
	}
	return false
}

func contentOf(list []*tg.Message) (Content, error) {
	var c Content
	for _, m := range list {
		if isText(m.Media) {
			c.Text, c.Entities = m.Message, packEntities(m.Entities)
			continue
		}
		f, ok := storedMedia(m.Media)
		if !ok {
			return c, ErrNotCopyable
		}
		f.Caption, f.CaptionEntities = m.Message, packEntities(m.Entities)
		c.Media = append(c.Media, f)
	}
	if c.Text == "" && len(c.Media) == 0 {
		return c, ErrNotCopyable
	}
	return c, nil
}

// SendContent sends a message to a person or into a group, and returns the ids of its parts. An id is missing where Telegram only tells that it was sent before.
func (c *Contents) SendContent(ctx context.Context, to Chat, what Content, d Delivery) (ids []int, err error) {
	err = c.m.follow(ctx, to, func(to Chat) (err error) {
		if len(what.Media) > 1 {
			ids, err = c.sendAlbum(ctx, to, what, d)
		} else {
			ids, err = c.sendSingle(ctx, to, what, d)
		}
		return err
	})
	return ids, err
}

func (c *Contents) sendSingle(ctx context.Context, to Chat, what Content, d Delivery) ([]int, error) {
	markup := Reply{Links: d.Links, Keyboard: d.Keyboard}.markup()
	randomID := d.randomID(to, "")
	method := "messages.sendMessage"
	if len(what.Media) == 1 {
		method = "messages.sendMedia"
	}
	return c.send(ctx, to, d, method, []int64{randomID}, func(ctx context.Context) (tg.UpdatesClass, error) {
		if len(what.Media) == 1 {
			caption, entities := captionOf(what.Media[0])
			return c.m.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{
				Peer: to.peer(), Media: inputMedia(what.Media[0]), Message: caption, Entities: entities, RandomID: randomID, Silent: d.Silent, ReplyMarkup: markup, ReplyTo: inTopic(d.Topic), AllowPaidFloodskip: d.Paid,
			})
		}
		return c.m.api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{
			Peer: to.peer(), Message: what.Text, Entities: unpackEntities(what.Entities), RandomID: randomID, Silent: d.Silent, ReplyMarkup: markup, ReplyTo: inTopic(d.Topic), AllowPaidFloodskip: d.Paid,
		})
	})
}

func (c *Contents) sendAlbum(ctx context.Context, to Chat, what Content, d Delivery) ([]int, error) {
	randomIDs := d.partIDs(to, len(what.Media))
	return c.send(ctx, to, d, "messages.sendMultiMedia", randomIDs, func(ctx context.Context) (tg.UpdatesClass, error) {
		request := &tg.MessagesSendMultiMediaRequest{Peer: to.peer(), Silent: d.Silent, ReplyTo: inTopic(d.Topic), AllowPaidFloodskip: d.Paid}
		for i, f := range what.Media {
			caption, entities := captionOf(f)
			request.MultiMedia = append(request.MultiMedia, tg.InputSingleMedia{Media: inputMedia(f), RandomID: randomIDs[i], Message: caption, Entities: entities})
		}
		return c.m.api.MessagesSendMultiMedia(ctx, request)
	})
}

// ForwardMessages forwards messages of a private chat to a person or into a group, with the name of their author. An album stays one.
func (c *Contents) ForwardMessages(ctx context.Context, to, from Chat, list []int, d Delivery) (ids []int, err error) {
	err = c.m.follow(ctx, to, func(to Chat) (err error) {
		randomIDs := d.partIDs(to, len(list))
		ids, err = c.send(ctx, to, d, "messages.forwardMessages", randomIDs, func(ctx context.Context) (tg.UpdatesClass, error) {
			return c.m.api.MessagesForwardMessages(ctx, &tg.MessagesForwardMessagesRequest{
				FromPeer: from.peer(), ToPeer: to.peer(), ID: list, RandomID: randomIDs, Silent: d.Silent, ReplyTo: inTopic(d.Topic), AllowPaidFloodskip: d.Paid,
			})
		})
		return err
	})
	return ids, err
}

func (c *Contents) send(ctx context.Context, to Chat, d Delivery, method string, randomIDs []int64, invoke func(context.Context) (tg.UpdatesClass, error)) ([]int, error) {
	return sendCall(ctx, c.m, call{lane: d.Lane, chat: to, method: method, patience: d.Patience, paid: d.Paid}, randomIDs, invoke)
}

// EditContent changes the text or the caption of a sent message. links and keyboard replace its buttons.
func (c *Contents) EditContent(ctx context.Context, in Chat, id int, text string, entities []byte, d Delivery) error {
	return c.m.editMessage(ctx, call{lane: d.Lane, chat: in, patience: d.Patience}, func() *tg.MessagesEditMessageRequest {
		return &tg.MessagesEditMessageRequest{
			ID: id, Message: text, Entities: unpackEntities(entities), ReplyMarkup: Reply{Links: d.Links, Keyboard: d.Keyboard}.markup(),
		}
	})
}

// DeletePrivate deletes messages of the bot's own private chats, at most 100. Those that do not exist any more are ignored.
func (c *Contents) DeletePrivate(ctx context.Context, lane Lane, ids []int) error {
	return c.DeleteIn(ctx, Chat{Type: Private}, ids, Delivery{Lane: lane})
}

// DeleteIn deletes messages of one chat, at most 100, with the lane and the patience of d. It ignores messages that do not exist any more.
func (c *Contents) DeleteIn(ctx context.Context, in Chat, ids []int, d Delivery) error {
	return c.m.queue.do(ctx, call{lane: d.Lane, chat: in, patience: d.Patience, method: "messages.deleteMessages", invoke: func(ctx context.Context) error {
		return requestDelete(ctx, c.m.api, in, ids)
	}})
}

// Pin pins a message for both sides of a chat, without a notification. A message that is pinned already is no error.
func (c *Contents) Pin(ctx context.Context, lane Lane, in Chat, id int) error {
	return c.m.follow(ctx, in, func(in Chat) error {
		return c.m.queue.do(ctx, call{lane: lane, chat: in, method: "messages.updatePinnedMessage", invoke: func(ctx context.Context) error {
			_, err := c.m.api.MessagesUpdatePinnedMessage(ctx, &tg.MessagesUpdatePinnedMessageRequest{Peer: in.peer(), ID: id, Silent: true})
			if tgerr.Is(err, "CHAT_NOT_MODIFIED") {
				return nil
			}
			return err
		}})
	})
}

// ChatWait is how long Telegram makes a chat wait; 0 if it does not.
func (c *Contents) ChatWait(chat Chat) time.Duration { return c.m.queue.chatWait(chat) }

// Failure is the kind of an error of a send.
type Failure uint8

// The kinds of failures.
const (
	NoFailure    Failure = iota
	PersonGone           // they blocked the bot, or deleted their account
	ChatClosed           // the bot may not write such messages in this group
	TopicClosed          // the forum topic is closed or deleted
	ChatRefused          // Telegram refuses this chat for another reason
	ContentBad           // Telegram refuses the message for everybody
	ChatWaits            // Telegram makes this chat wait for longer than the send's patience
	PaidRefused          // Telegram refuses to send beyond the free limits
	MayPass              // another try may succeed
	QueueStopped         // this process is no longer the bot
)

// FailureOf classifies the error of a send by Telegram's error names. The name is empty where Telegram did not answer.
func FailureOf(err error) (Failure, string) {
	if err == nil {
		return NoFailure, ""
	}
	if errors.Is(err, ErrQueueStopped) || errors.Is(err, ErrSessionEnded) {
		return QueueStopped, ""
	}
	if errors.Is(err, ErrNeverWrote) {
		return ChatRefused, "NO_ACCESS_HASH"
	}
	if unpaid := (paidRefusedError{}); errors.As(err, &unpaid) {
		return PaidRefused, unpaid.name
	}
	rpc, ok := tgerr.As(err)
	switch {
	case errors.Is(err, ErrTelegramWaits):
		return ChatWaits, ""
	case !ok:
		return MayPass, ""
	case errors.Is(err, ErrBlocked):
		return PersonGone, rpc.Type
	case rpc.Code == 420 || rpc.Code >= 500 || rpc.Code < 0:
		return MayPass, rpc.Type
	case IsReferenceError(err) || isContentError(rpc.Type):
		return ContentBad, rpc.Type
	}
	return chatFailure(rpc.Type), rpc.Type
}

// chatFailure classifies an error that concerns one chat.
func chatFailure(name string) Failure {
	switch name {
	case "TOPIC_CLOSED", "TOPIC_DELETED":
		return TopicClosed
	case "CHAT_WRITE_FORBIDDEN", "CHANNEL_PRIVATE", "CHAT_RESTRICTED", "USER_BANNED_IN_CHANNEL", "CHAT_FORBIDDEN", "CHAT_GUEST_SEND_FORBIDDEN":
		return ChatClosed
	}
	if isSendForbidden(name) {
		return ChatClosed
	}
	return ChatRefused
}

// isContentError recognises errors of a message that Telegram would refuse in every chat.
func isContentError(name string) bool {
	for _, prefix := range []string{"BUTTON_", "ENTITY_", "MEDIA_", "DOCUMENT_", "PHOTO_", "REPLY_MARKUP_", "WEBPAGE_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return slices.Contains([]string{
		"MESSAGE_TOO_LONG", "MESSAGE_EMPTY", "MESSAGE_ID_INVALID", "MESSAGE_IDS_EMPTY", "CHAT_FORWARDS_RESTRICTED", "MULTI_MEDIA_TOO_LONG", "GROUPED_MEDIA_INVALID",
	}, name)
}
