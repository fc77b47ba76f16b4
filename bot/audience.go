package bot

import (
	"context"
	"log/slog"
	"time"

	"pavilion/bot/telegram"
	"pavilion/filter"
)

const (
	noteWithin = 5 * time.Second
	readWithin = 2 * time.Second
)

// Language returns the IETF tag of a person's language: the chosen one, else their client's at their last event. It is empty if neither is read
// within two seconds.
func (b *Bot) Language(ctx context.Context, person int64) string {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	chosen, err := b.chat.Languages.Stored(ctx, person)
	if chosen != "" {
		return chosen
	}
	if language := b.chat.ClientLanguage(person); language != "" {
		return language
	}
	language, aerr := b.deps.Audience.Language(ctx, filter.UserID(person))
	for _, err := range []error{err, aerr} {
		if err != nil {
			b.opts.Logger.LogAttrs(ctx, slog.LevelDebug, "a person's language is not known", slog.Any("error", err))
		}
	}
	return language
}

// MayWrite reports whether the bot may write to a person: they wrote to it or allowed it, and have not blocked it since. It is false if that is not read
// within two seconds.
func (b *Bot) MayWrite(ctx context.Context, person int64) bool {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	known, err := b.deps.Audience.Person(ctx, filter.UserID(person))
	return err == nil && !known.Blocked
}

// audience notes the events of people for filter.Audience.
type audience struct {
	people *filter.Audience
	logger *slog.Logger
}

// noteSeen adds the sender of a private message to the audience.
func (a audience) noteSeen(ctx context.Context, from telegram.Person) {
	if err := a.markActive(context.WithoutCancel(ctx), from); err != nil {
		a.logger.LogAttrs(ctx, slog.LevelDebug, "a person could not be noted", slog.Any("error", err))
	}
}

// noteLanguage keeps the language of a person's client, where the person has talked to the bot.
func (a audience) noteLanguage(ctx context.Context, from telegram.Person) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteWithin)
	defer cancel()
	if err := a.people.SetLanguage(ctx, filter.UserID(from.ID), from.Language); err != nil {
		a.logger.LogAttrs(ctx, slog.LevelDebug, "a person's language could not be noted", slog.Any("error", err))
	}
}

func (a audience) markActive(ctx context.Context, who telegram.Person) error {
	ctx, cancel := context.WithTimeout(ctx, noteWithin)
	defer cancel()
	return a.people.MarkActive(ctx, filter.UserID(who.ID), who.Language)
}

// noteBlockChange records that a person blocked the bot, or let it write to them.
func (a audience) noteBlockChange(ctx context.Context, who telegram.Person, blocked bool) {
	ctx = context.WithoutCancel(ctx)
	if blocked {
		a.noteBlocked(ctx, who.ID)
		return
	}
	if err := a.markActive(ctx, who); err != nil {
		a.logger.LogAttrs(ctx, slog.LevelWarn, "a person whom the bot may write to again could not be marked", slog.Any("error", err))
	}
}

// noteBlocked notes that a person blocked the bot.
func (a audience) noteBlocked(ctx context.Context, person int64) {
	ctx, cancel := context.WithTimeout(ctx, noteWithin)
	defer cancel()
	if err := a.people.MarkBlocked(ctx, filter.UserID(person)); err != nil {
		a.logger.LogAttrs(ctx, slog.LevelWarn, "a person who blocked the bot could not be marked", slog.Any("error", err))
	}
}
