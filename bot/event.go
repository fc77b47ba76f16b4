package bot

import (
	"time"

	"github.com/gotd/td/constant"
	"github.com/gotd/td/tg"

	"pavilion/booking"
	"pavilion/filter"
)

// Person is who did something.
type Person struct {
	ID       int64
	Name     string
	Language string
}

// ChatType tells private chats, groups and channels apart.
type ChatType uint8

// The types of chats. Groups are basic groups and supergroups.
const (
	Private ChatType = iota
	Group
	Supergroup
)

// Chat is where something happened.
type Chat struct {
	ID   int64 // a user's, group's or channel's id as Telegram gives it
	Hash int64 // access hash; 0 for basic groups
	Type ChatType
}

// Key is one number for every chat, as the Bot API writes it: basic groups and supergroups may have the same id, but not the same key.
func (c Chat) Key() filter.ChatID {
	var id constant.TDLibPeerID
	switch c.Type {
	case Private:
		id.User(c.ID)
	case Group:
		id.Chat(c.ID)
	case Supergroup:
		id.Channel(c.ID)
	}
	return filter.ChatID(id)
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

// EventKind tells messages, taps and inline queries apart.
type EventKind uint8

// The kinds of events.
const (
	Message EventKind = iota
	Tap
	Inline
	Checkout // the last question before somebody pays
	kinds
)

// Forward is the channel post that a message was forwarded from.
type Forward struct {
	Channel filter.ChannelID
	Message filter.MessageID
}

// Event is one thing that a person did. It is what the inbox stores, so its fields are plain.
type Event struct {
	Kind      EventKind
	From      Person
	Chat      Chat
	MessageID int
	At        time.Time
	Text      string // without the command and the bot's name
	Command   string // lower case, without its slash; empty for plain text
	Addressed bool   // in a group: by command, mention or reply
	Forward   *Forward
	QueryID   int64
	Data      []byte                // of a tap
	Offset    string                // of an inline query
	Asks      *booking.InvoiceCheck // of a checkout

	clock tapClock
}
