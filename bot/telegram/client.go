package telegram

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gotd/log/logslog"
	"github.com/gotd/td/exchange"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/telegram/updates"
	"github.com/gotd/td/telegram/updates/hook"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/internal/latency"
	"pavilion/internal/quiet"
	"pavilion/internal/secret"
)

// Options configure the client.
type Options struct {
	APIID     int
	APIHash   secret.String
	Token     secret.String
	Addr      string         // host:port of another data centre than Telegram's own, as its test servers need
	DC        int            // number of that data centre
	Key       *rsa.PublicKey // of that data centre
	Provider  secret.String  // BotFather's token of a payment provider, for invoices in ordinary money
	Limits    SendLimits
	NoUpdates bool // for a look beside a running bot: Telegram sends updates to the newest session only
	Version   string
	Latency   *latency.Recorder
	Logger    *slog.Logger
	Now       func() time.Time
}

// Handlers receive what arrives. None may block.
type Handlers struct {
	Message     func(ctx context.Context, e *Event)                     // a message meant for the bot; stored when it returns
	Overhears   func(e *Event) bool                                     // whether Message takes an event of a group that is not meant for the bot
	Query       func(e *Event)                                          // a tap, an inline query or a checkout
	Payment     func(ctx context.Context, p Payment) error              // money that moved inside Telegram; called until nil
	Stopped     func(ctx context.Context, who Person, blocked bool)     // somebody blocked the bot, or let it in again
	Blocked     func(ctx context.Context, person int64)                 // a send found that this person blocked the bot
	Member      func(ctx context.Context, channel int64, in bool) error // the bot was added to a channel or removed from it; called until nil
	Joined      func(ctx context.Context, m MemberChange) error         // somebody else's membership in a channel of the bot changed; called until nil
	JoinRequest func(ctx context.Context, r JoinRequest) error          // somebody asks to join a channel of the bot; called until nil
	// IsPresenceNew tells whether Presence has to be called for a group. It may not wait.
	IsPresenceNew func(group Chat, p Presence) bool
	// Presence stores the bot's presence in a group; called until nil.
	Presence    func(ctx context.Context, group Chat, p Presence) error
	Migrated    func(ctx context.Context, from, to Chat) error // a group has become a supergroup; called until nil
	HasUnstored func() bool                                    // whether a received message is only in memory
}

// Client is Pavilion's one session at Telegram. Messenger sends through it.
type Client struct {
	Messenger *Messenger

	opts     Options
	index    *filter.Indexer
	handlers Handlers
	botID    int64
	names    stateStore
	state    *state
	updates  *updateQueue
	changes  *retryQueue // of the bot's chats
	joins    *retryQueue // of other people's memberships
	payments *retryQueue // apart, because a change may wait for another database than payments
	manager  *updates.Manager
	client   *telegram.Client
	api      *tg.Client
	self     atomic.Pointer[tg.User]

	connected  atomic.Bool
	ended      chan error // holds the first error with which Telegram ended the session
	signedIn   chan struct{}
	signedInAt time.Time // set before signedIn closes
	background sync.WaitGroup

	sentMu sync.Mutex
	sent   map[Chat][]int // ids of our last messages in each group
}

// ErrRefused reports that Telegram refuses the token, the session or the API id. Only another setting helps.
var ErrRefused = errors.New("telegram refuses the bot")

var errToken = errors.New("the bot token is not NUMBER:SECRET as BotFather gives it")

// ErrSessionEnded means that Telegram has ended the stored session. The session is deleted, so the next client signs in with the token.
var ErrSessionEnded = errors.New("telegram has ended the session")

// BotID is the bot's own user id, which its token begins with.
func BotID(token secret.String) (int64, error) {
	number, _, ok := strings.Cut(token.Reveal(), ":")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil || !ok {
		return 0, errToken
	}
	return id, nil
}

// New builds the client. Receive must be called before Serve connects it.
func New(db *pgxpool.Pool, index *filter.Indexer, o Options) (*Client, error) {
	id, err := BotID(o.Token)
	if err != nil {
		return nil, err
	}
	c := &Client{
		opts: o, index: index, signedIn: make(chan struct{}), sent: map[Chat][]int{}, ended: make(chan error, 1), changes: newRetryQueue("a change of a chat", o.Logger),
		joins: newRetryQueue("a change of a membership", o.Logger), payments: newRetryQueue("a payment", o.Logger),
	}
	c.botID, c.names = id, stateStore{db}
	c.state = newState(id, c.names, index.SaveLedgers, func() bool {
		return c.handlers.HasUnstored() || !c.changes.isEmpty() || !c.joins.isEmpty() || !c.payments.isEmpty()
	}, o.Logger)
	if err := c.build(); err != nil {
		return nil, err
	}
	m := NewMessenger(c.client, MessengerOptions{Limits: o.Limits, Provider: o.Provider, Logger: o.Logger, Now: o.Now})
	m.onSent, m.hash, m.setHash, m.migrate, m.refresh, m.signedIn = c.rememberSent, c.state.hash, c.state.setHash, c.migrate, index.Refresh, c.signedIn
	m.queue.observe = func(method string, took time.Duration) { o.Latency.Observe("telegram "+method, took) }
	m.queue.onEnded = func(err error) {
		select {
		case c.ended <- err:
		default:
		}
	}
	m.queue.onBlocked = func(ctx context.Context, person int64) { c.handlers.Blocked(ctx, person) }
	c.Messenger = m
	return c, nil
}

