package channels

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"pavilion/bot/telegram"
	"pavilion/filter"
)

// NoteMembership stores that the bot was removed from an indexed channel or is back in it, and tells the admins. It returns an error if the change could
// not be stored.
func (s *Screens) NoteMembership(ctx context.Context, channel int64, in bool) error {
	mark, key := s.Channels.MarkLost, "channels.lost"
	if in {
		mark, key = s.Channels.MarkRegained, "channels.regained"
	}
	c, changed, err := mark(ctx, filter.ChannelID(channel))
	if errors.Is(err, filter.ErrChannelUnknown) {
		return s.unlessUnread(err)
	}
	if err != nil {
		return fmt.Errorf("membership in channel %d: %w", channel, err)
	}
	if !changed {
		return nil
	}
	if in && c.State == filter.ChannelPaused {
		key = "channels.regained_paused"
	}
	if in {
		s.Indexer.NoteLostUpdates(c.ID) // nobody told the bot of the posts that came meanwhile
	}
	event := "events.channel_lost"
	if in {
		event = "events.channel_regained"
	}
	s.Tell(event, telegram.CleanLine(c.Title, 60))
	for _, admin := range s.Admins {
		text := s.Texts.InLanguage(s.Language(ctx, admin)).Say(key, telegram.CleanLine(c.Title, 60))
		if err := s.Client.Notify(ctx, admin, telegram.Reply{Text: text}, fmt.Sprintf("channel %d at %d", c.ID, c.Version), false); err != nil {
			s.Logger.LogAttrs(ctx, slog.LevelInfo, "an admin was not told of a channel", slog.Int64("channel", channel), slog.Any("error", err))
		}
	}
	return nil
}

// unlessUnread returns err while the channels are not loaded, and nil afterwards. Before that an indexed channel looks unknown too.
func (s *Screens) unlessUnread(err error) error {
	if s.Channels.Loaded() {
		return nil
	}
	return err
}
