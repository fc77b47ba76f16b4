package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/booking"
	accessscreens "pavilion/bot/access"
	"pavilion/bot/broadcast"
	"pavilion/bot/channels"
	"pavilion/bot/chat"
	"pavilion/bot/delivery"
	groupscreens "pavilion/bot/groups"
	"pavilion/bot/nets"
	personalscreens "pavilion/bot/personal"
	"pavilion/bot/search"
	"pavilion/bot/telegram"
	screens "pavilion/bot/upkeep"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/filter/groups"
	"pavilion/filter/upkeep"
	"pavilion/internal/journal"
	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/internal/secret"
	"pavilion/personal"
	"pavilion/storage"
)

// Deps are the parts that the bot works with.
type Deps struct {
	DB          *pgxpool.Pool
	Redis       *storage.Redis
	Searcher    *filter.Searcher
	Indexer     *filter.Indexer
	Channels    *filter.Channels
	Audience    *filter.Audience
	Groups      *groups.Groups
	Switches    groups.ReadSwitches // of groups, as older releases stored them
	Pools       *storage.Pools
	History     *storage.PoolHistory
	Counters    *upkeep.Counters
	Deletions   *upkeep.Deletions
	Maintenance *upkeep.Maintenance
	Events      *upkeep.Events
	LogChannel  *storage.Setting[upkeep.LogChannel]
	Latency     *latency.Recorder
	Journal     *journal.Journal
	Booking     *booking.Service
	Own         *personal.Own // people's own data
	Phrases     *phrase.Book
}

// Options configure the bot.
type Options struct {
	Telegram telegram.Options
	MiniApp  string            // URL of the club's Mini App, for the menu button; may be empty
	Admins   []int64           // who may use admin commands, by Telegram user id
	Notify   []booking.Channel // notification channels. Do not reorder: buttons hold an index into it
	LinkKeys []secret.String   // from which the keys of links are derived; the first one signs
	PageSize int               // results on a page; 8 where 0
	Zone     *time.Location    // of the day of quotas, and of times that people are told outside of a club; UTC where nil
	Logger   *slog.Logger
	Now      func() time.Time // time.Now where nil
}

// Bot connects all features to Telegram.
type Bot struct {
	// Nets sends booking's notifications, alerts, invoices and refunds of Stars.
	Nets *nets.Screens

	client     *telegram.Client
	broadcast  *broadcast.Screens
	profile    telegram.Profile
	people     audience
	chat       *chat.Chat
	search     *search.Screens
	channels   *channels.Screens
	access     *accessscreens.Screens
	groups     *groupscreens.Screens
	groupNotes groupNotes
	delivery   *delivery.Screens
	members    *members
	upkeep     *screens.Screens
	personal   *personalscreens.Screens
	deps       Deps
	opts       Options
	commands   []chat.Command
	clubKnown  atomic.Bool // there is a club, so the booking commands are in the menus
	loaded     atomic.Bool // Run has read the update state

	background sync.WaitGroup // menus that handlers publish
}

// New builds the bot; Run connects it.
func New(deps Deps, o Options) (*Bot, error) {
	o.PageSize = cmp.Or(o.PageSize, 8)
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Zone = cmp.Or(o.Zone, time.UTC)
	o.Logger = o.Logger.With("component", "bot")
	o.Telegram.Logger, o.Telegram.Now = o.Logger, o.Now
	id, err := telegram.BotID(o.Telegram.Token)
	if err != nil {
		return nil, err
	}
	client, err := telegram.New(deps.DB, deps.Indexer, o.Telegram)
	if err != nil {
		return nil, err
	}
	b := &Bot{client: client, profile: telegram.NewProfile(client.Messenger), people: audience{deps.Audience, o.Logger}, deps: deps, opts: o}
	b.chat = chat.New(chat.Options{
		DB: deps.DB, BotID: id, Messenger: client.Messenger, Phrases: deps.Phrases, Admins: o.Admins, Logger: o.Logger, Now: o.Now,
	})
	if err := b.addFeatures(); err != nil {
		return nil, err
	}
	client.Receive(telegram.Handlers{
		Message: b.chat.Accept, Overhears: b.groups.Overhears, Query: b.chat.Submit, Payment: b.members.receivePayment(b.Nets.ReceivePayment), Stopped: b.people.noteBlockChange, Blocked: b.people.noteBlocked,
		Member: b.channels.NoteMembership, Joined: b.members.join.NoteMember, JoinRequest: b.members.join.NoteRequest, Migrated: b.moveGroup,
		IsPresenceNew: b.groupNotes.isNew, Presence: b.groupNotes.store,
		HasUnstored: b.chat.HasUnstored,
	})
	deps.Indexer.SetReader(client.Messenger)
	deps.Indexer.OnPast(b.channels.ReportPast)
	return b, nil
}

