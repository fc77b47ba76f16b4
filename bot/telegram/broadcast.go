package telegram

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
}

// Contents reads messages of private chats and sends them to people.
type Contents struct{ m *Messenger }

// NewContents makes a Contents that sends through a messenger.
func NewContents(m *Messenger) *Contents { return &Contents{m} }

// ErrNotCopyable reports a message that the bot cannot send again, such as a poll.
var ErrNotCopyable = fault.New(fault.Invalid, "message_not_copyable")

// ReadContent reads a message of a private chat, with the album that it belongs to, and the ids of the messages that it consists of.
func (c *Contents) ReadContent(ctx context.Context, in Chat, id int) (Content, []int, error) {
	list, err := c.readPrivate(ctx, in, []int{id})
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
		if list, err = c.readPrivate(ctx, in, near); err != nil {
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

// readPrivate reads those of a private chat's messages that exist, in the order of their ids.
func (c *Contents) readPrivate(ctx context.Context, in Chat, ids []int) ([]*tg.Message, error) {
	var got tg.MessagesMessagesClass
	err := c.m.queue.do(ctx, call{lane: LaneAnswer, chat: in, method: "messages.getMessages", invoke: func(ctx context.Context) (err error) {
		want := make([]tg.InputMessageClass, len(ids))
		for i, id := range ids {
			want[i] = &tg.InputMessageID{ID: id}
		}
		got, err = c.m.api.MessagesGetMessages(ctx, want)
		return err
	}})
	if err != nil {
		return nil, err
	}
	var list []*tg.Message
	for _, class := range messagesOf(got) {
		msg, ok := class.(*tg.Message)
		if !ok {
			continue
		}
		if peer, ok := msg.PeerID.(*tg.PeerUser); ok && (in.ID == 0 || peer.UserID == in.ID) {
			list = append(list, msg)
		}
	}
	slices.SortFunc(list, func(a, b *tg.Message) int { return a.ID - b.ID })
	return list, nil
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

// SendContent sends a message to a person and returns the ids of its parts. An id is missing where Telegram only tells that it was sent before.
func (c *Contents) SendContent(ctx context.Context, to Chat, what Content, d Delivery) ([]int, error) {
	if len(what.Media) > 1 {
		return c.sendAlbum(ctx, to, what, d)
	}
	markup := Reply{Links: d.Links, Keyboard: d.Keyboard}.markup()
	randomID := namedRandomID(to, d.Name)
	method := "messages.sendMessage"
	if len(what.Media) == 1 {
		method = "messages.sendMedia"
	}
	return c.m.sendAll(ctx, to, Turn{Lane: d.Lane}, method, []int64{randomID}, func(ctx context.Context) (tg.UpdatesClass, error) {
		if len(what.Media) == 1 {
			caption, entities := captionOf(what.Media[0])
			return c.m.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{
				Peer: to.peer(), Media: inputMedia(what.Media[0]), Message: caption, Entities: entities, RandomID: randomID, Silent: d.Silent, ReplyMarkup: markup,
			})
		}
		return c.m.api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{
			Peer: to.peer(), Message: what.Text, Entities: unpackEntities(what.Entities), RandomID: randomID, Silent: d.Silent, ReplyMarkup: markup,
		})
	})
}

func (c *Contents) sendAlbum(ctx context.Context, to Chat, what Content, d Delivery) ([]int, error) {
	randomIDs := partIDs(to, d.Name, len(what.Media))
	return c.m.sendAll(ctx, to, Turn{Lane: d.Lane}, "messages.sendMultiMedia", randomIDs, func(ctx context.Context) (tg.UpdatesClass, error) {
		request := &tg.MessagesSendMultiMediaRequest{Peer: to.peer(), Silent: d.Silent}
		for i, f := range what.Media {
			caption, entities := captionOf(f)
			request.MultiMedia = append(request.MultiMedia, tg.InputSingleMedia{Media: inputMedia(f), RandomID: randomIDs[i], Message: caption, Entities: entities})
		}
		return c.m.api.MessagesSendMultiMedia(ctx, request)
	})
}

// ForwardMessages forwards messages of a private chat to a person, with the name of their author. An album stays one.
func (c *Contents) ForwardMessages(ctx context.Context, to, from Chat, ids []int, d Delivery) ([]int, error) {
	randomIDs := partIDs(to, d.Name, len(ids))
	return c.m.sendAll(ctx, to, Turn{Lane: d.Lane}, "messages.forwardMessages", randomIDs, func(ctx context.Context) (tg.UpdatesClass, error) {
		return c.m.api.MessagesForwardMessages(ctx, &tg.MessagesForwardMessagesRequest{FromPeer: from.peer(), ToPeer: to.peer(), ID: ids, RandomID: randomIDs, Silent: d.Silent})
	})
}

// partIDs are the random_ids of a message of several parts.
func partIDs(to Chat, name string, n int) []int64 {
	list := make([]int64, n)
	for i := range list {
		list[i] = namedRandomID(to, fmt.Sprintf("%s/%d", name, i))
	}
	return list
}

// EditContent changes the text or the caption of a sent message. links and keyboard replace its buttons.
func (c *Contents) EditContent(ctx context.Context, in Chat, id int, text string, entities []byte, d Delivery) error {
	return c.m.editMessage(ctx, d.Lane, in, func() *tg.MessagesEditMessageRequest {
		return &tg.MessagesEditMessageRequest{
			ID: id, Message: text, Entities: unpackEntities(entities), ReplyMarkup: Reply{Links: d.Links, Keyboard: d.Keyboard}.markup(),
		}
	})
}

// DeletePrivate deletes messages of the bot's own private chats, at most 100. Those that do not exist any more are ignored.
func (c *Contents) DeletePrivate(ctx context.Context, lane Lane, ids []int) error {
	return c.m.queue.do(ctx, call{lane: lane, method: "messages.deleteMessages", invoke: func(ctx context.Context) error {
		return requestDelete(ctx, c.m.api, Chat{Type: Private}, ids)
	}})
}

// Failure is the kind of an error of a send to a person.
type Failure uint8

// The kinds of failures.
const (
	NoFailure     Failure = iota
	PersonGone            // they blocked the bot, or deleted their account
	PersonRefused         // Telegram refuses this person for another reason
	ContentBad            // Telegram refuses the message for everybody
	MayPass               // another try may succeed
	QueueStopped          // this process is no longer the bot
)

// FailureOf classifies the error of a send by Telegram's error names. The name is empty where Telegram did not answer.
func FailureOf(err error) (Failure, string) {
	if err == nil {
		return NoFailure, ""
	}
	if errors.Is(err, errQueueStopped) || errors.Is(err, ErrSessionEnded) {
		return QueueStopped, ""
	}
	if errors.Is(err, ErrNeverWrote) {
		return PersonRefused, "NO_ACCESS_HASH"
	}
	rpc, ok := tgerr.As(err)
	switch {
	case !ok:
		return MayPass, ""
	case errors.Is(err, ErrBlocked):
		return PersonGone, rpc.Type
	case rpc.Code == 420 || rpc.Code >= 500 || rpc.Code < 0:
		return MayPass, rpc.Type
	case IsReferenceError(err) || isContentError(rpc.Type):
		return ContentBad, rpc.Type
	}
	return PersonRefused, rpc.Type
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
