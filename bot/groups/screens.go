package groups

import (
	"context"
	"log/slog"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	domain "pavilion/filter/groups"
	"pavilion/internal/fault"
)

// Deps are the parts that the screens work with.
type Deps struct {
	Client    *telegram.Client
	Texts     *chat.Texts
	Groups    *domain.Groups
	Languages []string                // that the bot speaks
	IsAdmin   func(person int64) bool // of the club
	Logger    *slog.Logger
	Now       func() time.Time
}

// Screens are the screens of groups.
type Screens struct {
	Deps
	welcomes *welcomeLimits
}

// New makes the screens.
func New(d Deps) *Screens {
	d.Logger = d.Logger.With("component", "groups")
	return &Screens{Deps: d, welcomes: newWelcomeLimits()}
}

// letter is the letter of the buttons.
const letter = 'G'

// Taps are the handlers of the buttons.
func (s *Screens) Taps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letter: s.tap}
}

// Errors of the screens.
var (
	errGroupAdminsOnly = fault.New(fault.Forbidden, "group_admins_only")
	// errGroupLost reports a group that the bot is no longer in.
	errGroupLost = fault.New(fault.Gone, "group_lost")
)

// place is a group that a command or tap concerns.
type place struct {
	chat  telegram.Chat // zero for the club's filters
	id    filter.ChatID
	title string // empty inside of the group
}

// manage returns the group that a message concerns: the one that it stands in, or in private the selected one. It refuses a sender who is no admin of it.
func (s *Screens) manage(ctx context.Context, e *telegram.Event) (place, error) {
	p := place{chat: e.Chat, id: filter.ChatID(e.Chat.Key())}
	if e.Chat.Type == telegram.Private {
		c, err := s.Groups.Selected(ctx, filter.UserID(e.From.ID))
		if err != nil {
			return p, err
		}
		p.id, p.title = c.Chat, c.Title
	}
	var err error
	p.chat, err = s.mustManage(ctx, e, p.id)
	return p, err
}

// mustManage returns the chat of a group. It refuses a sender who is, as Telegram says now, no admin of it. The club's filters belong to the club's admins.
func (s *Screens) mustManage(ctx context.Context, e *telegram.Event, id filter.ChatID) (telegram.Chat, error) {
	if id == domain.Club {
		if !s.IsAdmin(e.From.ID) {
			return telegram.Chat{}, chat.ErrAdminsOnly
		}
		return telegram.Chat{}, nil
	}
	group, known := s.Client.ChatOf(int64(id))
	if !known {
		return group, errGroupLost
	}
	isAdmin := e.IsAnonymousAdmin() && filter.ChatID(e.Chat.Key()) == id
	if !e.From.IsChat() {
		var err error
		if isAdmin, err = s.Client.Messenger.IsChatAdmin(ctx, group, e.From.ID); err != nil {
			return group, err
		}
	}
	if !isAdmin {
		return group, errGroupAdminsOnly
	}
	return group, nil
}

// reply answers a message.
func (s *Screens) reply(ctx context.Context, e *telegram.Event, r telegram.Reply) error {
	r.ReplyTo = e.ReplyTarget()
	_, err := s.Client.Messenger.SendText(ctx, e.Chat, r, telegram.Cause{Event: e})
	return err
}

// show edits the tapped message.
func (s *Screens) show(ctx context.Context, e *telegram.Event, r telegram.Reply) error {
	if err := s.Client.Messenger.AnswerTap(ctx, e, "", false); err != nil {
		return err
	}
	return s.Client.Messenger.EditText(ctx, e.Chat, e.MessageID, r)
}
