// Package driver is a Telegram client for tests: it signs in to the data centre over MTProto as a person, sends messages, taps buttons and reads chats.
package driver

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gotd/td/exchange"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/telegram/dcs"
	"github.com/gotd/td/telegram/updates/hook"
	"github.com/gotd/td/tg"

	"pavilion/sandbox/dc"
)

// User is a signed-in person.
type User struct {
	ID   int64
	API  *tg.Client
	stop context.CancelFunc
	done chan struct{}

	mu      sync.Mutex
	changed chan struct{}
	peers   map[string]tg.InputPeerClass
	popup   []string
}

// Connect signs a person in and stays connected until Close.
func Connect(ctx context.Context, d *dc.DC, id int64) (*User, error) {
	storage, err := d.Session(ctx, id)
	if err != nil {
		return nil, err
	}
	host, portText, err := net.SplitHostPort(d.Addr())
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	rctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	u := &User{ID: id, stop: stop, done: make(chan struct{}), changed: make(chan struct{}), peers: map[string]tg.InputPeerClass{}}
	onUpdates := func(_ context.Context, updates tg.UpdatesClass) error {
		u.note(updates)
		u.notify()
		return nil
	}
	client := telegram.NewClient(1, "hash", telegram.Options{
		DC: d.Number(), DCList: dcs.List{Options: []tg.DCOption{{ID: d.Number(), IPAddress: host, Port: port}}}, PublicKeys: []exchange.PublicKey{d.PublicKey()},
		Resolver: dcs.Plain(dcs.PlainOptions{}), SessionStorage: storage,
		UpdateHandler: telegram.UpdateHandlerFunc(onUpdates),
		// The updates of the client's own messages come as answers only.
		Middlewares: []telegram.Middleware{hook.UpdateHook(onUpdates)},
	})
	u.API = client.API()
	up := make(chan error, 1)
	go func() {
		defer close(u.done)
		err := client.Run(rctx, func(ctx context.Context) error {
			_, err := u.API.UpdatesGetState(ctx) // updates arrive from now on
			up <- err
			if err != nil {
				return err
			}
			<-ctx.Done()
			return nil
		})
		select {
		case up <- err:
		default:
		}
	}()
	select {
	case err := <-up:
		if err != nil {
			stop()
			<-u.done
			return nil, fmt.Errorf("connect user %d: %w", id, err)
		}
		return u, nil
	case <-ctx.Done():
		stop()
		<-u.done
		return nil, fmt.Errorf("connect user %d: %w", id, context.Cause(ctx))
	}
}

// Close disconnects.
func (u *User) Close() {
	u.stop()
	<-u.done
}

// Changed returns a channel that is closed at the next update.
func (u *User) Changed() <-chan struct{} {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.changed
}

func (u *User) notify() {
	u.mu.Lock()
	defer u.mu.Unlock()
	close(u.changed)
	u.changed = make(chan struct{})
}

var errNoPeer = errors.New("nobody has that name")

// Peer returns the InputPeer of a username.
func (u *User) Peer(ctx context.Context, name string) (tg.InputPeerClass, error) {
	u.mu.Lock()
	p := u.peers[name]
	u.mu.Unlock()
	if p != nil {
		return p, nil
	}
	r, err := u.API.ContactsResolveUsername(ctx, &tg.ContactsResolveUsernameRequest{Username: name})
	if err != nil {
		return nil, fmt.Errorf("find @%s: %w", name, err)
	}
	for _, c := range r.Users {
		if x, ok := c.(*tg.User); ok {
			p = &tg.InputPeerUser{UserID: x.ID, AccessHash: x.AccessHash}
		}
	}
	for _, c := range r.Chats {
		if x, ok := c.(*tg.Channel); ok {
			p = &tg.InputPeerChannel{ChannelID: x.ID, AccessHash: x.AccessHash}
		}
	}
	if p == nil {
		return nil, fmt.Errorf("find @%s: %w", name, errNoPeer)
	}
	u.mu.Lock()
	u.peers[name] = p
	u.mu.Unlock()
	return p, nil
}

// InputUser returns the InputUser of a person's or a bot's username.
func (u *User) InputUser(ctx context.Context, name string) (*tg.InputUser, error) {
	p, err := u.Peer(ctx, name)
	if err != nil {
		return nil, err
	}
	user, ok := p.(*tg.InputPeerUser)
	if !ok {
		return nil, fmt.Errorf("find @%s: %w", name, errNoPeer)
	}
	return &tg.InputUser{UserID: user.UserID, AccessHash: user.AccessHash}, nil
}

// Send sends a text.
func (u *User) Send(ctx context.Context, to, text string) error {
	p, err := u.Peer(ctx, to)
	if err != nil {
		return err
	}
	_, err = u.API.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{Peer: p, Message: text, RandomID: rand.Int64()})
	if err != nil {
		return fmt.Errorf("write to @%s: %w", to, err)
	}
	return nil
}

