package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"pavilion/booking"
	"pavilion/bot"
	"pavilion/bot/telegram"
	"pavilion/config"
	"pavilion/filter"
	"pavilion/filter/groups"
	"pavilion/storage"
)

// chatParts are the parts that only the holder of the bot's lease runs. They cache the state of Telegram and of the index. A process that lost the
// lease makes new ones, because these caches are out of date.
type chatParts struct {
	vocab    *filter.Vocabulary
	channels *filter.Channels
	indexer  *filter.Indexer
	drain    *filter.Drain
	bot      *bot.Bot
	jobs     *booking.Worker
}

// trustVersion is how long the write of another process may stay unseen. It is short for people, and spares a busy bot most reads of the version.
const trustVersion = 200 * time.Millisecond

func (c *chatParts) newSearcher(p *parts, log *slog.Logger) *filter.Searcher {
	//exhaustruct:enforce
	return filter.NewSearcher(p.pools, c.vocab, filter.SearchOptions{
		TrustVersion: trustVersion, Unreachable: c.channels.Unreachable, AnyUnreachable: c.channels.AnyLost, Hidden: p.deletions.IsHidden, Taken: p.popularity.Level, Logger: log,
	})
}

// buildChat makes the chat parts and replaces those of the last lease. With noUpdates the bot signs in without receiving updates: `pavilion doctor`
// runs beside an active bot.
func (p *parts) buildChat(cfg config.Config, log *slog.Logger, noUpdates bool) (err error) {
	c := &chatParts{}
	if c.vocab, err = filter.NewVocabulary(); err != nil {
		return err
	}
	c.channels = filter.NewChannels(p.pools, time.Now)
	//exhaustruct:enforce
	c.indexer = filter.NewIndexer(p.pools, c.vocab, c.channels, filter.IndexOptions{QueueSize: cfg.QueueSize, Deleted: p.deletions.IsRemoved, Logger: log, Now: time.Now})
	c.indexer.OnCount(p.counters.NoteFiles)
	audience := filter.NewAudience(p.pools, time.Now)
	audience.OnActive(p.counters.NoteActivity)
	c.drain = filter.NewDrain(c.indexer, audience, log)
	//exhaustruct:enforce
	t := telegram.Options{
		APIID: cfg.APIID, APIHash: cfg.APIHash, Token: cfg.BotToken, Addr: cfg.TelegramAddr, DC: cfg.TelegramDC, Key: cfg.Key(), Provider: cfg.ChatProvider,
		NoUpdates: noUpdates, Version: version(), Latency: p.latency, Logger: log, Now: time.Now,
		//exhaustruct:ignore — the other limits have defaults
		Limits: telegram.SendLimits{PerSecond: cfg.SendPerSecond, ChatPerSecond: cfg.SendPerChat, GroupPerMinute: cfg.SendPerGroup},
	}
	//exhaustruct:enforce
	settings, err := groups.New(groups.Options{DB: p.db, Logger: log, Now: time.Now})
	if err != nil {
		return err
	}
	//exhaustruct:enforce
	c.bot, err = bot.New(bot.Deps{
		DB: p.db, Redis: p.redis, Searcher: c.newSearcher(p, log), Indexer: c.indexer,
		Channels: c.channels, Audience: audience, Groups: settings,
		Switches: func(ctx context.Context) ([]filter.GroupSwitch, bool, error) {
			return filter.ReadGroupSwitches(ctx, p.pools)
		},
		Pools: p.pools, History: p.history, Counters: p.counters, Deletions: p.deletions, Maintenance: p.maintenance, Events: &p.events, LogChannel: logChannel(p.db),
		Latency: p.latency, Journal: p.journal, Booking: p.booking, Own: p.own, Phrases: p.phrases,
	}, bot.Options{Telegram: t, MiniApp: cfg.MiniApp, Admins: cfg.Admins, Notify: channels(cfg), LinkKeys: cfg.LinkSecrets(), PageSize: cfg.PageSize, Zone: cfg.Zone(), Logger: log, Now: time.Now})
	if err != nil {
		return err
	}
	if c.jobs, err = p.newChatJobs(cfg, c.bot, log); err != nil {
		return err
	}
	p.chat.Store(c)
	return nil
}

// runWithLease waits for the lease, then runs the chat parts until the lease or ctx ends. After a lost lease, or a session that Telegram ended, it
// makes new parts and waits again. Each of the three stages may take a quarter of StopTimeout to stop; the last quarter is for the release of the lease.
func (p *parts) runWithLease(ctx context.Context, lease *storage.Lease, cfg config.Config, log *slog.Logger) error {
	for {
		c := p.chat.Load()
		err := lease.Run(ctx, func(held context.Context) error {
			p.active.Store(true)
			defer p.active.Store(false)
			return runStages(held, cfg.StopTimeout/4,
				[]part{
					{"vocabulary", endedByLoss(held, c.vocab.Run)},
					{"index", endedByLoss(held, c.indexer.Run)},
					{"drain", endedByLoss(held, c.drain.Run)},
					{"pool history", endedByLoss(held, p.history.Run)},
				},
				[]part{{"telegram", endedByLoss(held, c.bot.Run)}},
				[]part{{"chat jobs", endedByLoss(held, c.jobs.Run)}, {"maintenance", endedByLoss(held, p.maintenance.Run)}})
		})
		switch {
		case ctx.Err() != nil: // the process stops
			if errors.Is(err, errLate) {
				log.LogAttrs(ctx, slog.LevelWarn, "parts of the bot did not stop in time", slog.Any("error", err))
			}
			return nil
		case errors.Is(err, telegram.ErrSessionEnded):
			log.LogAttrs(ctx, slog.LevelWarn, "telegram has ended the session; signing in anew with the bot token", slog.Any("error", err))
		case errors.Is(err, storage.ErrLeaseLost):
			log.LogAttrs(ctx, slog.LevelWarn, "not the bot any more; waiting for the lease again")
		default:
			return err
		}
		if err := p.buildChat(cfg, log, false); err != nil {
			return err
		}
	}
}

// endedByLoss wraps run so that a lost lease ends it at once. Otherwise run ends with its stage.
func endedByLoss(held context.Context, run func(ctx context.Context) error) func(ctx context.Context) error {
	return func(stage context.Context) error {
		ctx, end := context.WithCancelCause(context.WithoutCancel(stage))
		defer end(nil)
		stop := func() {
			if err := context.Cause(held); errors.Is(err, storage.ErrLeaseLost) {
				end(err)
			} else if stage.Err() != nil {
				end(context.Cause(stage))
			}
		}
		defer context.AfterFunc(held, stop)()
		defer context.AfterFunc(stage, stop)() // this callback may run before that of held, so stop checks held first
		return run(ctx)
	}
}
