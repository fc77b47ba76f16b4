package access

import (
	"context"
	"log/slog"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/storage"
)

// Deps are the parts that the screens work with.
type Deps struct {
	Messenger *telegram.Messenger
	Texts     *chat.Texts
	Questions *chat.Questions
	IsAdmin   func(person int64) bool // of the club
	Limits    *access.Limits
	Bans      *access.Bans
	Quota     *access.Quota
	Join      *Join // the last step
	Settings  *storage.Setting[access.Settings]
	Zone      *time.Location // for the times that people are told
	OnBan     func()         // called after each ban
	Logger    *slog.Logger
	Now       func() time.Time
}

// Screens are the guard of the archive and the screens about it.
type Screens struct {
	Deps
	steps []step
}

// step admits an event, or answers it and returns false.
type step func(ctx context.Context, kind access.Kind, e *telegram.Event) (admitted bool, err error)

// New makes the screens.
func New(d Deps) *Screens {
	s := &Screens{Deps: d}
	s.steps = []step{s.admitUnbanned, s.admitWithinLimit, d.Join.Admit}
	return s
}

// admit runs the steps until one refuses the event. An event that is handled again passes, because the steps admitted it the first time.
func (s *Screens) admit(ctx context.Context, kind access.Kind, e *telegram.Event) (bool, error) {
	if e.Resumed {
		return true, nil
	}
	for _, step := range s.steps {
		if admitted, err := step(ctx, kind, e); err != nil || !admitted {
			return false, err
		}
	}
	return true, nil
}

// Guard wraps the handler of messages or inline queries.
func (s *Screens) Guard(kind access.Kind, next chat.Handler) chat.Handler {
	return func(ctx context.Context, e *telegram.Event) error {
		if admitted, err := s.admit(ctx, kind, e); err != nil || !admitted {
			return err
		}
		return next(ctx, e)
	}
}

// GuardTap wraps the handler of a button.
func (s *Screens) GuardTap(kind access.Kind, next chat.ButtonHandler) chat.ButtonHandler {
	return func(ctx context.Context, e *telegram.Event, d chat.Data) error {
		if admitted, err := s.admit(ctx, kind, e); err != nil || !admitted {
			return err
		}
		return next(ctx, e, d)
	}
}

// GuardTaps wraps the handlers of a feature's buttons.
func (s *Screens) GuardTaps(kind access.Kind, taps map[byte]chat.ButtonHandler) map[byte]chat.ButtonHandler {
	guarded := map[byte]chat.ButtonHandler{}
	for letter, handle := range taps {
		guarded[letter] = s.GuardTap(kind, handle)
	}
	return guarded
}

// StartParam is the payload of /start behind the hint of a refused inline query.
const StartParam = "refused"

const maxInlineHint = 60 // characters

// refuse answers an event that was not admitted. With tell it says why. Without it a message gets no answer, a tap an empty one that ends its progress
// bar. An inline query always gets an empty list under the reason, because that adds no message to any chat.
func (s *Screens) refuse(ctx context.Context, e *telegram.Event, text string, tell bool) error {
	switch e.Kind {
	case telegram.Inline:
		return s.Messenger.AnswerInline(ctx, telegram.InlineAnswer{QueryID: e.QueryID, Button: telegram.CleanLine(text, maxInlineHint), StartParam: StartParam})
	case telegram.Tap:
		if e.Answered() { // it is replayed after joining
			break
		}
		if !tell {
			text = ""
		}
		return s.Messenger.AnswerTap(ctx, e, text, tell)
	case telegram.Message, telegram.Checkout, telegram.EventKinds:
	}
	if !tell {
		return nil
	}
	_, err := s.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: text, ReplyTo: e.ReplyTarget()}, telegram.Cause{Event: e})
	return err
}

// admitUnbanned refuses a banned person. They are told once.
func (s *Screens) admitUnbanned(ctx context.Context, _ access.Kind, e *telegram.Event) (bool, error) {
	ban, banned := s.Bans.Of(ctx, filter.UserID(e.From.ID))
	if !banned {
		return true, nil
	}
	tell := e.Kind != telegram.Inline && !e.IsOverheard() && s.Bans.Tell(ctx, ban)
	return false, s.refuse(ctx, e, banText(s.Texts.In(e), ban, s.Zone), tell)
}

// admitWithinLimit refuses a person who asks too often. They are told once in a period when to try again.
func (s *Screens) admitWithinLimit(ctx context.Context, kind access.Kind, e *telegram.Event) (bool, error) {
	verdict := s.Limits.Count(ctx, kind, filter.UserID(e.From.ID))
	if verdict.Allowed {
		return true, nil
	}
	return false, s.refuse(ctx, e, limitText(s.Texts.In(e), verdict.Retry), verdict.Tell && !e.IsOverheard())
}
