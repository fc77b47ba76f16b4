package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/bot/telegram"
	"pavilion/internal/fault"
	"pavilion/internal/phrase"
)

// Options configure a Chat.
type Options struct {
	DB        *pgxpool.Pool
	BotID     int64
	Messenger *telegram.Messenger
	Phrases   *phrase.Book
	Admins    []int64 // the club's admins, by their Telegram user ids
	Logger    *slog.Logger
	Now       func() time.Time
}

// Handler handles one event.
type Handler func(ctx context.Context, e *telegram.Event) error

// ButtonHandler handles a tap on a button of its letter, or a typed answer to a question of that letter.
type ButtonHandler func(ctx context.Context, e *telegram.Event, d Data) error

// Query handles inline queries or checkouts. Telegram takes one answer to each.
type Query struct {
	Handle Handler
	Fail   func(ctx context.Context, e *telegram.Event, err error) error // answers after Handle failed
}

// Command is one command of the bot. Its texts are the phrases command.NAME and, for its arguments, usage.NAME.
type Command struct {
	Name   string
	Access Access
	Place  Place
	When   func(ctx context.Context) bool // whether menus and help list it; nil: always
	// Offered tells whether menus and help list it for a person; person 0 is anybody. nil: Access decides.
	Offered func(ctx context.Context, person int64) bool
	Hidden  bool // in neither menus nor help
	Chats   bool // also for messages with a chat as sender; see telegram.Person
	Latest  bool // in a group, only the last of a person's waiting ones is answered
	Handle  Handler
}

// Access says who may use a command.
type Access uint8

// The kinds of access. The handler of a command for Staff checks the person's role in a club itself.
const (
	Everybody Access = iota
	Staff            // Offered tells who they are
	Admins           // the club's admins; checked before the handler
)

// Place says where a command is used.
type Place uint8

// The places.
const (
	Anywhere    Place = iota
	GroupAdmins       // listed for the admins of groups; in private it concerns a group of theirs
)

// Take says whether a message answers a question.
type Take uint8

// The kinds of decisions.
const (
	TakeText  Take = iota // a text does; a contact or a forwarded message where TakesPerson says so
	TakeAny               // this message does, whatever it holds
	TakeOther             // this message does not
)

// Routes say which handler an event goes to.
type Routes struct {
	Commands []Command
	Taps     map[byte]ButtonHandler // by the letter of the button's data
	Answers  map[byte]ButtonHandler // by the letter of the question's data
	// TakesPerson tells the questions that a contact or a forwarded message answers, which may have no text.
	TakesPerson func(d Data) bool
	// Takes decides for a question whether a message answers it; nil: as TakeText.
	Takes    func(e *telegram.Event, d Data) Take
	Text     Handler // plain text, also what follows a mention, and messages of groups that Overhears took
	Joined   Handler // people who came into a group
	Forward  Handler // a channel's post, forwarded in private by one of the club's admins
	Unknown  Handler // a command in private that does not exist
	Inline   Query
	Checkout Query
	Private  func(ctx context.Context, from telegram.Person) // after each message in private, beside its handler
	Language func(ctx context.Context, from telegram.Person) // after another event that tells a new language of a person's client
	// GroupLanguage is the language of the bot in a group; empty: each person's own.
	GroupLanguage func(ctx context.Context, group telegram.Chat) string
}

// Chat routes events to features' handlers.
type Chat struct {
	Questions *Questions
	Drafts    *Drafts
	Languages *Languages
	Watcher   *Watcher
	Texts     *Texts

	opts       Options
	routes     Routes
	inbox      *inbox
	router     *router
	clients    clientLanguages
	background sync.WaitGroup
}

// New builds a Chat. Route must be called before Run.
func New(o Options) *Chat {
	c := &Chat{
		Questions: newQuestions(o.DB, o.BotID, o.Logger, o.Now), Drafts: &Drafts{draftStore{o.DB, o.BotID}}, Languages: newLanguages(o.DB, o.Logger), Texts: &Texts{o.Phrases},
		clients: newClientLanguages(), opts: o, inbox: newInbox(o.DB, o.BotID, o.Logger),
	}
	c.Watcher = newWatcher(o.DB, o.BotID, o.Messenger, o.Logger)
	c.router = newRouter(c.handle, c.finish, o.Logger)
	c.router.latest = c.supersedes
	return c
}

// Route sets the routes. It refuses two commands of one name.
func (c *Chat) Route(r Routes) error {
	seen := map[string]bool{}
	for _, cmd := range r.Commands {
		if seen[cmd.Name] {
			return fmt.Errorf("command /%s has two handlers", cmd.Name)
		}
		seen[cmd.Name] = true
	}
	c.routes = r
	return nil
}

