package groups

import (
	"slices"
	"strings"
	"unicode/utf8"

	"pavilion/filter"
	"pavilion/internal/fault"
)

// SearchMode says which messages of a group are searched for.
type SearchMode string

// The modes.
const (
	SearchOff       SearchMode = "off"
	SearchAddressed SearchMode = "addressed" // commands, mentions and replies
	SearchAll       SearchMode = "all"       // every message that the bot sees
)

// Bounds of the settings.
const (
	MaxPageSize      = 20
	MaxMinutes       = 47 * 60 // Telegram lets a bot delete its messages for 48 hours
	MaxWelcome       = 1000    // characters
	MaxRequired      = 5       // channels
	MaxTopics        = 50
	maxLanguageTag   = 8
	maxRequiredTitle = 4 * 255 // bytes
)

// GeneralTopic is the id of the first topic of every forum.
const GeneralTopic = 1

// Settings are the settings of one group. The JSON names are stored.
type Settings struct {
	Search      SearchMode        `json:"search"`
	PageSize    int               `json:"page_size"`         // results on a page; 0: the bot's default
	ToPrivate   bool              `json:"to_private"`        // files go to the private chat of the person who asked
	DeleteAfter int               `json:"delete_after"`      // minutes until a delivered file is deleted; 0: never
	Protect     bool              `json:"protect"`           // delivered files cannot be forwarded or saved
	Required    []RequiredChannel `json:"required_channels"` // that a member must have joined
	RequireAny  bool              `json:"require_any"`       // one of them suffices
	Language    string            `json:"language"`          // IETF tag; empty: each person's own
	Welcome     string            `json:"welcome"`           // text for new members; empty: none
	WelcomeFor  int               `json:"welcome_for"`       // minutes until a welcome is deleted; 0: never
	Spelling    bool              `json:"spelling"`          // suggests another spelling if nothing is found
	Topics      []int             `json:"topics"`            // of a forum, in which search is on; empty: all
	ClubFilters bool              `json:"club_filters"`      // the club's filters answer here too
	Broadcasts  bool              `json:"broadcasts"`        // the club's messages to groups come here
}

// RequiredChannel is a channel or supergroup that the members of a group must have joined.
type RequiredChannel struct {
	ID    filter.ChannelID `json:"id"`
	Title string           `json:"title"`
	Link  string           `json:"link"` // by which people join
	// ByRequest makes a request to join enough.
	ByRequest bool `json:"by_request,omitempty"`
}

func (c RequiredChannel) isValid() bool {
	return c.ID > 0 && len(c.Title) <= maxRequiredTitle && utf8.ValidString(c.Title) && strings.HasPrefix(c.Link, "https://t.me/")
}

func isInvalid(c RequiredChannel) bool { return !c.isValid() }

// Default returns the settings of a group whose admins changed nothing.
func Default() Settings {
	return Settings{Search: SearchAddressed, Spelling: true, ClubFilters: true, Broadcasts: true}
}

// Errors of settings.
var (
	// ErrBounds reports a setting that is out of its bounds.
	ErrBounds          = fault.New(fault.Invalid, "group_setting_bounds")
	ErrWelcomeTooLong  = fault.New(fault.Invalid, "group_welcome_long")
	ErrTooManyRequired = fault.New(fault.Invalid, "group_required_many")
	ErrTooManyTopics   = fault.New(fault.Invalid, "group_topics_many")
)

// Check returns an error if a setting is out of its bounds.
func (s Settings) Check() error {
	switch {
	case s.Search != SearchOff && s.Search != SearchAddressed && s.Search != SearchAll,
		s.PageSize < 0 || s.PageSize > MaxPageSize,
		s.DeleteAfter < 0 || s.DeleteAfter > MaxMinutes,
		s.WelcomeFor < 0 || s.WelcomeFor > MaxMinutes,
		len(s.Language) > maxLanguageTag,
		slices.ContainsFunc(s.Required, isInvalid),
		slices.ContainsFunc(s.Topics, func(id int) bool { return id <= 0 }),
		!utf8.ValidString(s.Welcome) || strings.ContainsRune(s.Welcome, 0):
		return ErrBounds
	case utf8.RuneCountInString(s.Welcome) > MaxWelcome:
		return ErrWelcomeTooLong
	case len(s.Required) > MaxRequired:
		return ErrTooManyRequired
	case len(s.Topics) > MaxTopics:
		return ErrTooManyTopics
	}
	return nil
}

// orDefaults returns stored settings with the default for a value that this release does not know.
func (s Settings) orDefaults() Settings {
	if s.Check() == nil {
		return s
	}
	d := Default()
	if s.Search != SearchOff && s.Search != SearchAll {
		s.Search = d.Search
	}
	s.PageSize = min(max(s.PageSize, 0), MaxPageSize)
	s.DeleteAfter = min(max(s.DeleteAfter, 0), MaxMinutes)
	s.WelcomeFor = min(max(s.WelcomeFor, 0), MaxMinutes)
	if len(s.Language) > maxLanguageTag {
		s.Language = d.Language
	}
	if s.Check() != nil {
		s.Welcome, s.Topics = d.Welcome, d.Topics
		s.Required = slices.DeleteFunc(s.Required, isInvalid)
		s.Required = s.Required[:min(len(s.Required), MaxRequired)]
	}
	return s
}

// SearchesIn reports whether search is on in a topic of a forum. Topic 0 is the first one, and any place outside of a forum.
func (s Settings) SearchesIn(topic int) bool {
	if topic == 0 {
		topic = GeneralTopic
	}
	return len(s.Topics) == 0 || slices.Contains(s.Topics, topic)
}

// Answers reports whether a message is searched for.
func (s Settings) Answers(isAddressed bool, topic int) bool {
	return s.SearchesIn(topic) && (s.Search == SearchAll || s.Search == SearchAddressed && isAddressed)
}

// Require adds a channel to the required ones, in the place of the one with its id.
func (s *Settings) Require(c RequiredChannel) {
	s.Release(c.ID)
	s.Required = append(s.Required, c)
}

// Release takes a channel off the required ones.
func (s *Settings) Release(id filter.ChannelID) {
	s.Required = slices.DeleteFunc(slices.Clone(s.Required), func(c RequiredChannel) bool { return c.ID == id })
}

// BroadcastTopic is the topic of a forum for messages that answer nobody: the first one that the admins chose; 0 for General, and outside of a forum.
func (s Settings) BroadcastTopic() int {
	if len(s.Topics) == 0 || slices.Contains(s.Topics, GeneralTopic) {
		return 0
	}
	return s.Topics[0]
}
