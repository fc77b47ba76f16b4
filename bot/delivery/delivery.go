package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
	"pavilion/internal/fault"
	"pavilion/internal/phrase"
	"pavilion/storage"
)

// Deps are the parts that the screens work with.
type Deps struct {
	Client    *telegram.Client
	Texts     *chat.Texts
	Questions *chat.Questions
	IsAdmin   func(person int64) bool // of the club
	Admins    []int64                 // are told of files that cannot be sent
	Language  func(ctx context.Context, person int64) string
	Searcher  *filter.Searcher
	Channels  *filter.Channels
	Search    func(ctx context.Context, e *telegram.Event, query string) error // answers a link to a search
	Keys      delivery.Keys
	Stored    *delivery.StoredLinks
	Jobs      *delivery.Jobs
	Deletions *delivery.Deletions
	KeptTaps  *delivery.KeptTaps
	Replay    func(e *telegram.Event) // handles an event again
	Set       *storage.Setting[delivery.Settings]
	Quota     Quota
	TapQuota  TapQuota
	Group     func(ctx context.Context, chat filter.ChatID) (GroupPolicy, error) // nil: groups have no settings
	Plan      func(ctx context.Context, person filter.UserID) (Plan, error)      // nil: there are no plans
	Logger    *slog.Logger
	Now       func() time.Time
}

// TapQuota lets send deliver a file for a tap within the person's quota. send gets a sentence about the rest of the quota, which may be empty. It is not
// called if nothing is left; the tap is answered then.
type TapQuota func(ctx context.Context, e *telegram.Event, document filter.DocumentID, send func(ctx context.Context, note string) error) error

// Quota limits the files of a person.
type Quota interface {
	// Reserve takes quota for files, and returns those that it has room for.
	Reserve(ctx context.Context, person filter.UserID, documents []filter.DocumentID) (reservation int64, granted []filter.DocumentID, err error)
	// Settle counts a file as delivered.
	Settle(ctx context.Context, reservation int64, document filter.DocumentID) error
	// Extend keeps a reservation for some minutes more.
	Extend(ctx context.Context, reservation int64) error
	// Release returns what is not settled.
	Release(ctx context.Context, reservation int64) error
}

// GroupPolicy is what a group has decided about deliveries.
type GroupPolicy struct {
	delivery.Policy
	InPrivate bool // files go to the person's private chat
}

// Plan is what a person's plan allows.
type Plan struct {
	Premium     bool // opens links for premium members
	Unprotected bool // files come without the club's own protection
	Priority    bool // deliveries go before others
}

// Screens are the screens of deliveries.
type Screens struct {
	Deps
	messenger *telegram.Messenger
	deliverer *telegram.Deliverer
	kick      chan struct{} // there is work for Run

	mu      sync.Mutex
	running map[delivery.JobID]bool // with true those that have priority
}

// New makes the screens. Run must run for deliveries of many files, and for deletions.
func New(d Deps) *Screens {
	return &Screens{Deps: d, messenger: d.Client.Messenger, deliverer: telegram.NewDeliverer(d.Client.Messenger), kick: make(chan struct{}, 1), running: map[delivery.JobID]bool{}}
}

// letter is the letter of the buttons and questions. Their payloads begin with a verb.
const letter = 'D'

// The verbs of payloads. Old messages carry them, so they keep their meaning.
const (
	verbLimit    = "m" // give a signed link limits
	verbLink     = "v" // show a stored link
	verbPeople   = "u" // set how many people may open it
	verbEnd      = "e" // set its end
	verbPremium  = "p" // premium members only, or everybody
	verbProtect  = "k" // under protection, or as the post
	verbRevoke   = "r"
	verbLinks    = "l" // list own links
	verbFirst    = "f" // a question: the first post of a range
	verbLast     = "t" // a question: its last post
	verbOnly     = "o" // the first post is the only one
	verbCancel   = "x" // a delivery
	verbAgain    = "a" // a delivery whose files are deleted
	verbSettings = "s" // of deliveries
	verbCaption  = "c" // a question: a caption template
)

// Taps are the handlers of the buttons.
func (s *Screens) Taps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letter: s.tap}
}

// Answers are the handlers of typed answers and forwarded posts.
func (s *Screens) Answers() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letter: s.answer}
}