// Load reads open questions and chosen languages from Postgres.
func (c *Chat) Load(ctx context.Context) {
	if err := c.Questions.loadQuestions(ctx); err != nil {
		c.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "open questions of the last run cannot be read", slog.Any("error", err))
	}
	c.Languages.loadLanguages(ctx)
}

// Run handles events until ctx ends and the handlers under way are done or cut short.
func (c *Chat) Run(ctx context.Context, signedIn <-chan struct{}) {
	marking, stopMarking := context.WithCancel(context.WithoutCancel(ctx))
	var marks sync.WaitGroup
	marks.Go(func() { c.inbox.run(marking) })
	var running sync.WaitGroup
	running.Go(func() { c.router.Run(ctx) })
	running.Go(func() { c.Languages.run(ctx) })
	running.Go(func() { c.Watcher.run(ctx, signedIn) })
	running.Wait()
	c.background.Wait()
	stopMarking()
	marks.Wait()
}

// Accept stores a message and hands it to its handler. It ignores a message that it has seen before.
func (c *Chat) Accept(ctx context.Context, e *telegram.Event) {
	if c.inbox.store(ctx, e) {
		c.router.submit(e)
	}
}

// Submit hands an event over that Telegram does not repeat: a tap or a query.
func (c *Chat) Submit(e *telegram.Event) { c.router.submit(e) }

// HasUnstored tells whether an unanswered message is not stored in Postgres.
func (c *Chat) HasUnstored() bool { return c.inbox.hasUnstored() }

// Unanswered returns the messages that the last process did not answer, the oldest first. Call it before the first update arrives: it keeps
// their repeats from being handled twice.
func (c *Chat) Unanswered(ctx context.Context) []*telegram.Event {
	list, err := c.inbox.unanswered(ctx)
	if err != nil {
		c.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "unanswered messages of the last run cannot be read", slog.Any("error", err))
	}
	for _, e := range list {
		c.inbox.isNew(keyOf(e))
	}
	return list
}

// supersedes tells whether a message is a search in a group, of which only a person's last one is answered.
func (c *Chat) supersedes(e *telegram.Event) bool {
	if e.Kind != telegram.Message || e.Chat.Type == telegram.Private || e.Join != nil {
		return false
	}
	if e.Command == "" {
		return true
	}
	return slices.ContainsFunc(c.routes.Commands, func(cmd Command) bool { return cmd.Name == e.Command && cmd.Latest })
}

// IsAdmin tells whether a person is one of the club's admins.
func (c *Chat) IsAdmin(person int64) bool { return slices.Contains(c.opts.Admins, person) }

const handleWithin = 30 * time.Second

var errHandleTimeout = errors.New("the handler took too long")

// handle runs the handler of an event; finish deals with its error.
func (c *Chat) handle(ctx context.Context, e *telegram.Event) error {
	ctx, cancel := context.WithTimeoutCause(ctx, handleWithin, errHandleTimeout)
	defer cancel()
	changed := c.clients.note(&e.From)
	from := e.From
	e.From.ClientLanguage, e.From.Language = from.Language, c.languageFor(ctx, e.Chat, from)
	inPrivate := e.Kind == telegram.Message && e.Chat.Type == telegram.Private
	switch {
	case inPrivate && c.routes.Private != nil:
		c.background.Go(func() { c.routes.Private(ctx, from) })
	case !inPrivate && changed && !from.IsChat() && c.routes.Language != nil:
		c.background.Go(func() { c.routes.Language(ctx, from) })
	}
	switch e.Kind {
	case telegram.Tap:
		return c.handleTap(ctx, e)
	case telegram.Inline:
		return c.routes.Inline.Handle(ctx, e)
	case telegram.Checkout:
		return c.routes.Checkout.Handle(ctx, e)
	case telegram.Message, telegram.EventKinds:
	}
	return c.handleMessage(ctx, e)
}

// languageFor returns the language to speak to a person in a chat.
func (c *Chat) languageFor(ctx context.Context, in telegram.Chat, from telegram.Person) string {
	if in.Type != telegram.Private && c.routes.GroupLanguage != nil {
		if language := c.routes.GroupLanguage(ctx, in); language != "" {
			return language
		}
	}
	return c.Languages.Of(from)
}

const finishWithin = 10 * time.Second

