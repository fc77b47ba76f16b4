package telegram

import (
	"context"
	"errors"
	"time"

	"github.com/gotd/td/constant"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/internal/fault"
)

// Errors of messages that answer no event.
var (
	// ErrNeverWrote reports a person who never wrote to the bot. Telegram does not let a bot write first.
	ErrNeverWrote = fault.New(fault.Gone, "stranger")
	// ErrUnreachable reports a person to whom Telegram refuses to send, such as a member of a group who never wrote to the bot. Nothing was sent.
	ErrUnreachable = fault.New(fault.Gone, "unreachable")
	// ErrDisconnected reports that there is no connection to Telegram.
	ErrDisconnected = fault.New(fault.Unavailable, "telegram_away")
)

// lateUpdates is how long after the sign-in a person may still turn up in a missed update.
const lateUpdates = 10 * time.Second

// PrivateChat is the chat with a person who has written to the bot. It asks Postgres for an access hash that another process stored. It
// returns ErrNeverWrote for a person without one, and ErrDisconnected while missed updates may still bring it.
func (c *Client) PrivateChat(ctx context.Context, person int64) (Chat, error) {
	key := hashKey{"user", person}
	hash, ok := c.state.hash(key)
	if !ok {
		var err error
		if hash, ok, err = c.state.store.hash(ctx, c.state.botID, key); err != nil {
			return Chat{}, err
		}
		if !ok && c.opts.Now().Sub(c.signedInAt) < lateUpdates {
			return Chat{}, ErrDisconnected
		}
		if !ok {
			return Chat{}, ErrNeverWrote
		}
		c.state.setHash(key, hash)
	}
	return Chat{ID: person, Hash: hash, Type: Private}, nil
}

// ChatOf is the chat of a stored key; false where the bot does not know its access hash.
func (c *Client) ChatOf(key int64) (Chat, bool) {
	switch id := constant.TDLibPeerID(key); {
	case id.IsUser():
		return c.chatOfPeer(&tg.PeerUser{UserID: id.ToPlain()})
	case id.IsChannel():
		return c.chatOfPeer(&tg.PeerChannel{ChannelID: id.ToPlain()})
	default:
		return c.chatOfPeer(&tg.PeerChat{ChatID: id.ToPlain()})
	}
}

// chatOfPeer finds the access hash of a peer, which gotd stores before it calls the dispatcher. For a group that became a supergroup it returns the
// supergroup.
func (c *Client) chatOfPeer(peer tg.PeerClass) (Chat, bool) {
	switch p := peer.(type) {
	case *tg.PeerUser:
		h, ok := c.state.hash(hashKey{"user", p.UserID})
		return Chat{p.UserID, h, Private}, ok
	case *tg.PeerChat:
		if channel, ok := c.state.migratedTo(p.ChatID); ok {
			return c.chatOfPeer(&tg.PeerChannel{ChannelID: channel})
		}
		return Chat{p.ChatID, 0, Group}, true
	case *tg.PeerChannel:
		h, ok := c.state.hash(hashKey{"channel", p.ChannelID})
		return Chat{p.ChannelID, h, Supergroup}, ok
	}
	return Chat{}, false
}

// Notify sends a text to a person who did not just ask for it. Sends of one name are one message to Telegram. After an error of kind Internal the
// message may have been sent.
func (c *Client) Notify(ctx context.Context, person int64, r Reply, name string, silent bool) error {
	to, err := c.reach(ctx, person)
	if err != nil {
		return err
	}
	return c.Messenger.notify(ctx, to, r, name, silent)
}

// Post sends a silent message into a chat, given by its Chat.Key. Sends of one name are one message to Telegram. It returns ErrCannotWrite if the bot has
// no right to post there.
func (c *Client) Post(ctx context.Context, key int64, r Reply, name string) error {
	to, known := c.ChatOf(key)
	if !known {
		return ErrUnreachable
	}
	err := c.Messenger.notify(ctx, to, r, name, true)
	if tgerr.Is(err, "CHAT_ADMIN_REQUIRED", "CHAT_WRITE_FORBIDDEN", "CHANNEL_PRIVATE") {
		return errors.Join(ErrCannotWrite, err)
	}
	return err
}

// SendInvoice shows an invoice in a person's private chat. Sends of one name are one message to Telegram.
func (c *Client) SendInvoice(ctx context.Context, person int64, i Invoice, name string) error {
	to, err := c.reach(ctx, person)
	if err != nil {
		return err
	}
	return c.orDisconnected(c.Messenger.sendInvoice(ctx, to, i, name))
}

// RefundStars returns a charge to its payer. A repeated refund is no error. It returns ErrChargeRefused where Telegram refuses for good.
func (c *Client) RefundStars(ctx context.Context, person int64, charge string) error {
	to, err := c.reach(ctx, person)
	if err != nil {
		return err
	}
	return c.orDisconnected(c.Messenger.refundStars(ctx, to, charge))
}

// IsRefusal tells whether Telegram answered with an error that another try would meet again, about the request or about rights.
func IsRefusal(err error) bool {
	return tgerr.IsCode(err, 400, 403)
}

// orUnreachable adds ErrUnreachable to a refusal by Telegram that another try would meet again.
func orUnreachable(err error) error {
	refused := tgerr.IsCode(err, 403) || tgerr.Is(err, "PEER_ID_INVALID", "USER_ID_INVALID", "CHAT_ID_INVALID", "INPUT_USER_DEACTIVATED", "USER_NOT_MUTUAL_CONTACT", "YOU_BLOCKED_USER")
	if refused && fault.KindOf(err) == fault.Internal {
		return errors.Join(ErrUnreachable, err)
	}
	return err
}

// reach waits for the sign-in and finds a person's chat.
func (c *Client) reach(ctx context.Context, person int64) (Chat, error) {
	if err := awaitSignIn(ctx, c.signedIn); err != nil {
		return Chat{}, err
	}
	return c.PrivateChat(ctx, person)
}

func awaitSignIn(ctx context.Context, signedIn <-chan struct{}) error {
	select {
	case <-signedIn:
		return nil
	case <-ctx.Done():
		return errors.Join(ErrDisconnected, context.Cause(ctx))
	}
}

// orDisconnected adds ErrDisconnected to a call's error where the connection is down.
func (c *Client) orDisconnected(err error) error {
	if err != nil && fault.KindOf(err) == fault.Internal && !c.connected.Load() {
		return errors.Join(ErrDisconnected, err)
	}
	return err
}