// Receive sets the handlers.
func (c *Client) Receive(h Handlers) { c.handlers = h }

// compressFrom is the size in bytes from which calls to Telegram are compressed. A page of results has some 2 KB, and its compression took 3 % of the bot's time.
const compressFrom = 16 << 10

// build makes gotd's client and updates manager around each other.
func (c *Client) build() error {
	o := telegram.Options{
		SessionStorage: c.state,
		Logger:         logslog.New(quiet.Logger(c.opts.Logger.With("component", "mtproto"))),
		Device:         telegram.DeviceConfig{DeviceModel: "Pavilion", SystemVersion: "server", AppVersion: c.opts.Version},
		RetryInterval:  5 * time.Second, NoUpdates: c.opts.NoUpdates, CompressThreshold: compressFrom,
	}
	if c.opts.Addr != "" {
		host, port, err := net.SplitHostPort(c.opts.Addr)
		if err != nil {
			return fmt.Errorf("telegram address: %w", err)
		}
		number, err := strconv.Atoi(port)
		if err != nil {
			return fmt.Errorf("telegram address: %w", err)
		}
		o.DC = c.opts.DC
		if c.opts.Key != nil {
			o.PublicKeys = []exchange.PublicKey{{RSA: c.opts.Key}}
		}
		o.DCList = dcs.List{Options: []tg.DCOption{{ID: c.opts.DC, IPAddress: host, Port: number}}}
		o.Resolver = dcs.Plain(dcs.PlainOptions{})
	}
	dispatcher := c.dispatcher()
	c.manager = updates.New(updates.Config{
		Handler: dispatcher, Storage: c.state, AccessHasher: c.state, UserAccessHasher: c.state, Logger: o.Logger,
		MaxChannelDifferenceConcurrency: 8, OnChannelTooLong: c.channelTooLong,
	})
	c.updates = newUpdateQueue(newFirstUpdates(c.state, c.manager.Handle).handle)
	o.UpdateHandler = telegram.UpdateHandlerFunc(c.updates.Handle)
	// Without the two hooks each send causes a pts gap: gotd waits 0.5 s and calls getDifference.
	o.Middlewares = []telegram.Middleware{hook.UpdateHook(c.updates.Handle), hook.AffectedHook(c.manager), channelDifference(dispatcher.Handle), differenceChats(c.state.storeChatHashes)}
	var connections atomic.Int32
	o.OnConnectionState = func(s telegram.ConnectionState) {
		c.connected.Store(s == telegram.ConnectionStateReady)
		// gotd does not ask for what happened while the connection was down.
		if s == telegram.ConnectionStateReady && connections.Add(1) > 1 {
			c.updates.add(&tg.UpdatesTooLong{})
			for _, id := range c.state.channels() {
				c.updates.add(&tg.Updates{Updates: []tg.UpdateClass{&tg.UpdateChannelTooLong{ChannelID: id}}})
			}
		}
	}
	c.client = telegram.NewClient(c.opts.APIID, c.opts.APIHash.Reveal(), o)
	c.api = c.client.API()
	return nil
}

// channelTooLong is called when Telegram reports only that a channel had too many updates to send.
func (c *Client) channelTooLong(id int64) {
	c.opts.Logger.LogAttrs(context.Background(), slog.LevelInfo, "a channel's updates are lost; its posts are read by id", slog.Int64("channel", id))
	c.index.NoteLostUpdates(filter.ChannelID(id))
}

// Load reads the update state from Postgres. It waits for Postgres as long as ctx lives: without the state, updates would be skipped.
func (c *Client) Load(ctx context.Context) error { return c.state.loadState(ctx) }

// RunOut sends what is queued, and writes the update state, until ctx ends.
func (c *Client) RunOut(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() { c.Messenger.Run(ctx) })
	running.Go(func() { c.state.Run(ctx) })
	running.Wait()
}

// RunUpdates feeds received updates to the handlers until ctx ends.
func (c *Client) RunUpdates(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() { c.changes.run(ctx) })
	running.Go(func() { c.joins.run(ctx) })
	running.Go(func() { c.payments.run(ctx) })
	c.updates.Run(ctx)
	running.Wait()
}

