package access

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/phrase"
)

// A ban by buttons: an admin taps on a person's card, then on a length, and types a reason or goes on without one.

// banLengths are the lengths on the buttons. 0 is for good.
func banLengths() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{time.Hour, day, 7 * day, 30 * day, 0}
}

// banTap is the payload of a button about the ban of a person.
type banTap struct {
	person int64
	length time.Duration
}

func (t banTap) fields() []string {
	return []string{chat.Base36(t.person), chat.Base36(int64(t.length / time.Hour))}
}

// readBan reads a banTap; f tells whether it is complete.
func readBan(f *chat.Fields) banTap {
	return banTap{person: f.Number(), length: time.Duration(f.NumberUpTo(access.MaxBanHours)) * time.Hour}
}

// PersonCard returns the ban line of an admin's card of a person, and the button that bans or unbans them.
func (s *Screens) PersonCard(ctx context.Context, e *telegram.Event, person int64) (lines []string, buttons []telegram.Button, err error) {
	d := s.draw(e)
	ban, banned := s.Bans.Of(ctx, filter.UserID(person))
	switch {
	case banned:
		return []string{d.banLine(ban, "")}, []telegram.Button{d.liftButton(ban, 0)}, nil
	case s.IsAdmin(person):
		return nil, nil, nil
	}
	return nil, []telegram.Button{d.button(d.in.Say("access.ban_button"), verbAskLength, chat.Base36(person))}, nil
}

// askLength asks for how long a person is shut out.
func (s *Screens) askLength(ctx context.Context, e *telegram.Event, person int64) error {
	d := s.draw(e)
	r := telegram.Reply{Text: d.in.Say("access.ban_length", strconv.FormatInt(person, 10))}
	for _, length := range banLengths() {
		label := d.in.Say("access.for_good")
		if length > 0 {
			label = banLength(d.in, length)
		}
		r.Keyboard = append(r.Keyboard, []telegram.Button{d.button(label, verbAskReason, banTap{person, length}.fields()...)})
	}
	return s.showTapped(ctx, e, r)
}

// banLength says a length of whole hours or days.
func banLength(in *phrase.Speaker, length time.Duration) string {
	if length < 24*time.Hour {
		return in.Say("length.hours", int(length/time.Hour))
	}
	return in.Say("length.days", int(length/(24*time.Hour)))
}

// askReason asks for the reason of a ban. The next message in the chat is the answer.
func (s *Screens) askReason(ctx context.Context, e *telegram.Event, t banTap) error {
	d := s.draw(e)
	question := chat.Data{Letter: letterBans, Owner: e.From.ID, Payload: payload(verbBan, append(t.fields(), chat.Base36(int64(e.MessageID)))...)}
	s.Questions.Ask(ctx, e.Chat.Key(), question)
	return s.showTapped(ctx, e, telegram.Reply{
		Text: d.in.Say("access.ban_why", strconv.FormatInt(t.person, 10)), Keyboard: [][]telegram.Button{{d.button(d.in.Say("access.ban_without"), verbBan, t.fields()...)}},
	})
}

// banByButton bans without a reason.
func (s *Screens) banByButton(ctx context.Context, e *telegram.Event, t banTap) error {
	s.Questions.Withdraw(ctx, e.Chat.Key())
	ban, err := s.ban(ctx, e, t, "")
	if err != nil {
		return err
	}
	return s.showTapped(ctx, e, s.draw(e).banned(ban, ""))
}

// answerReason bans with the typed reason.
func (s *Screens) answerReason(ctx context.Context, e *telegram.Event, data chat.Data) error {
	f := chat.ParseFields(data.Payload)
	if f.Next() != verbBan {
		return chat.ErrButton
	}
	t := readBan(f)
	asked := int(f.NumberUpTo(math.MaxInt32))
	if !f.Done() {
		return chat.ErrButton
	}
	ban, err := s.ban(ctx, e, t, e.Text)
	if err != nil {
		return err // the question stays open
	}
	s.Questions.Withdraw(ctx, e.Chat.Key())
	d := s.draw(e)
	return errors.Join(s.reply(ctx, e, d.banned(ban, "")), s.Messenger.EditText(ctx, e.Chat, asked, telegram.Reply{Text: d.banLine(ban, "")}))
}

// ban shuts a person out. It checks the right of the admin, because the right may have ended since the card was drawn.
func (s *Screens) ban(ctx context.Context, e *telegram.Event, t banTap, reason string) (access.Ban, error) {
	if !s.IsAdmin(e.From.ID) {
		return access.Ban{}, chat.ErrAdminsOnly
	}
	ban, err := s.Bans.Add(ctx, filter.UserID(t.person), filter.UserID(e.From.ID), t.length, reason)
	if err == nil {
		s.OnBan()
	}
	return ban, err
}

// showTapped puts a screen into the tapped message.
func (s *Screens) showTapped(ctx context.Context, e *telegram.Event, r telegram.Reply) error {
	return errors.Join(s.Messenger.AnswerTap(ctx, e, "", false), s.Messenger.EditText(ctx, e.Chat, e.MessageID, r))
}

// Answers are the handlers of typed answers.
func (s *Screens) Answers() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterBans: s.answerReason}
}
