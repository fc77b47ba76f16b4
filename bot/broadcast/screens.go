package broadcast

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/broadcast"
	"pavilion/internal/fault"
)

// Deps are the parts that the screens work with.
type Deps struct {
	Client    *telegram.Client
	Texts     *chat.Texts
	Questions *chat.Questions
	Languages *chat.Languages
	IsAdmin   func(person int64) bool
	Service   *broadcast.Service
	// Group finds a group by its number in the list of the bot's groups; ErrGroupLeft.
	Group func(ctx context.Context, number broadcast.RecipientID) (Group, error)
	// OptOutGroup notes that a group wants no messages of the club.
	OptOutGroup func(ctx context.Context, group filter.ChatID, by int64) error
	Logger      *slog.Logger
	Zone        *time.Location // of a broadcast's hours
	Now         func() time.Time
}

// Screens are the screens of broadcasts.
type Screens struct {
	Deps
	messenger *telegram.Messenger
	contents  *telegram.Contents
	runner    *broadcast.Runner

	panels sync.Mutex // held while a panel is read and drawn, so that an older state never overwrites a newer one
	drawn  map[broadcast.ID]shown
}

// shown is what a panel shows.
type shown struct {
	text string
	hold time.Time // a question to the admin stays until then
}

// New makes the screens. Run sends.
func New(d Deps) *Screens {
	s := &Screens{Deps: d, messenger: d.Client.Messenger, contents: telegram.NewContents(d.Client.Messenger), drawn: map[broadcast.ID]shown{}}
	s.runner = broadcast.NewRunner(d.Service, courier{s}, courier{s}, func(person filter.UserID) bool { return d.IsAdmin(int64(person)) }, d.Logger)
	return s
}

// Run sends broadcasts and draws their panels until ctx ends.
func (s *Screens) Run(ctx context.Context) {
	select {
	case <-ctx.Done():
		return
	case <-s.Client.SignedIn():
	}
	var running sync.WaitGroup
	running.Go(func() { s.runner.Run(ctx) })
	running.Go(func() { s.watch(ctx) })
	running.Wait()
}

var errPrivateOnly = fault.New(fault.Invalid, "broadcast_private")

// HandleBroadcast answers /broadcast: it makes a draft of the message that the command replies to, or asks for one.
func (s *Screens) HandleBroadcast(ctx context.Context, e *telegram.Event) error {
	if e.Chat.Type != telegram.Private {
		return errPrivateOnly
	}
	if e.Reply != 0 {
		return s.draft(ctx, e, e.Reply)
	}
	s.Questions.Ask(ctx, e.Chat.ID, chat.Data{Letter: letter, Owner: e.From.ID, Payload: askMessage})
	return s.say(ctx, e, "broadcast.ask_message")
}

// draft makes a broadcast of a message in the author's chat and shows its panel.
func (s *Screens) draft(ctx context.Context, e *telegram.Event, message int) error {
	content, ids, err := s.contents.ReadContent(ctx, e.Chat, message)
	if err != nil {
		return err
	}
	b, err := s.Service.Create(ctx, filter.UserID(e.From.ID), e.From.Language, broadcast.Content{
		Text: content.Text, Entities: content.Entities, Media: content.Media, Source: ids,
	})
	if err != nil {
		return err
	}
	return s.openPanel(ctx, e, b)
}

// openPanel sends a message that shows a broadcast.
func (s *Screens) openPanel(ctx context.Context, e *telegram.Event, b broadcast.Broadcast) error {
	s.panels.Lock()
	defer s.panels.Unlock()
	r := s.drawing(e.From.Language).panel(b)
	id, err := s.messenger.SendText(ctx, e.Chat, r, telegram.Cause{Event: e})
	if err != nil || id == 0 {
		return err
	}
	s.drawn[b.ID] = shown{text: r.Text}
	return s.Service.SetPanel(ctx, b.ID, id)
}

const listed = 8

// HandleBroadcasts answers /broadcasts: the latest ones with their figures.
func (s *Screens) HandleBroadcasts(ctx context.Context, e *telegram.Event) error {
	list, err := s.Service.List(ctx, listed)
	if err != nil {
		return err
	}
	_, err = s.messenger.SendText(ctx, e.Chat, s.drawing(e.From.Language).list(list, e.From.ID), telegram.Cause{Event: e})
	return err
}

func (s *Screens) say(ctx context.Context, e *telegram.Event, key string, args ...any) error {
	_, err := s.messenger.SendText(ctx, e.Chat, telegram.Reply{Text: s.Texts.In(e).Say(key, args...)}, telegram.Cause{Event: e})
	return err
}

func (s *Screens) drawing(language string) drawing {
	return drawing{in: s.Texts.InLanguage(language), maxSpeed: s.Service.MaxSpeed(), zone: s.Zone, now: s.Now()}
}