// Wait returns when the work that handlers left in the background is done.
func (c *Client) Wait() { c.background.Wait() }

// Serve connects, signs in and receives updates until ctx ends. It returns ErrRefused if Telegram refuses the bot, and ErrSessionEnded if Telegram ends
// the session. It calls signedIn before the first update, and listening when updates arrive.
func (c *Client) Serve(ctx context.Context, signedIn, listening func(ctx context.Context)) error {
	err := c.client.Run(ctx, func(ctx context.Context) error {
		self, err := c.signIn(ctx)
		if err != nil {
			return fmt.Errorf("sign in: %w", err)
		}
		c.self.Store(self)
		c.signedInAt = c.opts.Now()
		close(c.signedIn)
		c.background.Go(func() { c.saveName(ctx, self) })
		signedIn(ctx)
		return c.receive(ctx, self.ID, listening)
	})
	if endsSession(err) {
		c.state.dropSession(ctx)
		return errors.Join(ErrSessionEnded, err)
	}
	if tgerr.IsCode(err, 401) || tgerr.Is(err, "ACCESS_TOKEN_INVALID", "ACCESS_TOKEN_EXPIRED", "API_ID_INVALID") {
		return errors.Join(ErrRefused, err)
	}
	return err
}

// receive handles updates until ctx ends or Telegram ends the session.
func (c *Client) receive(ctx context.Context, self int64, listening func(ctx context.Context)) error {
	ctx, stop := context.WithCancelCause(ctx)
	var watching sync.WaitGroup // not c.background: Wait must return while the client is connected
	defer watching.Wait()
	defer stop(nil)
	watching.Go(func() {
		select {
		case err := <-c.ended:
			stop(err)
		case <-ctx.Done():
		}
	})
	err := c.manager.Run(ctx, c.api, self, updates.AuthOptions{IsBot: true, OnStart: listening})
	if cause := context.Cause(ctx); endsSession(cause) {
		return cause
	}
	return err
}

// endsSession recognises errors that every further request with the same auth key would get. A new key and a sign-in with the token cure them.
func endsSession(err error) bool {
	return tgerr.Is(err, "AUTH_KEY_DUPLICATED", "AUTH_KEY_UNREGISTERED", "AUTH_KEY_INVALID", "AUTH_KEY_PERM_EMPTY", "SESSION_REVOKED", "SESSION_EXPIRED")
}

func (c *Client) signIn(ctx context.Context) (*tg.User, error) {
	status, err := c.client.Auth().Status(ctx)
	if err != nil {
		return nil, err
	}
	if !status.Authorized {
		if _, err := c.client.Auth().Bot(ctx, c.opts.Token.Reveal()); err != nil {
			return nil, err
		}
	}
	return c.client.Self(ctx)
}

// SignedIn closes once the bot has signed in.
func (c *Client) SignedIn() <-chan struct{} { return c.signedIn }

// Username is the bot's, without @; empty before it has signed in.
func (c *Client) Username() string {
	if u := c.self.Load(); u != nil {
		return u.Username
	}
	return ""
}

const nameTimeout = 5 * time.Second // to store or to read the bot's username

// saveName stores the bot's username for processes that are not connected.
func (c *Client) saveName(ctx context.Context, self *tg.User) {
	ctx, cancel := context.WithTimeout(ctx, nameTimeout)
	defer cancel()
	if err := c.names.saveName(ctx, self.ID, self.Username); err != nil {
		c.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "the bot's name was not stored", slog.Any("error", err))
	}
}

// ChatLink returns the address of the bot's chat, also in a process that is not connected. It is empty until the bot has signed in once, and
// while Postgres does not answer.
func (c *Client) ChatLink(ctx context.Context) string {
	name := c.Username()
	if name == "" {
		ctx, cancel := context.WithTimeout(ctx, nameTimeout)
		defer cancel()
		var err error
		if name, err = c.names.loadName(ctx, c.botID); err != nil {
			return ""
		}
	}
	return "https://t.me/" + name
}

// SaveState writes the access hashes and the bot's pts now.
func (c *Client) SaveState(ctx context.Context) { c.state.flush(ctx) }

const sentKept = 100 // ids for each group

// rememberSent keeps the ids of our last messages in groups, so that a reply to one counts as addressed to the bot.
func (c *Client) rememberSent(chat Chat, id int) {
	if chat.Type == Private {
		return
	}
	noteGroup(c, chat, WroteInGroup)
	c.sentMu.Lock()
	defer c.sentMu.Unlock()
	chat.Hash = 0
	ids := append(c.sent[chat], id)
	c.sent[chat] = ids[max(0, len(ids)-sentKept):]
}

func (c *Client) isOurs(chat Chat, id int) bool {
	c.sentMu.Lock()
	defer c.sentMu.Unlock()
	chat.Hash = 0
	return slices.Contains(c.sent[chat], id)
}
