package delivery

import (
	"context"
	"errors"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
	"pavilion/internal/fault"
)

// MostFiles is the largest number of files that are sent at once.
func (s *Screens) MostFiles(ctx context.Context) int { return s.Set.Get(ctx).MostFiles }

// SendAll sends files one after the other, at most as many as the club allows. It answers the tap.
func (s *Screens) SendAll(ctx context.Context, e *telegram.Event, files []filter.File) error {
	var items []delivery.Item
	for _, f := range files[:min(len(files), s.MostFiles(ctx))] {
		it := delivery.Item{Document: f.Media.Document}
		if len(f.Places) > 0 {
			it.Place = f.Places[0]
		}
		items = append(items, it)
	}
	return s.startJob(ctx, e, delivery.Policy{}, items)
}

// startJob stores a delivery; Run sends it.
func (s *Screens) startJob(ctx context.Context, e *telegram.Event, link delivery.Policy, items []delivery.Item) error {
	to, group, err := s.destination(ctx, e)
	if errors.Is(err, errPrivateFirst) {
		return s.openPrivate(ctx, e)
	}
	if err != nil {
		return err
	}
	if e.From.IsChat() {
		return errSenderHidden
	}
	plan := s.plan(ctx, filter.UserID(e.From.ID))
	if _, err := s.Jobs.Create(ctx, s.order(e, to, delivery.Strictest(link, group.Policy), plan, items)); err != nil {
		return err
	}
	s.wake()
	if e.Kind == telegram.Tap {
		return s.messenger.AnswerTap(ctx, e, s.Texts.In(e).Say("delivery.starting"), false)
	}
	return nil
}

// errSenderHidden reports an anonymous admin or a channel. A delivery belongs to a person, who may cancel it.
var errSenderHidden = fault.New(fault.Invalid, "sender_hidden")

func (s *Screens) tapCancel(ctx context.Context, e *telegram.Event, f *chat.Fields) error {
	id := delivery.JobID(f.Number())
	if !f.Done() {
		return chat.ErrButton
	}
	if _, err := s.Jobs.Cancel(ctx, id, filter.UserID(e.From.ID)); err != nil {
		return err
	}
	s.wake()
	return s.messenger.AnswerTap(ctx, e, s.Texts.In(e).Say("delivery.stopping"), false)
}

// tapAgain sends the files of an earlier delivery once more.
func (s *Screens) tapAgain(ctx context.Context, e *telegram.Event, f *chat.Fields) error {
	id := delivery.JobID(f.Number())
	if !f.Done() {
		return chat.ErrButton
	}
	old, err := s.Jobs.Read(ctx, id)
	if err != nil {
		return err
	}
	if old.Person != filter.UserID(e.From.ID) {
		return delivery.ErrForgotten
	}
	order := old.Order
	order.Origin, order.Language, order.Topic = originOf(e), e.From.Language, topicIn(e, e.Chat)
	order.Priority = s.plan(ctx, old.Person).Priority
	if _, err := s.Jobs.Create(ctx, order); err != nil {
		return err
	}
	s.wake()
	// The message of the old delivery has nothing to offer any more; a failed edit leaves the button.
	err = s.messenger.EditText(ctx, e.Chat, e.MessageID, telegram.Reply{Text: s.Texts.In(e).Say("delivery.sent_again")})
	return errors.Join(err, s.messenger.AnswerTap(ctx, e, s.Texts.In(e).Say("delivery.starting"), false))
}
