package bot

import (
	"context"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
)

// Shares prepares messages that people send from the Mini App. A person can share their own bookings, and the files that inline mode offers to them. Each
// message counts as an inline query of the person.
type Shares struct{ bot *Bot }

// Shares returns the messages for the Mini App.
func (b *Bot) Shares() Shares { return Shares{b} }

// ShareBooking prepares a message about a booking of the person.
func (s Shares) ShareBooking(ctx context.Context, person, club, booking int64) (id string, expires time.Time, err error) {
	if err := s.bot.access.Limits.Admit(ctx, access.Inline, filter.UserID(person)); err != nil {
		return "", expires, err
	}
	text, err := s.bot.Nets.SharedBooking(ctx, person, club, booking)
	if err != nil {
		return "", expires, err
	}
	made, err := telegram.NewPrepared(s.bot.client).Text(ctx, person, text)
	return made.ID, made.Expires, err
}

// ShareFile prepares a message with a file of the archive.
func (s Shares) ShareFile(ctx context.Context, person, document, channel, message int64) (id string, expires time.Time, err error) {
	archive := s.bot.Archive()
	if err := archive.Admit(ctx, access.Inline, filter.UserID(person)); err != nil {
		return "", expires, err
	}
	f, err := archive.File(ctx, filter.DocumentID(document), filter.Place{Channel: filter.ChannelID(channel), Message: filter.MessageID(message)})
	if err != nil {
		return "", expires, err
	}
	var made telegram.PreparedMessage
	in := s.bot.deps.Phrases.In(s.bot.Language(ctx, person))
	err = s.bot.search.Share(ctx, in, f, func(ctx context.Context, f telegram.InlineFile) (err error) {
		made, err = telegram.NewPrepared(s.bot.client).File(ctx, person, f)
		return err
	})
	return made.ID, made.Expires, err
}
