package groups

import (
	"context"
	"errors"
	"log/slog"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	domain "pavilion/filter/groups"
)

// answerFilter answers a message with a filter. It returns false if the filter cannot be read, so that the search may answer instead.
func (s *Screens) answerFilter(ctx context.Context, e *telegram.Event, id domain.FilterID) (bool, error) {
	f, err := s.Groups.Filter(ctx, filter.ChatID(e.Chat.Key()), id)
	if err != nil {
		if !errors.Is(err, domain.ErrFilterNotFound) {
			s.Logger.LogAttrs(ctx, slog.LevelInfo, "a filter cannot be read", slog.Any("error", err))
		}
		return false, nil
	}
	return true, s.sendAnswer(ctx, e, f, e.ReplyTarget())
}

// sendAnswer sends a filter's answer. An expired reference of its file is read again from the message that has the file. If that message is gone, the
// text goes without the file.
func (s *Screens) sendAnswer(ctx context.Context, e *telegram.Event, f domain.Filter, replyTo int) error {
	saved := telegram.SavedMessage{Text: f.Answer.Body, Entities: f.Answer.Entities}
	if f.Answer.Media != nil {
		saved.Media = &f.Answer.Media.File
	}
	keyboard := answerKeyboard(f)
	cause := telegram.Cause{Event: e}
	_, err := s.Client.Messenger.SendSaved(ctx, e.Chat, saved, keyboard, replyTo, cause)
	if saved.Media == nil || !telegram.IsReferenceError(err) {
		return err
	}
	fresh, err := s.renewFile(ctx, f)
	switch {
	case errors.Is(err, domain.ErrFilterFileGone) && saved.Text != "":
		saved.Media = nil
		s.Logger.LogAttrs(ctx, slog.LevelWarn, "a filter answers without its file, which was deleted", slog.Int64("group", int64(f.Chat)), slog.Int64("filter", int64(f.ID)))
	case err != nil:
		return err
	default:
		saved.Media = &fresh
	}
	_, err = s.Client.Messenger.SendSaved(ctx, e.Chat, saved, keyboard, replyTo, cause)
	return err
}

// renewFile reads a filter's file again and stores its new reference.
func (s *Screens) renewFile(ctx context.Context, f domain.Filter) (filter.Media, error) {
	at := f.Answer.Media.At
	found, err := s.Client.ReadSaved(ctx, int64(at.Chat), int(at.Message))
	if errors.Is(err, telegram.ErrMessageGone) || err == nil && (found.Media == nil || found.Media.Document != f.Answer.Media.File.Document) {
		return filter.Media{}, domain.ErrFilterFileGone
	}
	if err != nil {
		return filter.Media{}, err
	}
	if err := s.Groups.Renew(ctx, f.ID, *found.Media); err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelInfo, "a renewed file reference is not stored", slog.Any("error", err))
	}
	return *found.Media, nil
}

// answerKeyboard draws the buttons of an answer. The button of an alert carries the filter and its own index.
func answerKeyboard(f domain.Filter) [][]telegram.Button {
	var rows [][]telegram.Button
	for _, row := range f.Answer.Rows() {
		var buttons []telegram.Button
		for _, i := range row {
			b := f.Answer.Buttons[i]
			if b.URL != "" {
				buttons = append(buttons, telegram.Button{Text: b.Text, URL: b.URL})
			} else {
				buttons = append(buttons, drawing{}.button(b.Text, target{verb: verbAlert, filter: f.ID, page: int64(i)}))
			}
		}
		rows = append(rows, buttons)
	}
	return rows
}

// showAlert answers a tap with the stored text of a filter's button.
func (s *Screens) showAlert(ctx context.Context, e *telegram.Event, t target) error {
	f, err := s.alertFilter(ctx, e, t.filter)
	if err != nil {
		return err
	}
	if t.page >= int64(len(f.Answer.Buttons)) || f.Answer.Buttons[t.page].Alert == "" {
		return chat.ErrButton
	}
	return s.Client.Messenger.AnswerTap(ctx, e, f.Answer.Buttons[t.page].Alert, true)
}

// alertFilter reads the filter of a tapped alert: one of the chat, or one that the person tries in private and may manage.
func (s *Screens) alertFilter(ctx context.Context, e *telegram.Event, id domain.FilterID) (domain.Filter, error) {
	if e.Chat.Type != telegram.Private {
		return s.Groups.Filter(ctx, filter.ChatID(e.Chat.Key()), id)
	}
	f, err := s.Groups.FilterByID(ctx, id)
	if err == nil {
		_, err = s.mustManage(ctx, e, f.Chat)
	}
	return f, err
}
