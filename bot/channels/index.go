package channels

import (
	"context"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/fault"
)

var errIndexArgs = fault.New(fault.Invalid, "index_args")

// HandleIndex answers /index: it starts to read a channel's past. The message that it sends shows the progress.
func (s *Screens) HandleIndex(ctx context.Context, e *telegram.Event) error {
	args, ok := parseIndexArgs(e.Text)
	if !ok {
		return errIndexArgs
	}
	info, err := s.find(ctx, args.channel)
	if err != nil {
		return err
	}
	reading := telegram.Reply{Text: s.Texts.In(e).Say("past.starting")}
	message, err := s.messenger.SendText(ctx, e.Chat, reading, telegram.Cause{Event: e})
	if err == nil && message == 0 { // a process that was killed sent it, and its id is not known
		message, err = s.messenger.SendText(ctx, e.Chat, reading, telegram.Cause{Event: e, Number: 1})
	}
	if err != nil {
		return err
	}
	err = s.startPast(ctx, e, info.ID, args.from, args.to, message)
	if err != nil && fault.KindOf(err) != fault.Internal {
		return s.messenger.EditText(ctx, e.Chat, message, telegram.Reply{Text: s.Texts.Sentence(e, err)})
	}
	return err
}

func (s *Screens) tapIndex(ctx context.Context, e *telegram.Event, d chat.Data) error {
	id, to, err := parsePastTap(d.Payload)
	if err != nil {
		return err
	}
	if err := s.startPast(ctx, e, id, 1, to, e.MessageID); err != nil {
		return err
	}
	return s.messenger.AnswerTap(ctx, e, "", false)
}

func (s *Screens) startPast(ctx context.Context, e *telegram.Event, id filter.ChannelID, from, to filter.MessageID, message int) error {
	_, err := s.Indexer.StartPast(ctx, id, from, to, filter.Report{Chat: filter.ChatID(e.Chat.Key()), Message: message, By: filter.UserID(e.From.ID)})
	return err
}

func (s *Screens) tapCancel(ctx context.Context, e *telegram.Event, d chat.Data) error {
	f := chat.ParseFields(d.Payload)
	id := f.Next()
	if !f.Done() {
		return chat.ErrButton
	}
	if err := s.Indexer.CancelPast(id); err != nil {
		return err
	}
	return s.messenger.AnswerTap(ctx, e, s.Texts.In(e).Say("past.stopping"), false)
}