// Reply sends a text in reply to a message.
func (u *User) Reply(ctx context.Context, to string, answered int, text string) error {
	p, err := u.Peer(ctx, to)
	if err != nil {
		return err
	}
	_, err = u.API.MessagesSendMessage(ctx, &tg.MessagesSendMessageRequest{
		Peer: p, Message: text, RandomID: rand.Int64(), ReplyTo: &tg.InputReplyToMessage{ReplyToMsgID: answered},
	})
	if err != nil {
		return fmt.Errorf("reply to @%s: %w", to, err)
	}
	return nil
}

// Forward forwards a message.
func (u *User) Forward(ctx context.Context, from string, id int, to string) error {
	source, err := u.Peer(ctx, from)
	if err != nil {
		return err
	}
	target, err := u.Peer(ctx, to)
	if err != nil {
		return err
	}
	_, err = u.API.MessagesForwardMessages(ctx, &tg.MessagesForwardMessagesRequest{FromPeer: source, ToPeer: target, ID: []int{id}, RandomID: []int64{rand.Int64()}})
	return err
}

// Messages returns the messages of a chat without service messages, as History.
func (u *User) Messages(ctx context.Context, in string) ([]*tg.Message, error) {
	all, err := u.History(ctx, in)
	if err != nil {
		return nil, err
	}
	var out []*tg.Message
	for _, c := range all {
		if x, ok := c.(*tg.Message); ok {
			out = append(out, x)
		}
	}
	return out, nil
}

// History returns the newest hundred messages of a chat, the oldest first.
func (u *User) History(ctx context.Context, in string) ([]tg.MessageClass, error) {
	p, err := u.Peer(ctx, in)
	if err != nil {
		return nil, err
	}
	r, err := u.API.MessagesGetHistory(ctx, &tg.MessagesGetHistoryRequest{Peer: p, Limit: 100})
	if err != nil {
		return nil, fmt.Errorf("read @%s: %w", in, err)
	}
	m, ok := r.AsModified()
	if !ok {
		return nil, nil
	}
	out := m.GetMessages()
	slices.Reverse(out)
	return out, nil
}

// Await waits for a matching message in a chat, new or edited, and returns the newest one.
func (u *User) Await(ctx context.Context, in string, match func(*tg.Message) bool) (*tg.Message, error) {
	for {
		changed := u.Changed()
		all, err := u.Messages(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, m := range slices.Backward(all) {
			if match(m) {
				return m, nil
			}
		}
		select {
		case <-ctx.Done():
			var texts []string
			for _, m := range all {
				texts = append(texts, fmt.Sprintf("%d %q", m.ID, m.Message))
			}
			return nil, fmt.Errorf("no such message in @%s: %w; there are: %s", in, context.Cause(ctx), strings.Join(texts[max(0, len(texts)-6):], "; "))
		case <-changed:
		}
	}
}

// Buttons returns the texts of a message's buttons, row by row.
func Buttons(m *tg.Message) [][]string {
	var rows [][]string
	if markup, ok := m.ReplyMarkup.(*tg.ReplyInlineMarkup); ok {
		for _, r := range markup.Rows {
			var row []string
			for _, b := range r.Buttons {
				row = append(row, b.GetText())
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// Tap taps the first button whose text contains a text, and returns the bot's answer.
func (u *User) Tap(ctx context.Context, in string, m *tg.Message, button string) (*tg.MessagesBotCallbackAnswer, error) {
	p, err := u.Peer(ctx, in)
	if err != nil {
		return nil, err
	}
	markup, _ := m.ReplyMarkup.(*tg.ReplyInlineMarkup)
	if markup != nil {
		for _, r := range markup.Rows {
			for _, b := range r.Buttons {
				if c, ok := b.(*tg.KeyboardButtonCallback); ok && strings.Contains(c.Text, button) {
					return u.TapData(ctx, p, m.ID, c.Data)
				}
			}
		}
	}
	return nil, fmt.Errorf("no button %q on %q", button, m.Message)
}

// TapData sends a tap with arbitrary callback data.
func (u *User) TapData(ctx context.Context, in tg.InputPeerClass, message int, data []byte) (*tg.MessagesBotCallbackAnswer, error) {
	return u.API.MessagesGetBotCallbackAnswer(ctx, &tg.MessagesGetBotCallbackAnswerRequest{Peer: in, MsgID: message, Data: data})
}

// Inline sends an inline query to a bot.
func (u *User) Inline(ctx context.Context, bot, query, offset string) (*tg.MessagesBotResults, error) {
	user, err := u.InputUser(ctx, bot)
	if err != nil {
		return nil, err
	}
	return u.API.MessagesGetInlineBotResults(ctx, &tg.MessagesGetInlineBotResultsRequest{Bot: user, Peer: &tg.InputPeerSelf{}, Query: query, Offset: offset})
}

// SendContact sends a person's phone number as a contact.
func (u *User) SendContact(ctx context.Context, to, phone, name string) error {
	p, err := u.Peer(ctx, to)
	if err != nil {
		return err
	}
	_, err = u.API.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{Peer: p, RandomID: rand.Int64(), Media: &tg.InputMediaContact{PhoneNumber: phone, FirstName: name}})
	if err != nil {
		return fmt.Errorf("send a contact to @%s: %w", to, err)
	}
	return nil
}
