package nets

import (
	"context"
	"log/slog"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// Deps are the parts that the screens work with.
type Deps struct {
	Client       *telegram.Client
	Texts        *chat.Texts
	Questions    *chat.Questions
	Drafts       *chat.Drafts
	Watcher      *chat.Watcher
	Languages    *chat.Languages
	AllLanguages []string                                       // tags of the languages that a person can choose
	IsAdmin      func(person int64) bool                        // of the club
	Language     func(ctx context.Context, person int64) string // of a person who did not just write
	OnLanguage   func(ctx context.Context, person int64)        // called after a person chose a language
	HasClub      func(ctx context.Context) (bool, error)        // whether there is a club to book in
	Booking      *booking.Service
	// WantsBroadcasts tells whether a person gets the messages to everybody, and SetBroadcasts changes it.
	WantsBroadcasts func(ctx context.Context, person int64) (bool, error)
	SetBroadcasts   func(ctx context.Context, person int64, wanted bool) error
	Admins          []int64                   // receive alerts
	Channels        []booking.Channel         // for notifications; buttons hold an index of the slice
	Page            func(start string) string // address of the Mini App with a start parameter; empty where there is none
	Logger          *slog.Logger
}

// Screens answer the commands and buttons of booking, and carry booking's messages, invoices and payments.
type Screens struct{ Deps }

// New makes the screens.
func New(d Deps) *Screens {
	s := &Screens{d}
	d.Watcher.Read(s.readWatched)
	return s
}
