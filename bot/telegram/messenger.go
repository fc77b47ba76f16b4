package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
)

// Errors of messages of our own.
var (
	// ErrMessageGone reports a message that cannot be edited or read any more.
	ErrMessageGone = fault.New(fault.Gone, "message_gone")
	// ErrUnfinished reports a send that Telegram may have received, or that was not made because the process stops or signs in anew. A later send with the
	// same Cause is the same message to Telegram.
	ErrUnfinished = errors.New("telegram may not have received it")
	// errNoAnswer reports a send that Telegram may have received.
	errNoAnswer = errors.New("telegram did not answer")
)

// Messenger turns what the screens say into calls. Every call passes the send queue.
type Messenger struct {
	api      *tg.Client
	queue    *sendQueue
	provider secret.String
	onSent   func(chat Chat, id int)
	hash     func(k hashKey) (int64, bool)
	setHash  func(k hashKey, hash int64)
	refresh  func(ctx context.Context, f filter.File) (filter.File, error) // reads a file's post again for a new file reference
	migrate  func(group, channel int64)                                    // called for a group that has become a supergroup
	signedIn <-chan struct{}                                               // closed once the access hashes are known

	protections *protections
}

// MessengerOptions configure a Messenger.
type MessengerOptions struct {
	Limits   SendLimits
	Provider secret.String // see Options
	Logger   *slog.Logger
	Now      func() time.Time
}

// NewMessenger makes a messenger that speaks through an invoker; Run lets it send. A Client has one of its own, which knows access hashes.
func NewMessenger(network tg.Invoker, o MessengerOptions) *Messenger {
	return &Messenger{
		api: tg.NewClient(network), queue: newSendQueue(o.Limits, o.Logger, o.Now), provider: o.Provider,
		protections: newProtections(), onSent: func(Chat, int) {}, hash: func(hashKey) (int64, bool) { return 0, false }, setHash: func(hashKey, int64) {}, migrate: func(int64, int64) {},
		refresh: func(context.Context, filter.File) (filter.File, error) {
			return filter.File{}, filter.ErrFileGone
		},
	}
}

// Run makes the queued calls until ctx ends.
func (m *Messenger) Run(ctx context.Context) { m.queue.Run(ctx) }

// SendText sends a message and returns its id; 0 where it had been sent before.
func (m *Messenger) SendText(ctx context.Context, to Chat, r Reply, c Cause) (id int, err error) {
	err = m.follow(ctx, to, func(to Chat) error {
		id, err = m.sendText(ctx, to, r, c)
		return err
	})
	return id, err
}

func (m *Messenger) sendText(ctx context.Context, to Chat, r Reply, c Cause) (int, error) {
	text, entities := r.formatted()
	req := &tg.MessagesSendMessageRequest{Peer: to.peer(), Message: text, NoWebpage: true, RandomID: c.randomID(to), ReplyTo: c.replyTo(to, r.ReplyTo), ReplyMarkup: r.markup(), Entities: entities}
	id, err := m.sendMessage(ctx, to, LaneAnswer, "messages.sendMessage", req.RandomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		fresh := *req // encoding changes a request, and a retry encodes again
		fresh.Flags = 0
		return m.api.MessagesSendMessage(ctx, &fresh)
	})
	if tgerr.Is(err, "REPLY_MESSAGE_ID_INVALID", "MESSAGE_ID_INVALID") && r.ReplyTo != 0 { // the message to reply to was deleted
		r.ReplyTo = 0
		return m.sendText(ctx, to, r, c)
	}
	return id, err
}

func (m *Messenger) sendMessage(ctx context.Context, to Chat, lane Lane, method string, randomID int64, invoke func(context.Context) (tg.UpdatesClass, error)) (int, error) {
	ids, err := m.sendAll(ctx, to, Turn{Lane: lane}, method, []int64{randomID}, invoke)
	if len(ids) == 0 {
		return 0, err
	}
	return ids[0], err
}

// EditText changes a message in place; a message that is so already is fine.
func (m *Messenger) EditText(ctx context.Context, in Chat, id int, r Reply) error {
	return m.edit(ctx, LaneAnswer, in, id, r)
}

func (m *Messenger) edit(ctx context.Context, lane Lane, in Chat, id int, r Reply) error {
	return m.editMessage(ctx, call{lane: lane, chat: in}, func() *tg.MessagesEditMessageRequest {
		text, entities := r.formatted()
		return &tg.MessagesEditMessageRequest{ID: id, Message: text, NoWebpage: true, ReplyMarkup: r.markup(), Entities: entities}
	})
}

// editMessage edits a message in the chat of c. request makes the request anew for each try, because encoding changes it.
func (m *Messenger) editMessage(ctx context.Context, c call, request func() *tg.MessagesEditMessageRequest) error {
	c.method, c.limited = "messages.editMessage", true
	c.invoke = func(ctx context.Context) error {
		r := request()
		r.Peer = c.chat.peer()
		_, err := m.api.MessagesEditMessage(ctx, r)
		switch {
		case tgerr.Is(err, "MESSAGE_NOT_MODIFIED"):
			return nil
		case tgerr.Is(err, "MESSAGE_ID_INVALID", "MESSAGE_AUTHOR_REQUIRED"):
			return errors.Join(ErrMessageGone, err)
		}
		return err
	}
	return m.queue.do(ctx, c)
}

