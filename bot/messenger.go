package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/cespare/xxhash/v2"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
)

// Button is one button under a message.
type Button struct {
	Text string
	Data []byte
}

// Link is a button that opens a page.
type Link struct{ Text, URL string }

// Reply is a message to send. Text is plain; Bold says how much of its beginning is bold, in bytes.
type Reply struct {
	Text     string
	Bold     int
	Links    []Link // above the keyboard, each in a row
	Keyboard [][]Button
	ReplyTo  int
	Ask      bool // the person's next message is meant as an answer to this one
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
	up    <-chan struct{} // closed once the bot is signed in and knows its access hashes
}

// sendText sends a message and returns its id; 0 where it had been sent before.
func (m *messenger) sendText(ctx context.Context, to Chat, r Reply, c cause) (int, error) {
	text := clipText(r.Text, maxText)
	req := &tg.MessagesSendMessageRequest{Peer: to.peer(), Message: text, NoWebpage: true, RandomID: c.randomID(to), ReplyTo: replyTo(r.ReplyTo), ReplyMarkup: markup(r), Entities: bold(r, text)}
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
			Peer: in.peer(), ID: id, Message: text, NoWebpage: true, ReplyMarkup: markup(r), Entities: bold(r, text),
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

// apologyKeeps is for how long an apology that has to wait for Telegram is worth sending.
const apologyKeeps = 2 * time.Hour

// sayLate says what went wrong with an event. When Telegram makes the chat wait for long, the sentence waits without anybody waiting for it.
func (m *messenger) sayLate(ctx context.Context, e *Event, text string, err error) error {
	r := Reply{Text: text}
	if e.Chat.Type != Private && e.Kind == Message {
		r.ReplyTo = e.MessageID
	}
	if !errors.Is(err, errTelegramWaits) {
		_, err := m.sendText(ctx, e.Chat, r, cause{e, 99})
		return err
	}
	req := &tg.MessagesSendMessageRequest{Peer: e.Chat.peer(), Message: "Telegram made me wait, so I could not answer here. Please ask again.", RandomID: cause{e, 99}.randomID(e.Chat)}
	m.queue.post(call{lane: LaneBulk, chat: e.Chat, method: "messages.sendMessage", limited: true, invoke: func(ctx context.Context) error {
		fresh := *req
		_, err := m.api.MessagesSendMessage(ctx, &fresh)
		return err
	}}, m.queue.now().Add(apologyKeeps))
	return nil
}

// answerTap stops the button's clock, with a word or without; the first answer counts.
func (m *messenger) answerTap(ctx context.Context, e *Event, text string, alert bool) error {
	if e.clock.answered.Swap(true) {
		return nil
	}
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

func markup(reply Reply) tg.ReplyMarkupClass {
	if reply.Ask {
		return &tg.ReplyKeyboardForceReply{SingleUse: true}
	}
	if len(reply.Keyboard)+len(reply.Links) == 0 {
		return nil
	}
	m := new(tg.ReplyInlineMarkup)
	for _, l := range reply.Links {
		m.Rows = append(m.Rows, tg.KeyboardButtonRow{Buttons: []tg.KeyboardButtonClass{&tg.KeyboardButtonURL{Text: l.Text, URL: l.URL}}})
	}
	for _, row := range reply.Keyboard {
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