// finish answers every event that failed.
func (c *Chat) finish(ctx context.Context, e *telegram.Event, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWithin)
	defer cancel()
	if errors.Is(err, telegram.ErrSessionEnded) || errors.Is(err, telegram.ErrQueueStopped) { // the message stays in the inbox and is answered after the next sign-in
		return nil
	}
	if e.Kind == telegram.Message {
		defer c.inbox.markAnswered(e)
	}
	if err == nil || errors.Is(err, telegram.ErrBlocked) {
		return nil
	}
	if errors.Is(err, telegram.ErrCannotWrite) && (e.Kind != telegram.Tap || e.Answered()) {
		c.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "an answer was not sent: the chat does not let the bot write", slog.Int64("chat", e.Chat.Key()), slog.Any("error", err))
		return nil
	}
	if e.IsOverheard() {
		return err // it is logged; an error text would interrupt people who did not ask the bot
	}
	switch e.Kind {
	case telegram.Tap:
		return c.finishTap(ctx, e, err)
	case telegram.Inline:
		return c.routes.Inline.Fail(ctx, e, err)
	case telegram.Checkout:
		return c.routes.Checkout.Fail(ctx, e, err)
	case telegram.Message, telegram.EventKinds:
	}
	return c.sayError(ctx, e, err)
}

// errorNumber is the Cause.Number of the error text for an event.
const errorNumber = 99

// sayError sends an error's sentence into the chat. During a long FLOOD_WAIT it queues the text and returns at once.
func (c *Chat) sayError(ctx context.Context, e *telegram.Event, err error) error {
	cause := telegram.Cause{Event: e, Number: errorNumber}
	if errors.Is(err, telegram.ErrTelegramWaits) {
		c.opts.Messenger.PostText(e, c.Texts.In(e).Say("late.waited"), cause)
		return nil
	}
	r := telegram.Reply{Text: c.Texts.Sentence(e, err)}
	if e.Kind == telegram.Message {
		r.ReplyTo = e.ReplyTarget()
	}
	_, err = c.opts.Messenger.SendText(ctx, e.Chat, r, cause)
	return err
}

func (c *Chat) handleMessage(ctx context.Context, e *telegram.Event) error {
	if e.Join != nil {
		return c.routes.Joined(ctx, e)
	}
	if e.Command == "" {
		if answered, err := c.answerQuestion(ctx, e); answered {
			return err
		}
		if e.Forward != nil && e.Chat.Type == telegram.Private && c.IsAdmin(e.From.ID) {
			return c.routes.Forward(ctx, e)
		}
		return c.routes.Text(ctx, e)
	}
	// The last process may have answered a repeated command, and asked a question after it.
	if e.Chat.Type == telegram.Private && (!e.Repeated || !c.Questions.askedSince(e.Chat.ID, e.At)) {
		c.Questions.Withdraw(ctx, e.Chat.ID)
	}
	for _, cmd := range c.routes.Commands {
		if cmd.Name != e.Command {
			continue
		}
		if e.From.IsChat() && !cmd.Chats {
			return errSenderHidden
		}
		if cmd.Access == Admins && !c.IsAdmin(e.From.ID) {
			return ErrAdminsOnly
		}
		return cmd.Handle(ctx, e)
	}
	if e.Chat.Type != telegram.Private {
		return nil // a command for another bot of the group
	}
	return c.routes.Unknown(ctx, e)
}

// answerQuestion hands a message over as the answer to an open question; false where none is open.
func (c *Chat) answerQuestion(ctx context.Context, e *telegram.Event) (bool, error) {
	if e.Chat.Type != telegram.Private {
		return false, nil
	}
	d, open := c.Questions.open(e.Chat.ID)
	if !open || c.routes.Answers[d.Letter] == nil || !c.answers(e, d) {
		return false, nil
	}
	return true, c.routes.Answers[d.Letter](ctx, e, d)
}

// answers tells whether a message answers a question.
func (c *Chat) answers(e *telegram.Event, d Data) bool {
	take := TakeText
	if c.routes.Takes != nil {
		take = c.routes.Takes(e, d)
	}
	if take != TakeText {
		return take == TakeAny
	}
	return e.Forward == nil && (e.Text != "" || e.About != nil && c.routes.TakesPerson(d))
}

// Errors of events that reach no handler.
var (
	// ErrAdminsOnly reports a command or button that is for the club's admins.
	ErrAdminsOnly = fault.New(fault.Forbidden, "admins_only")
	// ErrPrivateOnly reports a command in a group that works only in a private chat.
	ErrPrivateOnly = fault.New(fault.Invalid, "private_only")
	errNotYours    = fault.New(fault.Forbidden, "not_yours")
	// errSenderHidden refuses a command that needs a person as sender. It came from an anonymous admin or a channel.
	errSenderHidden = fault.New(fault.Invalid, "sender_hidden")
)