// addFeatures makes each feature's screens and routes events to them.
func (b *Bot) addFeatures() (err error) {
	if b.members, err = newMembers(b); err != nil {
		return err
	}
	b.groupNotes.settings = b.deps.Groups
	if b.groupNotes.roster, err = groups.NewRoster(b.deps.DB); err != nil {
		return err
	}
	if err := b.addAccess(); err != nil {
		return err
	}
	if b.delivery, err = b.newDelivery(); err != nil {
		return err
	}
	b.search = search.New(search.Deps{
		Messenger: b.client.Messenger, Texts: b.chat.Texts, Searcher: b.deps.Searcher, Indexer: b.deps.Indexer, Rules: groupRules{b}.searchRules, Redis: b.deps.Redis,
		Deliveries: delivery.Links{Screens: b.delivery}, Counters: b.deps.Counters, Latency: b.deps.Latency, Now: b.opts.Now,
	})
	b.groups = groupscreens.New(groupscreens.Deps{
		Client: b.client, Texts: b.chat.Texts, Groups: b.deps.Groups, Languages: b.deps.Phrases.Languages(), IsAdmin: b.chat.IsAdmin, Logger: b.opts.Logger, Now: b.opts.Now,
	})
	b.channels = channels.New(channels.Deps{
		Client: b.client, Texts: b.chat.Texts, IsAdmin: b.chat.IsAdmin, Admins: b.opts.Admins, Language: b.Language, Indexer: b.deps.Indexer, Channels: b.deps.Channels,
		Tell: func(key string, args ...any) { b.deps.Events.Tell(upkeep.ChannelEvents, key, args...) }, Logger: b.opts.Logger, Now: b.opts.Now,
	})
	b.addUpkeep()
	b.addBroadcasts()
	choice := broadcastChoice{b.broadcast.Service}
	b.Nets = nets.New(nets.Deps{
		Client: b.client, Texts: b.chat.Texts, Questions: b.chat.Questions, Drafts: b.chat.Drafts, Watcher: b.chat.Watcher, Languages: b.chat.Languages,
		Page:         func(start string) string { return pageURL(b.opts.MiniApp, start) },
		AllLanguages: b.deps.Phrases.Languages(), IsAdmin: b.chat.IsAdmin, Language: b.Language, OnLanguage: menus{b}.publishPersons, HasClub: b.readClubs,
		Booking: b.deps.Booking, Admins: b.opts.Admins, Channels: b.opts.Notify, WantsBroadcasts: choice.wants, SetBroadcasts: choice.set, Logger: b.opts.Logger,
	})
	b.personal = personalscreens.New(personalscreens.Deps{
		Messenger: b.client.Messenger, Texts: b.chat.Texts, Own: b.deps.Own, Zone: b.opts.Zone, Logger: b.opts.Logger,
		Forget: func(ctx context.Context, person int64) error { return b.chat.Languages.Choose(ctx, person, "") },
	})
	b.commands = b.guardAdminCommands(b.commandList())
	taps, err := mergeTaps(b.startTaps(), b.access.GuardTaps(access.Tap, b.search.Taps()), b.access.GuardTaps(access.AdminCommand, b.channels.Taps()), b.access.GuardTaps(access.AdminCommand, b.access.Taps()),
		b.access.GuardTaps(access.Tap, b.groups.Taps()), b.members.join.Taps(), b.members.plans.Taps(), b.Nets.Taps(), b.broadcast.Taps(), b.access.GuardTaps(access.Tap, b.delivery.Taps()),
		b.access.GuardTaps(access.AdminCommand, b.upkeep.Taps()), b.personal.Taps())
	if err != nil {
		return err
	}
	answers, err := mergeTaps(b.Nets.Answers(), b.broadcast.Answers(), b.delivery.Answers(), b.members.plans.Answers(), b.upkeep.Answers(), b.access.Answers())
	if err != nil {
		return err
	}
	return b.chat.Route(chat.Routes{
		Commands: b.commands, Taps: taps, Answers: answers, TakesPerson: func(d chat.Data) bool {
			return b.Nets.TakesPerson(d) || b.members.plans.TakesPerson(d) || b.upkeep.TakesPerson(d)
		}, Takes: b.takes, Text: b.groups.HandleText(b.handleSearch()), Joined: b.groups.Welcome,
		Forward: b.access.Guard(access.AdminCommand, b.channels.HandleForward), Unknown: b.handleUnknown,
		Inline:   chat.Query{Handle: b.access.Guard(access.Inline, b.search.HandleInline), Fail: b.search.FailInline},
		Checkout: b.members.checkout(chat.Query{Handle: b.Nets.HandleCheckout, Fail: b.Nets.FailCheckout}),
		Private:  b.people.noteSeen, Language: b.people.noteLanguage, GroupLanguage: groupRules{b}.groupLanguage,
	})
}

