package telegram

import (
	"fmt"

	"github.com/cespare/xxhash/v2"
	"github.com/gotd/td/telegram/message/entity"
	"github.com/gotd/td/telegram/message/markup"
	"github.com/gotd/td/tg"
)

// Button is an inline button that sends its data back when tapped, or opens a page.
type Button struct {
	Text string
	Data []byte // at most 64 bytes
	URL  string // in place of Data
	App  string // in place of Data: the URL of a Mini App, which Telegram opens inside of itself; in private chats only
}

// Link is an inline button that opens a page.
type Link struct{ Text, URL string }

// Reply is a message to send. The first Bold bytes of Text are bold; the rest is plain.
type Reply struct {
	Text     string
	Bold     int
	Links    []Link // above the keyboard, one a row
	Keyboard [][]Button
	ReplyTo  int
	Ask      bool // opens the person's keyboard for an answer; no inline buttons then
}

// Cause names the event that a send answers. Sends with equal causes into one chat are one message to Telegram.
type Cause struct {
	Event  *Event
	Number int // of the sends for one event
}

// replyTo returns the message that a send replies to. Without one it is a message of the event's topic, because that puts the answer into the topic.
func (c Cause) replyTo(to Chat, message int) tg.InputReplyToClass {
	topic := 0
	if c.Event.Chat.Key() == to.Key() {
		topic = c.Event.Topic
	}
	switch {
	case message != 0:
		return &tg.InputReplyToMessage{ReplyToMsgID: message, TopMsgID: topic}
	case topic != 0:
		return &tg.InputReplyToMessage{ReplyToMsgID: topic}
	}
	return nil
}

func (c Cause) randomID(chat Chat) int64 {
	e := c.Event
	return int64(xxhash.Sum64String(fmt.Sprintf("%d/%d/%d/%d/%d", chat.Key(), e.Kind, e.MessageID, e.QueryID, c.Number))) //nolint:gosec // any 64 bits
}

// namedRandomID is the random_id of a send that has a name. Equal names in one chat are one message to Telegram.
func namedRandomID(chat Chat, name string) int64 {
	return int64(xxhash.Sum64String(fmt.Sprintf("%d %s", chat.Key(), name))) //nolint:gosec // any 64 bits
}

func (r Reply) markup() tg.ReplyMarkupClass {
	if r.Ask {
		return markup.ForceReply(true, false)
	}
	if len(r.Keyboard)+len(r.Links) == 0 {
		return nil
	}
	var rows []tg.KeyboardButtonRow
	for _, l := range r.Links {
		rows = append(rows, markup.Row(markup.URL(l.Text, l.URL)))
	}
	for _, row := range r.Keyboard {
		rows = append(rows, buttonRow(row))
	}
	return markup.InlineKeyboard(rows...)
}

func buttonRow(row []Button) tg.KeyboardButtonRow {
	var buttons []tg.KeyboardButtonClass
	for _, b := range row {
		switch {
		case b.App != "":
			buttons = append(buttons, markup.WebView(b.Text, b.App))
		case b.URL != "":
			buttons = append(buttons, markup.URL(b.Text, b.URL))
		default:
			buttons = append(buttons, markup.Callback(b.Text, b.Data))
		}
	}
	return markup.Row(buttons...)
}

// formatted is the text cut to Telegram's length, with its entities.
func (r Reply) formatted() (string, []tg.MessageEntityClass) {
	text := cutText(r.Text, maxText)
	if r.Bold <= 0 || r.Bold > len(text) {
		return text, nil
	}
	var b entity.Builder
	return b.Bold(text[:r.Bold]).Plain(text[r.Bold:]).Raw()
}
