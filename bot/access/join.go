package access

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
)

// JoinDeps are the parts that the screens of required channels work with.
type JoinDeps struct {
	Client   *telegram.Client
	Texts    *chat.Texts
	Required *access.Required
	IsAdmin  func(person int64) bool // of the club
	Admins   []int64                 // are told of channels that the bot cannot see
	Language func(ctx context.Context, person int64) string
	Replay   func(e *telegram.Event)       // handles an event again
	Search   func(query string) (p string) // the payload of /start that searches for a query
	Logger   *slog.Logger
	Now      func() time.Time
}

// Join asks people to join the required channels before their event is handled, and handles it once they have. It also has the admins' screen about
// the list.
type Join struct {
	JoinDeps
	messenger *telegram.Messenger
	members   telegram.Memberships
	hidden    chan access.Hidden // channels that the bot could not see
	requested chan struct{}      // a request to join was stored
}

// NewJoin makes the screens. Run must run for approvals and for messages to the admins.
func NewJoin(d JoinDeps) *Join {
	return &Join{JoinDeps: d, messenger: d.Client.Messenger, members: telegram.NewMemberships(d.Client.Messenger), hidden: make(chan access.Hidden, 16), requested: make(chan struct{}, 1)}
}

// letterJoin is the letter of the buttons.
const letterJoin = 'J'

// Taps are the handlers of the buttons.
func (j *Join) Taps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterJoin: j.tap}
}

func (j *Join) tap(ctx context.Context, e *telegram.Event, d chat.Data) error {
	p, err := parseJoinTap(d.Payload)
	switch {
	case err != nil:
		return err
	case p.verb == verbAgain:
		return j.tryAgain(ctx, e, p.id)
	case !j.IsAdmin(e.From.ID):
		return chat.ErrAdminsOnly
	}
	return j.tapList(ctx, e, p)
}

// Admit is a step of Guard: it admits people who have joined the required channels, the club's admins, and senders that are chats. It keeps every other
// event for "Try again", and answers it with the join screen. A message that is not meant for the bot passes: taps on its results do not.
func (j *Join) Admit(ctx context.Context, kind access.Kind, e *telegram.Event) (bool, error) {
	if kind == access.AdminCommand || e.From.IsChat() || j.IsAdmin(e.From.ID) || e.IsOverheard() {
		return true, nil
	}
	missing := j.missing(ctx, e)
	if len(missing) == 0 {
		return true, nil
	}
	if e.Kind == telegram.Inline { // the join screen is shown in the private chat, by the search that the button begins there
		return false, j.messenger.AnswerInline(ctx, telegram.InlineAnswer{
			QueryID: e.QueryID, Button: j.Texts.In(e).Say("join.inline"), StartParam: j.Search(e.Text),
		})
	}
	return false, j.ask(ctx, e, missing)
}

func (j *Join) missing(ctx context.Context, e *telegram.Event) []access.MissingOf {
	m := j.Required.Missing(ctx, filter.ChatID(e.Chat.Key()), filter.UserID(e.From.ID))
	for _, c := range m.Hidden {
		select {
		case j.hidden <- c:
		default: // the admins are being told of others
		}
	}
	return m.Lists
}

// joinNumber is the Cause.Number of the join screen.
const joinNumber = 98

// ask keeps an event and shows the join screen: for a tap in the screen that the chat has, for a message in a new one. Without Postgres the screen has no
// "Try again".
func (j *Join) ask(ctx context.Context, e *telegram.Event, missing []access.MissingOf) error {
	w, err := j.keep(ctx, e)
	if err != nil {
		j.Logger.LogAttrs(ctx, slog.LevelWarn, "an event is not kept for after joining", slog.Any("error", err))
	}
	in := j.Texts.In(e)
	screen := joinScreen{in: in, owner: e.From.ID, missing: missing, wait: w.ID}.draw()
	if e.Kind == telegram.Tap {
		if err := j.messenger.AnswerTap(ctx, e, in.Say("join.first"), true); err != nil {
			return err
		}
		if w.Message != 0 {
			err := j.messenger.EditText(ctx, e.Chat, w.Message, screen)
			if err == nil || !errors.Is(err, telegram.ErrMessageGone) {
				return err
			}
		}
	}
	screen.ReplyTo = e.ReplyTarget()
	id, err := j.messenger.SendText(ctx, e.Chat, screen, telegram.Cause{Event: e, Number: joinNumber})
	if err == nil && id != 0 && w.ID != 0 {
		err = j.Required.SetWaitMessage(ctx, w.ID, id)
	}
	return err
}

func (j *Join) keep(ctx context.Context, e *telegram.Event) (access.Wait, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return access.Wait{}, err
	}
	return j.Required.KeepWait(ctx, access.Wait{Person: filter.UserID(e.From.ID), Chat: filter.ChatID(e.Chat.Key()), Event: data})
}

// tryAgain asks Telegram again and handles the kept event if its person has joined. The event is handled before the buttons go, so that a process that
// dies in between leaves them. Sends of one event have one random_id, so handling it twice posts nothing twice.
func (j *Join) tryAgain(ctx context.Context, e *telegram.Event, id int64) error {
	w, found, err := j.Required.FindWait(ctx, id, filter.UserID(e.From.ID))
	if err != nil {
		return err
	}
	in := j.Texts.In(e)
	j.Required.Forget(ctx, filter.ChatID(e.Chat.Key()), filter.UserID(e.From.ID))
	missing := j.missing(ctx, e)
	if len(missing) > 0 {
		screen := joinScreen{in: in, owner: e.From.ID, missing: missing, wait: id}.draw()
		return errors.Join(j.messenger.AnswerTap(ctx, e, in.Say("join.not_yet"), true), j.messenger.EditText(ctx, e.Chat, e.MessageID, screen))
	}
	thanks := in.Say("join.thanks")
	if !found {
		thanks = in.Say("join.thanks_old")
	} else if err := j.replay(w); err != nil {
		return err
	}
	return errors.Join(j.messenger.AnswerTap(ctx, e, in.Say("join.joined"), false), j.messenger.EditText(ctx, e.Chat, e.MessageID, telegram.Reply{Text: thanks}))
}

func (j *Join) replay(w access.Wait) error {
	e := new(telegram.Event)
	if err := json.Unmarshal(w.Event, e); err != nil {
		return err
	}
	if e.Kind == telegram.Tap {
		e.MarkAnswered() // Telegram takes no second answer to the first tap
	}
	j.Replay(e)
	return nil
}

// NoteMember handles a change of a membership.
func (j *Join) NoteMember(ctx context.Context, m telegram.MemberChange) error {
	return j.Required.NoteMember(ctx, m.Channel, filter.UserID(m.Person))
}

// NoteRequest stores a request to join.
func (j *Join) NoteRequest(ctx context.Context, r telegram.JoinRequest) error {
	err := j.Required.NoteRequest(ctx, access.JoinRequest{Channel: r.Channel, Person: filter.UserID(r.Person), Invite: r.Invite, At: r.At})
	if err == nil {
		select {
		case j.requested <- struct{}{}:
		default:
		}
	}
	return err
}