// captionOf returns a file's caption, cut to the length that the bot may send. Premium accounts may write longer ones.
func captionOf(f filter.Media) (string, []tg.MessageEntityClass) {
	return cutCaption(f.Caption, unpackEntities(f.CaptionEntities))
}

// IsReferenceError tells whether a send failed because a file's reference is no longer valid.
func IsReferenceError(err error) bool {
	rpc, ok := tgerr.As(err)
	return ok && (strings.HasPrefix(rpc.Type, "FILE_REFERENCE_") || rpc.IsOneOf("MEDIA_EMPTY", "FILE_ID_INVALID"))
}

func inputMedia(f filter.Media) tg.InputMediaClass {
	if f.Kind == filter.KindPhoto {
		return &tg.InputMediaPhoto{ID: inputPhoto(f)}
	}
	return &tg.InputMediaDocument{ID: inputDocument(f)}
}

func inputPhoto(f filter.Media) *tg.InputPhoto {
	return &tg.InputPhoto{ID: int64(f.Document), AccessHash: f.AccessHash, FileReference: f.Reference}
}

func inputDocument(f filter.Media) *tg.InputDocument {
	return &tg.InputDocument{ID: int64(f.Document), AccessHash: f.AccessHash, FileReference: f.Reference}
}

// lateTextExpires is how long a text that waits for Telegram stays worth sending.
const lateTextExpires = 2 * time.Hour

// PostText sends a text into a chat that Telegram makes wait. It returns at once; the text goes out when the wait ends.
func (m *Messenger) PostText(e *Event, text string, c Cause) {
	req := &tg.MessagesSendMessageRequest{Peer: e.Chat.peer(), Message: text, RandomID: c.randomID(e.Chat), ReplyTo: c.replyTo(e.Chat, 0)}
	m.queue.post(call{lane: LaneBulk, chat: e.Chat, method: "messages.sendMessage", limited: true, invoke: func(ctx context.Context) error {
		fresh := *req
		fresh.Flags = 0
		_, err := m.api.MessagesSendMessage(ctx, &fresh)
		return err
	}}, m.queue.now().Add(lateTextExpires))
}

// MustWait tells whether Telegram makes a chat wait for longer than patience.
func (m *Messenger) MustWait(chat Chat, patience time.Duration) bool {
	return m.queue.mustWaitLonger(chat, patience)
}

// notify sends a text that answers no event.
func (m *Messenger) notify(ctx context.Context, to Chat, r Reply, name string, silent bool) error {
	randomID := namedRandomID(to, name)
	var doubt atomic.Bool // a try of the queue's ended without Telegram's answer
	_, err := m.sendMessage(ctx, to, LaneBulk, "messages.sendMessage", randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		text, entities := r.formatted()
		u, err := m.api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{Peer: to.peer(), Message: text, Entities: entities, NoWebpage: true, Silent: silent, RandomID: randomID, ReplyMarkup: r.markup()})
		if _, answered := tgerr.As(err); err != nil && !answered {
			doubt.Store(true)
		}
		return u, err
	})
	if err != nil && doubt.Load() {
		return fmt.Errorf("%w: %s", errNoAnswer, err.Error()) // without the fault inside, which would say that nothing was sent
	}
	if errors.Is(err, ErrQueueStopped) { // this process is no longer the bot, and nothing was sent
		return errors.Join(ErrDisconnected, err)
	}
	return orUnreachable(err)
}

// AnswerTap ends the progress bar on a tapped button, with a text or without. Only the first answer is sent.
func (m *Messenger) AnswerTap(ctx context.Context, e *Event, text string, alert bool) error {
	return answerTap(ctx, m, e, tg.MessagesSetBotCallbackAnswerRequest{Message: cutText(text, maxTapAnswer), Alert: alert})
}

func answerTap(ctx context.Context, m *Messenger, e *Event, answer tg.MessagesSetBotCallbackAnswerRequest) error {
	if e.answered.Swap(true) {
		return nil
	}
	answer.QueryID = e.QueryID
	return m.queue.do(ctx, call{method: "messages.setBotCallbackAnswer", invoke: func(ctx context.Context) error {
		fresh := answer // encoding changes a request, and a retry encodes again
		_, err := m.api.MessagesSetBotCallbackAnswer(ctx, &fresh)
		if tgerr.Is(err, "QUERY_ID_INVALID") { // too late, or answered
			return nil
		}
		return err
	}})
}

func messagesOf(c tg.MessagesMessagesClass) []tg.MessageClass {
	if m, ok := c.AsModified(); ok {
		return m.GetMessages()
	}
	return nil
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
