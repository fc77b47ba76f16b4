package nets

import (
	"context"
	"errors"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// errStaleStep reports a button whose step is not possible any more.
var errStaleStep = fault.New(fault.Gone, "stale_step")

// Taps are the handlers of the buttons.
func (s *Screens) Taps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterStep: s.tapStep}
}

// Answers are the handlers of typed answers.
func (s *Screens) Answers() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterStep: s.answerStep}
}

// TakesPerson tells the questions that a contact or a forwarded message answers: the one about the staff of a new club.
func (s *Screens) TakesPerson(d chat.Data) bool {
	to, err := parseStep(d.Payload)
	return err == nil && d.Letter == letterStep && to.Verb == stepSetUp && to.Choice == setUpStaff
}

// begin answers a command with a screen in a message of its own. The buttons edit that message.
func (s *Screens) begin(ctx context.Context, e *telegram.Event, first func(ctx context.Context, v *visit) (screen, error)) error {
	if e.Chat.Type != telegram.Private {
		return chat.ErrPrivateOnly
	}
	v := s.visit(e)
	shown, err := first(ctx, v)
	if err != nil {
		return err
	}
	v.awaitTyped(ctx)
	id, err := s.Client.Messenger.SendText(ctx, e.Chat, shown.draw(v.drawing()), telegram.Cause{Event: e})
	if err == nil && v.watched.Subject != 0 && id != 0 {
		s.Watcher.Follow(ctx, e, id, v.watched)
	}
	return err
}

// tapStep does a button's step and shows its screen in the tapped message.
func (s *Screens) tapStep(ctx context.Context, e *telegram.Event, data chat.Data) error {
	to, err := parseStep(data.Payload)
	if err != nil {
		return err
	}
	if e.Chat.Type != telegram.Private || data.Owner == 0 {
		return errStaleStep
	}
	v := s.visit(e)
	s.Questions.Withdraw(ctx, e.Chat.ID)
	shown, err := v.open(ctx, to)
	if err != nil {
		if shown, err = v.replace(ctx, to, err); err != nil {
			return err
		}
	}
	v.awaitTyped(ctx)
	// The screen comes before the tap's answer: where the screen cannot be shown, the answer says why.
	switch shown := shown.(type) {
	case nil:
	case question:
		err = v.ask(ctx, shown)
	default:
		err = s.Watcher.Show(ctx, e, shown.draw(v.drawing()), v.watched)
	}
	if err != nil {
		return err
	}
	v.noticeShown(ctx)
	return s.Client.Messenger.AnswerTap(ctx, e, v.answer, v.alert)
}

// awaitTyped stores the step that takes a typed answer to the screen. It runs before the screen is sent, because a tap on the screen withdraws the
// question.
func (v *visit) awaitTyped(ctx context.Context) {
	if v.awaits != nil {
		v.Questions.Ask(ctx, v.event.Chat.ID, v.awaits.data(v.event.Chat.ID))
	}
}

// answerStep does the step of a question with its typed answer. The question stays open after an answer that is not valid, and during an
// outage.
func (s *Screens) answerStep(ctx context.Context, e *telegram.Event, data chat.Data) error {
	to, err := parseStep(data.Payload)
	if err != nil {
		return err
	}
	v := s.visit(e)
	v.isTyped = true
	shown, err := v.open(ctx, to)
	if err != nil {
		switch fault.KindOf(err) {
		case fault.Invalid:
			_, err = s.Client.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: s.Texts.Sentence(e, err), Ask: true}, telegram.Cause{Event: e})
			return err
		case fault.Unavailable, fault.Internal:
			return err
		default:
			s.Questions.Withdraw(ctx, e.Chat.ID)
			if shown, err = v.replace(ctx, to, err); err != nil {
				return err
			}
			shown = refusedAnswer{reason: v.answer, instead: shown}
		}
	}
	if next, ok := shown.(question); ok {
		return v.ask(ctx, next)
	}
	s.Questions.Withdraw(ctx, e.Chat.ID)
	v.awaitTyped(ctx)
	_, err = s.Client.Messenger.SendText(ctx, e.Chat, shown.draw(v.drawing()), telegram.Cause{Event: e})
	return err
}

// replace is the screen of a step that was refused: after a lost race, the free times nearby; after an old button, the present state. The
// reason is the answer on the button.
func (v *visit) replace(ctx context.Context, s step, refused error) (screen, error) {
	v.answer, v.alert = v.Texts.Sentence(v.event, refused), true
	switch {
	case errors.Is(refused, booking.ErrSlotTaken):
		return takenTime{v}.showLost(ctx, s)
	case errors.Is(refused, errNoRule):
		return priceEditor{v}.listPrices(ctx, step{Verb: stepPrices, Club: s.Club})
	case errors.Is(refused, booking.ErrNoClosure):
		return closureEditor{v}.listClosures(ctx, s.Club)
	case errors.Is(refused, booking.ErrNoReview):
		return reviewQueue{v}.showQueue(ctx, step{Verb: stepReviews, Club: s.Club})
	case s.Booking != 0 && s.Verb != stepBooking && fault.KindOf(refused) == fault.Conflict:
		shown, err := bookingScreen{v}.showBooking(ctx, s.Booking)
		if err != nil {
			return nil, refused
		}
		return shown, nil
	}
	return nil, refused
}

// refusedAnswer is the screen that follows a typed answer that was refused, under the reason.
type refusedAnswer struct {
	reason  string
	instead screen
}

func (r refusedAnswer) draw(d drawing) telegram.Reply {
	reply := r.instead.draw(d)
	reply.Text, reply.Bold = r.reason+"\n\n"+reply.Text, len(r.reason)
	return reply
}
