package access

import (
	"slices"
	"strings"
	"time"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/storage"
)

// Errors of the list of required channels.
var (
	ErrRequiredMany    = fault.New(fault.Invalid, "required_many")
	ErrRequiredTwice   = fault.New(fault.Conflict, "required_twice")
	ErrRequiredUnknown = fault.New(fault.NotFound, "required_unknown")
	// errRequiredBounds reports a channel without a link or title. The screens make none.
	errRequiredBounds = fault.New(fault.Invalid, "required_bounds")
)

// Need says what a required channel asks of a person.
type Need string

// The needs.
const (
	NeedMember  Need = "member"
	NeedRequest Need = "request" // a request to join is enough
)

// RequiredChannel is a channel or supergroup that people must join before they use the archive.
type RequiredChannel struct {
	ID      filter.ChannelID `json:"id"`
	Title   string           `json:"title"`
	Link    string           `json:"link"` // by which people join
	Need    Need             `json:"need"`
	Approve bool             `json:"approve"` // the bot approves requests to join
}

// RequiredList is the list of required channels.
type RequiredList struct {
	Any      bool              `json:"any"` // one of the channels is enough
	Channels []RequiredChannel `json:"channels"`
}

const (
	maxRequired      = 10 // channels: each costs a call to Telegram for every person
	maxRequiredTitle = 255
)

// Check returns an error for a list that is out of bounds.
func (l RequiredList) Check() error {
	if len(l.Channels) > maxRequired {
		return ErrRequiredMany
	}
	for i, c := range l.Channels {
		switch {
		case slices.ContainsFunc(l.Channels[:i], func(other RequiredChannel) bool { return other.ID == c.ID }):
			return ErrRequiredTwice
		case c.ID <= 0 || len(c.Title) > maxRequiredTitle*4 || !strings.HasPrefix(c.Link, "https://t.me/") || c.Need != NeedMember && c.Need != NeedRequest:
			return errRequiredBounds
		}
	}
	return nil
}

// Find returns a channel of the list, or ErrRequiredUnknown.
func (l RequiredList) Find(id filter.ChannelID) (RequiredChannel, error) {
	for _, c := range l.Channels {
		if c.ID == id {
			return c, nil
		}
	}
	return RequiredChannel{}, ErrRequiredUnknown
}

// With returns the list with a channel: in the place of the one with its id, else at the end.
func (l RequiredList) With(c RequiredChannel) RequiredList {
	l.Channels = slices.Clone(l.Channels)
	if i := slices.IndexFunc(l.Channels, func(other RequiredChannel) bool { return other.ID == c.ID }); i >= 0 {
		l.Channels[i] = c
		return l
	}
	l.Channels = append(l.Channels, c)
	return l
}

// Without returns the list without a channel.
func (l RequiredList) Without(id filter.ChannelID) RequiredList {
	l.Channels = slices.DeleteFunc(slices.Clone(l.Channels), func(c RequiredChannel) bool { return c.ID == id })
	return l
}

// NewRequiredList makes the stored list. It is empty until an admin changes it.
func NewRequiredList(db storage.Queryer, now func() time.Time) *storage.Setting[RequiredList] {
	return storage.NewSetting(db, storage.SettingOptions[RequiredList]{Name: "required_channels", Check: RequiredList.Check, Now: now})
}
