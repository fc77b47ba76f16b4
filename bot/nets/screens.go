package nets

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// Deps are the parts that the screens work with.
type Deps struct {
	Client     *telegram.Client
	Texts      *chat.Texts
	Questions  *chat.Questions
	Watcher    *chat.Watcher
	Languages  *chat.Languages
	IsAdmin    func(person int64) bool                        // of the club
	Language   func(ctx context.Context, person int64) string // to speak to a person who did not just write
	OnLanguage func(ctx context.Context, person int64)        // called after a person chose a language
	HasClub    func(ctx context.Context) bool
	Booking    *booking.Service
	Admins     []int64           // told of reviews
	Channels   []booking.Channel // by which members can be notified; buttons name them by their place
	Logger     *slog.Logger
}

// Screens are the screens of booking, and what booking says to members in Telegram.
type Screens struct {
	Deps
	messenger *telegram.Messenger
	payments  *paymentInbox
}

// New makes the screens. Run must run for payments to be stored.
func New(d Deps) *Screens {
	s := &Screens{Deps: d, messenger: d.Client.Messenger, payments: newPaymentInbox(d.Logger)}
	d.Watcher.Read(s.readHolds)
	return s
}

// Run stores payments that could not be stored at once, until ctx ends.
func (s *Screens) Run(ctx context.Context) { s.payments.Run(ctx) }

// Owes tells whether a payment exists in this process's memory only.
func (s *Screens) Owes() bool { return s.payments.owes() }

// readHolds reads the bookings that watched messages show.
func (s *Screens) readHolds(ctx context.Context, ids []int64) ([]chat.Subject, time.Time, error) {
	wanted := make([]booking.ID, len(ids))
	for i, id := range ids {
		wanted[i] = booking.ID(id)
	}
	seen, at, err := s.Booking.Glance(ctx, wanted)
	if err != nil {
		return nil, at, err
	}
	subjects := make([]chat.Subject, len(seen))
	for i, b := range seen {
		subjects[i] = chat.Subject{ID: int64(b.ID), Version: b.Version, Draw: func(ctx context.Context, m chat.WatchedMessage) (chat.Drawn, error) {
			return s.drawHold(ctx, m, b, at)
		}}
	}
	return subjects, at, nil
}

// drawHold brings a watched message up to date. A hold that lives counts down; a booking that was confirmed gets its calendar file and place.
func (s *Screens) drawHold(ctx context.Context, m chat.WatchedMessage, b booking.Booking, at time.Time) (chat.Drawn, error) {
	to, err := s.Client.PrivateChat(ctx, m.Chat)
	if err != nil {
		return chat.Drawn{}, err
	}
	v := s.visit(&telegram.Event{Kind: telegram.Tap, From: telegram.Person{ID: m.Chat, Language: m.Language}, Chat: to, MessageID: m.Message})
	seen, err := s.lookAt(ctx, booking.Actor{ID: b.Member, Role: booking.Player, Origin: "bot"}, b, at)
	if err != nil {
		return chat.Drawn{}, err
	}
	if err := s.messenger.EditText(ctx, to, m.Message, v.showing(seen)); err != nil {
		return chat.Drawn{}, err
	}
	if b.State == booking.Held && seen.live() {
		return seen.drawn(), nil
	}
	if b.State == booking.Confirmed {
		return chat.Drawn{}, v.sendConfirmation(ctx, seen)
	}
	return chat.Drawn{}, nil
}

const namesWithin = 2 * time.Second

// names asks Telegram for the members' present first names; nothing of it is stored. A member whom Telegram does not name has their number.
func (s *Screens) names(ctx context.Context, list []booking.Booking) map[booking.MemberID]string {
	names := map[booking.MemberID]string{}
	var ask []int64
	for _, x := range list {
		if _, ok := names[x.Member]; !ok {
			names[x.Member] = strconv.FormatInt(int64(x.Member), 10)
			ask = append(ask, int64(x.Member))
		}
	}
	ctx, cancel := context.WithTimeout(ctx, namesWithin)
	defer cancel()
	known, err := s.messenger.FirstNames(ctx, ask)
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelInfo, "members are shown by their numbers", slog.Any("error", err))
	}
	for id, name := range known {
		names[booking.MemberID(id)] = name
	}
	return names
}
