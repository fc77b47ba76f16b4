package groups

import (
	"context"

	"pavilion/bot/telegram"
	"pavilion/filter"
	domain "pavilion/filter/groups"
	"pavilion/internal/fault"
)

var errFilterUsage = fault.New(fault.Invalid, "filter_usage")

// HandleFilter answers /filter: it stores a filter of the group.
func (s *Screens) HandleFilter(ctx context.Context, e *telegram.Event) error {
	p, err := s.manage(ctx, e)
	if err != nil {
		return err
	}
	return s.saveFilter(ctx, e, p)
}

// HandleClubFilter answers /clubfilter: it stores a filter that answers in every group.
func (s *Screens) HandleClubFilter(ctx context.Context, e *telegram.Event) error {
	return s.saveFilter(ctx, e, place{id: domain.Club})
}

func (s *Screens) saveFilter(ctx context.Context, e *telegram.Event, p place) error {
	f, err := s.typedFilter(ctx, e, p.id)
	if err != nil {
		return err
	}
	id, replaced, err := s.Groups.SaveFilter(ctx, f, e.From.ID)
	if err != nil {
		return err
	}
	f.ID = id
	return s.reply(ctx, e, s.drawing(e, e.ButtonOwner()).saved(p, f, replaced))
}

// typedFilter reads the filter of a command: words, and the answer from the rest of the text or from the message that the command replies to. A rest with
// text replaces the text of that message; its buttons follow those of that message.
func (s *Screens) typedFilter(ctx context.Context, e *telegram.Event, group filter.ChatID) (domain.Filter, error) {
	words, rest := splitFilter(e.Text)
	f := domain.Filter{Chat: group, Words: words}
	if words == "" || rest == "" && e.Reply == 0 {
		return f, errFilterUsage
	}
	var saved telegram.SavedMessage
	if e.Reply != 0 {
		var err error
		if saved, err = s.Client.ReadSaved(ctx, e.Chat.Key(), e.Reply); err != nil {
			return f, err
		}
	}
	buttons, parts := parseButtons(saved.Text)
	saved = saved.Without(parts...).Trimmed()
	typed, parts := parseButtons(rest)
	own := telegram.SavedMessage{Text: rest}.Without(parts...).Trimmed()
	if own.Text != "" {
		saved.Text, saved.Entities = own.Text, nil
	}
	f.Answer = domain.Answer{Body: saved.Text, Entities: saved.Entities, Buttons: append(buttons, typed...)}
	if saved.Media != nil {
		f.Answer.Media = &domain.Media{File: *saved.Media, At: domain.MessageAt{Chat: filter.ChatID(e.Chat.Key()), Message: filter.MessageID(e.Reply)}}
	}
	return f, nil
}

// HandleFilters answers /filters with the list of the group's filters.
func (s *Screens) HandleFilters(ctx context.Context, e *telegram.Event) error {
	p, err := s.manage(ctx, e)
	if err != nil {
		return err
	}
	return s.listFilters(ctx, e, p)
}

// HandleClubFilters answers /clubfilters.
func (s *Screens) HandleClubFilters(ctx context.Context, e *telegram.Event) error {
	return s.listFilters(ctx, e, place{id: domain.Club})
}

func (s *Screens) listFilters(ctx context.Context, e *telegram.Event, p place) error {
	list, err := s.Groups.Filters(ctx, p.id)
	if err != nil {
		return err
	}
	return s.reply(ctx, e, s.drawing(e, e.ButtonOwner()).list(p, list, 0))
}

// tapFilter handles the buttons of the list and of one filter.
func (s *Screens) tapFilter(ctx context.Context, e *telegram.Event, d drawing, p place, t target) error {
	if t.verb == verbDelete {
		if err := s.Groups.DeleteFilter(ctx, p.id, t.filter); err != nil {
			return err
		}
	}
	if t.verb == verbList || t.verb == verbDelete {
		list, err := s.Groups.Filters(ctx, p.id)
		if err != nil {
			return err
		}
		return s.show(ctx, e, d.list(p, list, int(t.page)))
	}
	f, err := s.Groups.FilterByID(ctx, t.filter)
	switch {
	case err != nil:
		return err
	case f.Chat != p.id:
		return domain.ErrFilterNotFound
	case t.verb == verbTry:
		if err := s.Client.Messenger.AnswerTap(ctx, e, "", false); err != nil {
			return err
		}
		return s.sendAnswer(ctx, e, f, 0)
	}
	return s.show(ctx, e, d.filter(p, f, int(t.page), t.verb == verbAskDelete))
}