// mergeTaps puts the features' buttons into one table. It refuses a letter that two features use.
func mergeTaps(features ...map[byte]chat.ButtonHandler) (map[byte]chat.ButtonHandler, error) {
	all := map[byte]chat.ButtonHandler{}
	for _, taps := range features {
		for letter, handle := range taps {
			if all[letter] != nil {
				return nil, fmt.Errorf("buttons with the letter %q have two handlers", letter)
			}
			all[letter] = handle
		}
	}
	return all, nil
}

// Run connects and works until ctx ends, or Telegram refuses the session. Only one process may run at a time; storage.Lease sees to that.
func (b *Bot) Run(ctx context.Context) error {
	if err := b.client.Load(ctx); err != nil {
		return nil // ctx ended
	}
	b.chat.Load(ctx)
	b.loaded.Store(true)
	_, _ = b.deps.Groups.TakeOver(ctx, b.deps.Switches) // before the first message; RunTakeover repeats it and logs its errors
	// Stages stop in this order: updates, handlers, sends with the update state, connection.
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var updates, handlers, out sync.WaitGroup
	octx, stopOut := context.WithCancel(work)
	out.Go(func() { b.client.RunOut(octx) })
	hctx, stopHandlers := context.WithCancel(work)
	handlers.Go(func() { b.chat.Run(hctx, b.client.SignedIn()) })
	handlers.Go(func() { b.channels.Run(hctx) })
	handlers.Go(func() { b.groups.Run(hctx) })
	handlers.Go(func() { b.deps.Groups.RunTakeover(hctx, b.deps.Switches) })
	handlers.Go(func() { b.delivery.Run(hctx) })
	handlers.Go(func() { b.members.join.Run(hctx, b.client.SignedIn()) })
	handlers.Go(func() { b.members.plans.Run(hctx, b.client.SignedIn()) })
	handlers.Go(func() { b.upkeep.Run(hctx) })
	handlers.Go(func() { menus{b}.run(hctx) })
	handlers.Go(func() { b.access.Run(hctx, b.client.SignedIn(), b.chat.Submit) })
	handlers.Go(func() { b.broadcast.Run(hctx) })
	uctx, stopUpdates := context.WithCancel(work)
	updates.Go(func() { b.client.RunUpdates(uctx) })

	cctx, stopClient := context.WithCancel(work)
	served := make(chan error, 1)
	go func() { served <- b.serve(cctx) }()
	var err error
	select {
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), storage.ErrLeaseLost) {
			stopWork() // another process is the bot, so this one drops its queued sends
		}
	case err = <-served:
		served <- err
	}
	stopUpdates()
	updates.Wait()
	stopHandlers()
	handlers.Wait()
	b.background.Wait()
	b.client.Wait()
	stopOut()
	out.Wait()
	stopClient()
	if serr := <-served; err == nil && ctx.Err() == nil {
		err = serr
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("telegram: %w", err)
	}
	return nil
}

// Loaded reports whether Run has read the update state. The state has the access hashes of channels, which the bot needs to ask Telegram for
// memberships.
func (b *Bot) Loaded() bool { return b.loaded.Load() }

// serve connects. The messages that the last process did not answer are read before updates arrive, so that their repeats are recognised, and
// handled once updates flow.
func (b *Bot) serve(ctx context.Context) error {
	var unanswered []*telegram.Event
	return b.client.Serve(ctx, func(ctx context.Context) {
		unanswered = b.chat.Unanswered(ctx)
	}, func(ctx context.Context) {
		b.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "ready", slog.String("username", b.client.Username()))
		for _, e := range unanswered {
			b.chat.Submit(e)
		}
	})
}

// Stats reports the bot's figures.
func (b *Bot) Stats() telegram.Stats { return b.client.Stats() }

// ChatLink returns the address of the bot's chat; empty where it is not known.
func (b *Bot) ChatLink(ctx context.Context) string { return b.client.ChatLink(ctx) }

// Check signs in without receiving updates, and reports inline mode and the bot's rights in the indexed channels once these are loaded.
func (b *Bot) Check(ctx context.Context, loaded <-chan struct{}, report func(what string, err error, advice string)) error {
	return b.client.Check(ctx, loaded, b.deps.Channels.List, report)
}
