package filter

import (
	"fmt"
	"time"

	"pavilion/internal/fault"
)

// Ids as Telegram gives them.
type (
	// ChannelID is a channel's or supergroup's id, positive, without any prefix.
	ChannelID int64
	// MessageID counts the messages of one channel from 1.
	MessageID int
	// DocumentID is Telegram's id of a stored file; forwards of the file share it.
	DocumentID int64
	// UserID is a person's id.
	UserID int64
	// ChatID is any chat, as the Bot API writes it: a user's id, -id of a basic group, -10¹² - id of a supergroup or channel.
	ChatID int64
)

// Kind is the way in which Telegram shows a file. Documents store the number.
type Kind uint8

// The kinds of files.
const (
	KindDocument Kind = iota
	KindVideo
	KindAudio
	KindPhoto
)

// String returns the kind's name, for people and callback data.
func (k Kind) String() string {
	switch k {
	case KindVideo:
		return "video"
	case KindAudio:
		return "audio"
	case KindPhoto:
		return "photo"
	case KindDocument:
	}
	return "document"
}

// Place is a message that holds a file.
type Place struct {
	Channel ChannelID
	Message MessageID
}

// Media is a file as Telegram describes it.
type Media struct {
	Document        DocumentID
	AccessHash      int64
	Reference       []byte // expires; see Indexer.Refresh
	Kind            Kind
	Name            string
	Mime            string
	Size            int64 // bytes
	Caption         string
	CaptionEntities []byte // the caption's formatting in Telegram's own encoding
	Thumb           []byte // the stripped JPEG that Telegram gave; nil for none, and in what a search or File returns
	Protected       bool   // the post itself may not be forwarded or saved; its channel's setting is not stored
}

// Post is a channel message with a file.
type Post struct {
	Place  Place
	Posted time.Time
	Media  Media
}

// File is an indexed file with one of its descriptions: the name and caption of some of its posts.
type File struct {
	Media  Media
	Posted time.Time // the newest post with this description
	Places []Place   // the posts with this description
}

// Errors of the archive.
var (
	// ErrFileNotFound means that all pools answered and none has the file.
	ErrFileNotFound = fault.New(fault.NotFound, "file_not_found")
	// ErrFileGone means that all of the file's messages were deleted in Telegram.
	ErrFileGone = fault.New(fault.Gone, "file_gone")
	// ErrFileUnreachable means that the bot was removed from every channel that holds the file.
	ErrFileUnreachable = fault.New(fault.Unavailable, "file_unreachable")
	// ErrSearchUnavailable means that no pool answered, which differs from "no results".
	ErrSearchUnavailable = fault.New(fault.Unavailable, "search_unavailable")
	// ErrNoRoom means that every pool is full or down.
	ErrNoRoom = fault.New(fault.Unavailable, "no_room")
	// ErrChannelUnknown means that a channel is not indexed.
	ErrChannelUnknown = fault.New(fault.NotFound, "channel_unknown")
)

func (p Place) String() string { return fmt.Sprintf("%d/%d", p.Channel, p.Message) }
