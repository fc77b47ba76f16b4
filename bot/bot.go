package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/updates"
	"github.com/gotd/td/tg"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/booking"
	"pavilion/filter"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/storage"
)

// Deps are the parts that the bot works with.
type Deps struct {
	DB       *pgxpool.Pool
	Redis    *storage.Redis
	Searcher *filter.Searcher
	Indexer  *filter.Indexer
	Channels *filter.Channels
	Audience *filter.Audience
	Chats    *filter.ChatSettings
	Booking  *booking.Service
	Phrases  *phrase.Book
}

// Options configure the bot.
type Options struct {
	Telegram TelegramOptions
	Admins   []int64           // who may use admin commands
	Channels []booking.Channel // by which members can be told; Telegram is one of them
	Limits   SendLimits
	PageSize int           // results on a page; 8 where 0
	Provider secret.String // the token of the payment provider, for ordinary money in the chat
	// NoUpdates is for a look beside a running bot: Telegram gives updates to the session that signed in last.
	NoUpdates bool
	Version   string
	Logger    *slog.Logger
	Now       func() time.Time
}

// Bot is Pavilion's one session at Telegram.
type Bot struct {
	deps    Deps
	opts    Options
	state   *state
	inbox   *inbox
	takings *takings

	updates *updateQueue
	manager *updates.Manager
	client  *telegram.Client
	api     *tg.Client
	self    atomic.Pointer[tg.User]

	connected atomic.Bool // to Telegram, now

	queue     *sendQueue
	tg        *messenger
	router    *router
	routes    []route
	pages     pageStore
	screens   *screens
	questions *questions
	hasClub   atomic.Bool // the booking commands make sense, and are in the menus

	signedIn   chan struct{}
	signedInAt time.Time // to be read once signedIn is closed
	background sync.WaitGroup
	sentMu     sync.Mutex
	sent       map[Chat][]int // the last messages of ours in each group, for "a reply to the bot"

	pastMu sync.Mutex
	past   map[string]*pastReport
}

var errToken = errors.New("the bot token is not NUMBER:SECRET as BotFather gives it")

// New builds the bot; Run connects it.
func New(deps Deps, o Options) (*Bot, error) {
	number, _, ok := strings.Cut(o.Telegram.Token.Reveal(), ":")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !ok {
		return nil, errToken
	}
	o.PageSize = cmp.Or(o.PageSize, 8)
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Logger = o.Logger.With("component", "bot")
	in, takings := newInbox(deps.DB, id, o.Logger), newTakings(o.Logger)
	owes := func() bool { return in.owes() || takings.owes() }
	b := &Bot{
		deps: deps, opts: o, state: newState(id, stateStore{deps.DB}, deps.Indexer.Keep, owes, o.Logger), takings: takings, inbox: in,
		queue: newSendQueue(o.Limits, o.Logger, o.Now), pages: pageStore{deps.Redis}, sent: map[Chat][]int{}, past: map[string]*pastReport{},
		signedIn: make(chan struct{}),
	}
	b.screens, b.questions = newScreens(b, deps.DB), newQuestions(deps.DB, id, o.Logger, o.Now)
	b.routes = b.commands()
	if err := duplicateRoutes(b.routes); err != nil {
		return nil, err
	}
	b.router = newRouter(b.handle, b.finish, o.Logger)
	if err := b.connect(); err != nil {
		return nil, err
	}
	b.tg = &messenger{api: b.api, queue: b.queue, sent: b.remember, hash: b.state.hash, keep: b.state.setHash, fresh: deps.Indexer.Refresh, up: b.signedIn}
	b.queue.onBlocked = func(ctx context.Context, user int64) {
		if err := deps.Audience.MarkBlocked(ctx, filter.UserID(user)); err != nil {
			o.Logger.LogAttrs(ctx, slog.LevelWarn, "a person who blocked the bot could not be marked", slog.Any("error", err))
		}
	}
	deps.Indexer.SetReader(b.tg)
	deps.Indexer.OnPast(b.reportPast)
	return b, nil
}

// Run connects and works until ctx ends, or the session is refused. Only one process may run at a time; storage.Lease sees to that.
func (b *Bot) Run(ctx context.Context) error {
	if err := b.state.load(ctx); err != nil {
		return nil //nolint:nilerr // it was told to stop
	}
	if err := b.questions.load(ctx); err != nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "what the last process asked is not known", slog.Any("error", err))
	}
	// What arrives stops first, then the handlers, then the way out; what remains to be stored comes last.
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	var ingress, handlers, out sync.WaitGroup
	wctx, stopOut := context.WithCancel(work)
	out.Go(func() { b.queue.Run(wctx) })
	out.Go(func() { b.state.Run(wctx) })
	hctx, stopHandlers := context.WithCancel(work)
	handlers.Go(func() { b.router.Run(hctx) })
	handlers.Go(func() { b.pastLoop(hctx) })
	handlers.Go(func() { b.screens.Run(hctx) })
	handlers.Go(func() { b.takings.Run(hctx) })
	handlers.Go(func() { b.inbox.Run(hctx) })
	uctx, stopUpdates := context.WithCancel(work)
	ingress.Go(func() { b.updates.Run(uctx) })

	cctx, stopClient := context.WithCancel(work)
	served := make(chan error, 1)
	go func() { served <- b.serve(cctx, hctx) }()
	var err error
	select {
	case <-ctx.Done():
	case err = <-served:
		served <- err
	}
	stopUpdates()
	ingress.Wait()
	stopHandlers()
	handlers.Wait()
	b.background.Wait()
	stopOut()
	out.Wait()
	stopClient()
	if serr := <-served; err == nil && ctx.Err() == nil {
		err = serr
	}
	stopWork()
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("telegram: %w", err)
	}
	return nil
}

// unanswered are the messages that the last process did not answer. They are read before any update arrives, so that none is taken for new.
func (b *Bot) unanswered(ctx context.Context) []*Event {
	waiting, err := b.inbox.waiting(ctx)
	if err != nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "unanswered messages of the last run cannot be read", slog.Any("error", err))
	}
	for _, e := range waiting {
		b.inbox.remember(messageKey{int64(e.Chat.Key()), e.MessageID})
	}
	return waiting
}

// started runs once the updates manager listens; handling ends before the client does.
func (b *Bot) started(ctx, handling context.Context, unanswered []*Event) {
	b.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "ready", slog.String("username", b.self.Load().Username))
	for _, e := range unanswered {
		b.router.submit(e)
	}
	b.background.Go(func() {
		if err := b.publishCommands(handling); err != nil && handling.Err() == nil {
			b.opts.Logger.LogAttrs(handling, slog.LevelWarn, "command menus are not up to date", slog.Any("error", err))
		}
	})
}

const remembered = 100

// remember keeps the ids of our last messages in groups.
func (b *Bot) remember(chat Chat, id int) {
	if chat.Type == Private {
		return
	}
	b.sentMu.Lock()
	defer b.sentMu.Unlock()
	chat.Hash = 0
	ids := append(b.sent[chat], id)
	b.sent[chat] = ids[max(0, len(ids)-remembered):]
}

func (b *Bot) sentIn(chat Chat, id int) bool {
	b.sentMu.Lock()
	defer b.sentMu.Unlock()
	chat.Hash = 0
	return slices.Contains(b.sent[chat], id)
}

func (b *Bot) isClubAdmin(id int64) bool { return slices.Contains(b.opts.Admins, id) }
