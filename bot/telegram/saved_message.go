package telegram

import (
	"context"
	"slices"
	"strings"

	"github.com/gotd/td/constant"
	"github.com/gotd/td/telegram/message/entity"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// ErrMediaNotSaved reports a message whose content cannot be sent again by id, such as a poll or a place on the map.
var ErrMediaNotSaved = fault.New(fault.Invalid, "media_not_saved")

// SavedMessage is a message's text and file, to be sent again later.
type SavedMessage struct {
	Text     string // or the file's caption
	Entities []byte // formatting of Text in Telegram's encoding
	Media    *filter.Media
}

// ReadSaved reads a message of any chat, by the chat's key.
func (c *Client) ReadSaved(ctx context.Context, chat int64, id int) (SavedMessage, error) {
	in := Chat{Type: Group} // outside of channels, ids count all messages of the bot
	if key := constant.TDLibPeerID(chat); key.IsChannel() {
		var known bool
		if in, known = c.ChatOf(chat); !known {
			return SavedMessage{}, ErrMessageGone
		}
	}
	found, _, err := c.Messenger.readMessage(ctx, in, id)
	if err != nil {
		return SavedMessage{}, err
	}
	return savedFrom(found)
}

func savedFrom(m *tg.Message) (SavedMessage, error) {
	saved := SavedMessage{Text: m.Message, Entities: packEntities(m.Entities)}
	if isText(m.Media) {
		return saved, nil
	}
	f, ok := storedMedia(m.Media)
	if !ok {
		return saved, ErrMediaNotSaved
	}
	saved.Media = &f
	return saved, nil
}

// SendSaved sends a saved message with buttons under it, and returns its id; 0 where it had been sent before. The caller renews an expired reference:
// see IsReferenceError.
func (m *Messenger) SendSaved(ctx context.Context, to Chat, saved SavedMessage, keyboard [][]Button, replyTo int, c Cause) (int, error) {
	randomID := c.randomID(to)
	buttons := Reply{Keyboard: keyboard}.markup()
	method := "messages.sendMessage"
	if saved.Media != nil {
		method = "messages.sendMedia"
	}
	id, err := m.sendMessage(ctx, to, LaneAnswer, method, randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		if saved.Media == nil {
			return m.api.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{
				Peer: to.peer(), Message: saved.Text, Entities: unpackEntities(saved.Entities), NoWebpage: true, ReplyMarkup: buttons, RandomID: randomID, ReplyTo: c.replyTo(to, replyTo),
			})
		}
		return m.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{
			Peer: to.peer(), Media: inputMedia(*saved.Media), Message: saved.Text, Entities: unpackEntities(saved.Entities), ReplyMarkup: buttons, RandomID: randomID,
			ReplyTo: c.replyTo(to, replyTo),
		})
	})
	if tgerr.Is(err, "REPLY_MESSAGE_ID_INVALID", "MESSAGE_ID_INVALID") && replyTo != 0 { // the message to reply to was deleted
		return m.SendSaved(ctx, to, saved, keyboard, 0, c)
	}
	return id, err
}

// Span is a part of a text, in bytes.
type Span struct{ From, To int }

// Without returns the message without parts of its text, which are in order and do not overlap. The formatting of the rest stays where it was.
func (s SavedMessage) Without(parts ...Span) SavedMessage {
	var text strings.Builder
	at := 0
	for _, p := range parts {
		text.WriteString(s.Text[at:p.From])
		at = p.To
	}
	text.WriteString(s.Text[at:])
	kept := s
	kept.Text, kept.Entities = text.String(), nil
	var moved []tg.MessageEntityClass
	for _, e := range unpackEntities(s.Entities) {
		from, to := e.GetOffset(), e.GetOffset()+e.GetLength()
		for _, p := range slices.Backward(parts) {
			a, b := entity.ComputeLength(s.Text[:p.From]), entity.ComputeLength(s.Text[:p.To])
			from, to = withoutUnits(from, a, b), withoutUnits(to, a, b)
		}
		if to > from {
			moved = append(moved, moveEntity(e, from, to-from))
		}
	}
	kept.Entities = packEntities(moved)
	return kept
}

// withoutUnits returns where a place of a text is after the units from a to b were cut out.
func withoutUnits(at, a, b int) int {
	switch {
	case at >= b:
		return at - (b - a)
	case at > a:
		return a
	}
	return at
}

// Trimmed returns the message without white space at both ends.
func (s SavedMessage) Trimmed() SavedMessage {
	end := len(strings.TrimRight(s.Text, " \n\t"))
	start := len(s.Text[:end]) - len(strings.TrimLeft(s.Text[:end], " \n\t"))
	return s.Without(Span{0, start}, Span{end, len(s.Text)})
}
