package bot

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gotd/log/logslog"
	"github.com/gotd/td/exchange"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/telegram/updates"
	"github.com/gotd/td/telegram/updates/hook"
	"github.com/gotd/td/tg"

	"pavilion/filter"
	"pavilion/internal/quiet"
	"pavilion/internal/secret"
)

// TelegramOptions say where Telegram is and who we are there.
type TelegramOptions struct {
	APIID   int
	APIHash secret.String
	Token   secret.String
	Addr    string // host:port of another data centre than Telegram's own, as its test servers need
	DC      int    // number of that data centre
	Keys    []exchange.PublicKey
}

// connect builds the client and the updates manager around each other.
func (b *Bot) connect() error {
	o := telegram.Options{
		SessionStorage: b.state,
		Logger:         logslog.New(quiet.Logger(b.opts.Logger.With("component", "mtproto"))),
		Device:         telegram.DeviceConfig{DeviceModel: "Pavilion", SystemVersion: "server", AppVersion: b.opts.Version},
		RetryInterval:  5 * time.Second, NoUpdates: b.opts.NoUpdates,
	}
	if t := b.opts.Telegram; t.Addr != "" {
		host, port, err := net.SplitHostPort(t.Addr)
		if err != nil {
			return fmt.Errorf("telegram address: %w", err)
		}
		number, err := strconv.Atoi(port)
		if err != nil {
			return fmt.Errorf("telegram address: %w", err)
		}
		o.DC, o.PublicKeys = t.DC, t.Keys
		o.DCList = dcs.List{Options: []tg.DCOption{{ID: t.DC, IPAddress: host, Port: number}}}
		o.Resolver = dcs.Plain(dcs.PlainOptions{})
	}
	handlers := b.dispatcher()
	b.manager = updates.New(updates.Config{
		Handler: handlers, Storage: b.state, AccessHasher: b.state, UserAccessHasher: b.state, Logger: o.Logger,
		MaxChannelDifferenceConcurrency: 8, OnChannelTooLong: b.channelTooLong,
	})
	b.updates = newUpdateQueue(b.manager.Handle)
	o.UpdateHandler = telegram.UpdateHandlerFunc(b.updates.Handle)
	// Without these two every message that we send leaves a hole in pts, half a second's wait and a getDifference.
	o.Middlewares = []telegram.Middleware{hook.UpdateHook(b.updates.Handle), hook.AffectedHook(b.manager), difference(handlers.Handle)}
	var ready atomic.Int32
	o.OnConnectionState = func(s telegram.ConnectionState) {
		b.connected.Store(s == telegram.ConnectionStateReady)
		// gotd does not ask for what happened while the connection was down.
		if s == telegram.ConnectionStateReady && ready.Add(1) > 1 {
			b.updates.add(&tg.UpdatesTooLong{})
			for _, id := range b.state.channels() {
				b.updates.add(&tg.Updates{Updates: []tg.UpdateClass{&tg.UpdateChannelTooLong{ChannelID: id}}})
			}
		}
	}
	b.client = telegram.NewClient(b.opts.Telegram.APIID, b.opts.Telegram.APIHash.Reveal(), o)
	b.api = b.client.API()
	return nil
}

// channelTooLong hears that Telegram no longer tells what happened in a channel, only that it was too much.
func (b *Bot) channelTooLong(id int64) {
	b.opts.Logger.LogAttrs(context.Background(), slog.LevelInfo, "a channel's updates are lost; its posts are read by id", slog.Int64("channel", id))
	b.deps.Indexer.Lost(filter.ChannelID(id))
}

// serve signs in and receives until ctx ends; what it starts in the background ends with handling.
func (b *Bot) serve(ctx, handling context.Context) error {
	return b.client.Run(ctx, func(ctx context.Context) error {
		status, err := b.client.Auth().Status(ctx)
		if err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		if !status.Authorized {
			if _, err := b.client.Auth().Bot(ctx, b.opts.Telegram.Token.Reveal()); err != nil {
				return fmt.Errorf("sign in: %w", err)
			}
		}
		self, err := b.client.Self(ctx)
		if err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		b.self.Store(self)
		b.signedInAt = b.opts.Now()
		close(b.signedIn)
		unanswered := b.unanswered(ctx)
		return b.manager.Run(ctx, b.api, self.ID, updates.AuthOptions{IsBot: true, OnStart: func(ctx context.Context) {
			b.started(ctx, handling, unanswered)
		}})
	})
}
