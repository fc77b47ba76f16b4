package telegram

import (
	"sync/atomic"
	"time"

	"github.com/gotd/td/constant"
	"github.com/gotd/td/tg"
)

// Person is the sender of an update: a Telegram user, or a chat for messages of anonymous admins and of people who write as a channel.
type Person struct {
	ID       int64  // a user id; for a chat its Chat.Key, which is negative
	Name     string // first name; a chat's title
	Language string // IETF tag of the language to speak; of their client until chat looks up their choice; may be empty
	// ClientLanguage is their client's language, once Language is their choice.
	ClientLanguage string `json:"-"`
}

// IsChat reports whether the sender is a chat: the group itself for an anonymous admin, or a channel. The person is then unknown.
func (p Person) IsChat() bool { return p.ID < 0 }

// ChatType tells private chats, basic groups and supergroups apart.
type ChatType uint8

// The types of chats.
const (
	Private ChatType = iota
	Group
	Supergroup // also channels
)

// Chat is a place that messages are sent to.
type Chat struct {
	ID   int64 // of the user, group or channel, as Telegram gives it
	Hash int64 // access hash; 0 for basic groups
	Type ChatType
}

// Key is the chat's id in the Bot API's form, which is unique over all types: a basic group and a supergroup may share an id, not a key.
func (c Chat) Key() int64 {
	var id constant.TDLibPeerID
	switch c.Type {
	case Private:
		id.User(c.ID)
	case Group:
		id.Chat(c.ID)
	case Supergroup:
		id.Channel(c.ID)
	}
	return int64(id)
}

func (c Chat) peer() tg.InputPeerClass {
	switch c.Type {
	case Group:
		return &tg.InputPeerChat{ChatID: c.ID}
	case Supergroup:
		return &tg.InputPeerChannel{ChannelID: c.ID, AccessHash: c.Hash}
	case Private:
	}
	return &tg.InputPeerUser{UserID: c.ID, AccessHash: c.Hash}
}

// EventKind tells the things that people do apart.
type EventKind uint8

// The kinds of events.
const (
	Message  EventKind = iota
	Tap                // on a button of ours
	Inline             // a query of inline mode
	Checkout           // Telegram's question before it takes a payment
	EventKinds
)

// Forward is the channel post that a message was forwarded from.
type Forward struct {
	Channel int64
	Message int
}

// CheckoutQuery is a payment that Telegram is about to take.
type CheckoutQuery struct {
	Payload  []byte // of the invoice
	Currency string // ISO code, or XTR for Stars
	Amount   int64  // in the currency's smallest unit
}

// Event is one thing that a person did. The inbox stores messages as JSON, so the fields are plain.
type Event struct {
	Kind      EventKind
	From      Person
	Chat      Chat
	MessageID int
	Reply     int  // the message that this one replies to; 0 without one
	Topic     int  // id of a message of the forum topic, to which answers without another target reply; 0 outside of topics
	IsForum   bool // the chat has topics
	At        time.Time
	Repeated  bool   `json:"-"` // it is from the inbox: the last process may have handled it
	Text      string // without the command and the bot's name
	Command   string // lower case, without its slash; empty for plain text
	Addressed bool   // in a group: by command, mention or reply
	Join      *Join  `json:",omitempty"` // of a service message about new members
	Album     int64  // number of the album that the message belongs to; 0: none
	Forward   *Forward
	About     *Person // author of the forwarded message, or the sent contact; its ID is 0 if Telegram hides it
	QueryID   int64
	Data      []byte         // of a tapped button
	Offset    string         // of an inline query
	Checkout  *CheckoutQuery // of a Checkout
	Resumed   bool           // it is handled again, after a process was killed or Telegram did not answer

	answered atomic.Bool
}

// Join is the arrival of people in a group.
type Join struct {
	People []Person
	Title  string // of the group
}

// IsOverheard tells whether a message of a group is not meant for the bot. Its errors are not answered.
func (e *Event) IsOverheard() bool {
	return e.Kind == Message && e.Chat.Type != Private && !e.Addressed
}

// Answered tells whether a tap or checkout has its answer. Telegram takes one for each.
func (e *Event) Answered() bool { return e.answered.Load() }

// MarkAnswered notes that a tap needs no answer, because its progress bar has ended: errors of its handler are then said in the chat.
func (e *Event) MarkAnswered() { e.answered.Store(true) }

// IsAnonymousAdmin reports whether the sender is the group itself. Telegram lets only admins write as the group.
func (e *Event) IsAnonymousAdmin() bool { return e.From.IsChat() && e.From.ID == e.Chat.Key() }

// ButtonOwner returns the person who may tap the buttons of an answer. It is 0, for everybody, if the person is unknown.
func (e *Event) ButtonOwner() int64 {
	if e.From.IsChat() {
		return 0
	}
	return e.From.ID
}

// ReplyTarget is the message to reply to: the question in a group, 0 in a private chat.
func (e *Event) ReplyTarget() int {
	if e.Chat.Type == Private {
		return 0
	}
	return e.MessageID
}
