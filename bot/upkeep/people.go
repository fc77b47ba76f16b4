package upkeep

import (
	"context"
	"strconv"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/fault"
)

var errUserArgs = fault.New(fault.Invalid, "user_args")

// verbWho is the verb of the question about a person.
const verbWho = "who"

// HandleUsers answers /users with a number: what the archive knows of this person. Without a number it asks for one of the person's messages.
func (s *Screens) HandleUsers(ctx context.Context, e *telegram.Event) error {
	if strings.TrimSpace(e.Text) != "" {
		return s.answerWho(ctx, e)
	}
	s.Questions.Ask(ctx, e.Chat.Key(), chat.Data{Letter: letter, Owner: e.From.ID, Payload: verbWho})
	return s.send(ctx, e, telegram.Reply{Text: s.Texts.In(e).Say("people.ask")})
}

// Answers are the handlers of typed answers, for the club's admins.
func (s *Screens) Answers() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letter: func(ctx context.Context, e *telegram.Event, d chat.Data) error {
		switch {
		case !s.IsAdmin(e.From.ID):
			return chat.ErrAdminsOnly
		case d.Payload != verbWho:
			return chat.ErrButton
		}
		s.Questions.Withdraw(ctx, e.Chat.Key())
		return s.answerWho(ctx, e)
	}}
}

// TakesPerson tells the questions that a contact or a forwarded message answers.
func (s *Screens) TakesPerson(d chat.Data) bool { return d.Letter == letter && d.Payload == verbWho }

// answerWho shows the person whose number was typed, or whose message was forwarded.
func (s *Screens) answerWho(ctx context.Context, e *telegram.Event) error {
	id, err := strconv.ParseInt(strings.TrimSpace(e.Text), 10, 64)
	if e.About != nil {
		id, err = e.About.ID, nil
	}
	if err != nil || id <= 0 {
		return errUserArgs
	}
	person, err := s.Audience.Person(ctx, filter.UserID(id))
	if err != nil {
		return err
	}
	reply := s.draw(e).person(id, person)
	for _, part := range s.Cards {
		lines, buttons, err := part(ctx, e, id)
		if err != nil {
			return err
		}
		reply.Text = strings.Join(append([]string{reply.Text}, lines...), "\n")
		if len(buttons) > 0 {
			reply.Keyboard = append(reply.Keyboard, buttons)
		}
	}
	return s.send(ctx, e, reply)
}

// CardPart adds lines and buttons of another feature to the card of a person.
type CardPart func(ctx context.Context, e *telegram.Event, person int64) (lines []string, buttons []telegram.Button, err error)

func (d drawing) person(id int64, p filter.Person) telegram.Reply {
	language := p.Language
	if language == "" {
		language = "?"
	}
	lines := []string{d.in.Say("people.last", d.longMoment(p.Seen)), d.in.Say("people.language", language)}
	if !p.First.IsZero() {
		lines = append([]string{d.in.Say("people.first", d.longMoment(p.First))}, lines...)
	}
	if p.Blocked {
		lines = append(lines, d.in.Say("people.blocked"))
	}
	return d.page(d.in.Say("people.title", strconv.FormatInt(id, 10)), lines)
}

// longMoment is a moment with its year.
func (d drawing) longMoment(t time.Time) string {
	return d.in.Say("people.moment", d.in.Day(t.UTC()), strconv.Itoa(t.UTC().Year()), d.in.Clock(t.UTC()))
}
