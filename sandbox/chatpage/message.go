package chatpage

import (
	"github.com/gotd/td/tg"

	"pavilion/sandbox/driver"
)

// message is a message as the page draws it.
type message struct {
	ID       int        `json:"id"`
	Out      bool       `json:"out"`
	Date     int        `json:"date"`
	Edited   bool       `json:"edited"`
	Text     string     `json:"text"`
	Entities []entity   `json:"entities,omitempty"`
	Reply    int        `json:"reply,omitempty"`
	Buttons  [][]button `json:"buttons,omitempty"`
	Asks     bool       `json:"asks,omitempty"` // the bot asks for a reply to it
	File     *file      `json:"file,omitempty"`
	Invoice  *invoice   `json:"invoice,omitempty"`
	Note     string     `json:"note,omitempty"` // of a service message, or of media that the page only names
	Receipt  *receipt   `json:"receipt,omitempty"`
}

// entity is a formatted part of a text. Offset and length are in UTF-16 units.
type entity struct {
	Kind   string `json:"kind"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	URL    string `json:"url,omitempty"`
}

// button has a kind: tap, link, pay, copy, inline, app, or none.
type button struct {
	Text string `json:"text"`
	Kind string `json:"kind"`
	Data []byte `json:"data,omitempty"`
	Link string `json:"link,omitempty"` // also the text to copy, or the inline query
}

type file struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
}

type invoice struct {
	Title    string `json:"title"`
	About    string `json:"about"`
	Currency string `json:"currency"`
	Amount   int64  `json:"amount"`
	Paid     bool   `json:"paid"`
}

type receipt struct {
	Currency string `json:"currency"`
	Amount   int64  `json:"amount"`
}

// viewOf returns the view of a message. Empty messages have none.
func viewOf(c tg.MessageClass) (message, bool) {
	switch m := c.(type) {
	case *tg.Message:
		return viewMessage(m), true
	case *tg.MessageService:
		v := message{ID: m.ID, Out: m.Out, Date: m.Date, Note: "Something happened in the chat."}
		switch a := m.Action.(type) {
		case *tg.MessageActionPaymentSent:
			v.Note, v.Receipt = "Paid", &receipt{a.Currency, a.TotalAmount}
		case *tg.MessageActionPaymentRefunded:
			v.Note, v.Receipt = "Refunded", &receipt{a.Currency, a.TotalAmount}
		case *tg.MessageActionPinMessage:
			v.Note = "A message was pinned."
		}
		return v, true
	}
	return message{}, false
}

func viewMessage(m *tg.Message) message {
	_, edited := m.GetEditDate()
	v := message{ID: m.ID, Out: m.Out, Date: m.Date, Edited: edited && !m.EditHide, Text: m.Message}
	for _, e := range m.Entities {
		v.Entities = append(v.Entities, viewEntity(e))
	}
	if h, ok := m.ReplyTo.(*tg.MessageReplyHeader); ok {
		v.Reply = h.ReplyToMsgID
	}
	switch k := m.ReplyMarkup.(type) {
	case *tg.ReplyInlineMarkup:
		for _, r := range k.Rows {
			row := []button{}
			for _, b := range r.Buttons {
				row = append(row, viewButton(b))
			}
			v.Buttons = append(v.Buttons, row)
		}
	case *tg.ReplyKeyboardForceReply:
		v.Asks = true
	}
	v.addMedia(m)
	return v
}

func (v *message) addMedia(m *tg.Message) {
	if doc, name := driver.Document(m); doc != nil {
		v.File = &file{name, doc.Size}
		return
	}
	switch media := m.Media.(type) {
	case nil, *tg.MessageMediaEmpty, *tg.MessageMediaWebPage:
	case *tg.MessageMediaInvoice:
		_, paid := media.GetReceiptMsgID()
		v.Invoice = &invoice{media.Title, media.Description, media.Currency, media.TotalAmount, paid}
	case *tg.MessageMediaVenue:
		v.Note = "📍 " + media.Title + ", " + media.Address
	case *tg.MessageMediaContact:
		v.Note = "👤 " + media.FirstName + " +" + media.PhoneNumber
	case *tg.MessageMediaPhoto:
		v.Note = "🖼 A photo"
	default:
		v.Note = "This page cannot show the rest of the message."
	}
}

func viewEntity(e tg.MessageEntityClass) entity {
	v := entity{Kind: "plain", Offset: e.GetOffset(), Length: e.GetLength()}
	switch e := e.(type) {
	case *tg.MessageEntityBold:
		v.Kind = "bold"
	case *tg.MessageEntityItalic:
		v.Kind = "italic"
	case *tg.MessageEntityUnderline:
		v.Kind = "underline"
	case *tg.MessageEntityStrike:
		v.Kind = "strike"
	case *tg.MessageEntityCode, *tg.MessageEntityPre:
		v.Kind = "code"
	case *tg.MessageEntityBlockquote:
		v.Kind = "quote"
	case *tg.MessageEntitySpoiler:
		v.Kind = "spoiler"
	case *tg.MessageEntityURL:
		v.Kind = "link"
	case *tg.MessageEntityTextURL:
		v.Kind, v.URL = "link", e.URL
	case *tg.MessageEntityBotCommand:
		v.Kind = "command"
	case *tg.MessageEntityMention, *tg.MessageEntityMentionName, *tg.MessageEntityHashtag:
		v.Kind = "mention"
	}
	return v
}

func viewButton(b tg.KeyboardButtonClass) button {
	v := button{Text: b.GetText(), Kind: "none"}
	switch b := b.(type) {
	case *tg.KeyboardButtonCallback:
		v.Kind, v.Data = "tap", b.Data
	case *tg.KeyboardButtonURL:
		v.Kind, v.Link = "link", b.URL
	case *tg.KeyboardButtonWebView:
		v.Kind, v.Link = "app", b.URL
	case *tg.KeyboardButtonBuy:
		v.Kind = "pay"
	case *tg.KeyboardButtonCopy:
		v.Kind, v.Link = "copy", b.CopyText
	case *tg.KeyboardButtonSwitchInline:
		v.Kind, v.Link = "inline", b.Query
	}
	return v
}
