package groups

import (
	"context"
	"unicode/utf8"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	domain "pavilion/filter/groups"
)

// maxOverheard is the length in characters of a message that is not meant for the bot and is searched for. A longer one is conversation.
const maxOverheard = 80

// Overhears tells whether the bot takes a message or a join of a group that is not meant for it. It decides by what memory has of the group, and takes
// it if that is too old.
func (s *Screens) Overhears(e *telegram.Event) bool {
	g, known := s.Groups.Glance(filter.ChatID(e.Chat.Key()))
	switch {
	case !known:
		return true
	case e.Join != nil:
		return g.Settings.Welcome != ""
	}
	if _, matches := g.Match(e.Text); matches {
		return true
	}
	return isSearched(g, e)
}

func isSearched(g *domain.Group, e *telegram.Event) bool {
	return g.Settings.Answers(e.Addressed, e.Topic) && (e.Addressed || utf8.RuneCountInString(e.Text) <= maxOverheard)
}

// HandleText wraps the handler of searches by plain text. In a group a manual filter answers first, and the group's settings decide about the search.
func (s *Screens) HandleText(search chat.Handler) chat.Handler {
	return func(ctx context.Context, e *telegram.Event) error {
		if e.Chat.Type == telegram.Private {
			return search(ctx, e)
		}
		g := s.Groups.Get(ctx, filter.ChatID(e.Chat.Key()))
		if id, matches := g.Match(e.Text); matches {
			if answered, err := s.answerFilter(ctx, e, id); answered || err != nil {
				return err
			}
		}
		if !isSearched(g, e) {
			return nil
		}
		return search(ctx, e)
	}
}

// HandleSearch wraps the handler of /search. In a group the settings decide whether it answers.
func (s *Screens) HandleSearch(search chat.Handler) chat.Handler {
	return func(ctx context.Context, e *telegram.Event) error {
		if e.Chat.Type != telegram.Private && !isSearched(s.Groups.Get(ctx, filter.ChatID(e.Chat.Key())), e) {
			return nil
		}
		return search(ctx, e)
	}
}
