package channels

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"pavilion/bot/telegram"
	"pavilion/filter"
)

// NoteMembership marks an indexed channel that the bot was removed from, or is back in, and tells the club's admins.
func (s *Screens) NoteMembership(ctx context.Context, channel int64, in bool) {
	mark, key := s.Channels.MarkLost, "channels.lost"
	if in {
		mark, key = s.Channels.MarkRegained, "channels.regained"
	}
	c, changed, err := mark(ctx, filter.ChannelID(channel))
	if err != nil && !errors.Is(err, filter.ErrChannelUnknown) {
		s.Logger.LogAttrs(ctx, slog.LevelError, "a change of the bot's membership was not stored", slog.Int64("channel", channel), slog.Bool("in", in), slog.Any("error", err))
	}
	if !changed {
		return
	}
	if in {
		s.Indexer.NoteLostUpdates(c.ID) // nobody told the bot of the posts that came meanwhile
	}
	for _, admin := range s.Admins {
		text := s.Texts.InLanguage(s.Language(ctx, admin)).Say(key, telegram.CleanLine(c.Title, 60))
		if err := s.Client.Notify(ctx, admin, telegram.Reply{Text: text}, fmt.Sprintf("channel %d at %d", c.ID, c.Version), false); err != nil {
			s.Logger.LogAttrs(ctx, slog.LevelInfo, "an admin was not told of a channel", slog.Int64("channel", channel), slog.Any("error", err))
		}
	}
}