// Takes tells that a channel's post, forwarded in private, answers the questions about the posts of a link.
func (s *Screens) Takes(e *telegram.Event, d chat.Data) chat.Take {
	verb := chat.ParseFields(d.Payload).Next()
	if e.Forward != nil && d.Letter == letter && (verb == verbFirst || verb == verbLast) {
		return chat.TakeAny
	}
	return chat.TakeText
}

func (s *Screens) tap(ctx context.Context, e *telegram.Event, d chat.Data) error {
	f := chat.ParseFields(d.Payload)
	switch verb := f.Next(); verb {
	case verbLimit:
		return Links{s}.tapLimit(ctx, e, f)
	case verbLink, verbPeople, verbEnd, verbPremium, verbProtect, verbRevoke:
		return Links{s}.tapLink(ctx, e, verb, f)
	case verbLinks:
		return Links{s}.tapLinks(ctx, e, f)
	case verbOnly:
		return Links{s}.tapOnly(ctx, e, f)
	case verbCancel:
		return s.tapCancel(ctx, e, f)
	case verbAgain:
		return s.tapAgain(ctx, e, f)
	case verbSettings:
		return Settings{s}.tapSettings(ctx, e, f)
	}
	return chat.ErrButton
}

func (s *Screens) answer(ctx context.Context, e *telegram.Event, d chat.Data) error {
	f := chat.ParseFields(d.Payload)
	switch f.Next() {
	case verbFirst:
		return Links{s}.takeFirst(ctx, e)
	case verbLast:
		return Links{s}.takeLast(ctx, e, f)
	case verbCaption:
		return Settings{s}.takeCaption(ctx, e, f)
	}
	return chat.ErrButton
}

// button is a button of this package.
func button(text string, owner int64, payload string) telegram.Button {
	b, _ := chat.Data{Letter: letter, Owner: owner, Payload: payload}.Button(text)
	return b
}

// payloadOf writes a verb and numbers.
func payloadOf(verb string, numbers ...int64) string {
	for _, n := range numbers {
		verb += ":" + chat.Base36(n)
	}
	return verb
}

// originOf names an event. What a repeat of the event makes has the same origin.
func originOf(e *telegram.Event) string {
	return fmt.Sprintf("%d/%d/%d/%d", e.Kind, e.Chat.Key(), e.MessageID, e.QueryID)
}

// reply answers a message.
func (s *Screens) reply(ctx context.Context, e *telegram.Event, r telegram.Reply) error {
	r.ReplyTo = e.ReplyTarget()
	_, err := s.messenger.SendText(ctx, e.Chat, r, telegram.Cause{Event: e})
	return err
}

// show answers a tap by changing its message.
func (s *Screens) show(ctx context.Context, e *telegram.Event, r telegram.Reply) error {
	if err := s.messenger.EditText(ctx, e.Chat, e.MessageID, r); err != nil {
		return err
	}
	return s.messenger.AnswerTap(ctx, e, "", false)
}

// plan is a person's plan. A plan that cannot be read counts as none.
func (s *Screens) plan(ctx context.Context, person filter.UserID) Plan {
	if s.Plan == nil {
		return Plan{}
	}
	p, err := s.Plan(ctx, person)
	if err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelInfo, "a person's plan is not known", slog.String("code", fault.CodeOf(err)), slog.Any("error", err))
	}
	return p
}

// group is what a group has decided; zero in private.
func (s *Screens) group(ctx context.Context, in telegram.Chat) (GroupPolicy, error) {
	if s.Group == nil || in.Type == telegram.Private {
		return GroupPolicy{}, nil
	}
	return s.Group(ctx, filter.ChatID(in.Key()))
}

// policy is how the files of a channel are sent to a person. base are the policies of the link and the group.
func (s *Screens) policy(ctx context.Context, channel filter.ChannelID, base delivery.Policy, p Plan) delivery.Policy {
	policy := delivery.Strictest(s.Set.Get(ctx).Policy(channel), base)
	if p.Unprotected {
		policy.Protect = false
	}
	return policy
}

// duration writes a time in the largest fitting unit.
func duration(in *phrase.Speaker, d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return in.Say("length.days", int(d.Round(24*time.Hour)/(24*time.Hour)))
	case d >= 2*time.Hour:
		return in.Say("length.hours", int(d.Round(time.Hour)/time.Hour))
	}
	return in.Say("length.minutes", max(1, int(d.Round(time.Minute)/time.Minute)))
}
