package telegram

import (
	"context"
	"errors"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// InlineText is a text that a person sends through the bot.
type InlineText struct {
	ID    string
	Title string // of the preview
	Reply Reply  // its text and its links
}

// PreparedMessage is a message that a person can send from the Mini App into a chat of their choice.
type PreparedMessage struct {
	ID      string
	Expires time.Time
}

// Prepared saves messages that people send from the Mini App.
type Prepared struct{ client *Client }

// NewPrepared makes a Prepared that speaks through a client.
func NewPrepared(c *Client) Prepared { return Prepared{c} }

// Text prepares a text.
func (p Prepared) Text(ctx context.Context, person int64, t InlineText) (PreparedMessage, error) {
	text, entities := t.Reply.formatted()
	message := &tg.InputBotInlineMessageText{Message: text, Entities: entities, ReplyMarkup: t.Reply.markup(), NoWebpage: true}
	return p.save(ctx, person, &tg.InputBotInlineResult{ID: t.ID, Type: "article", Title: t.Title, SendMessage: message})
}

// File prepares a file. IsReferenceError tells when the file's reference has expired.
func (p Prepared) File(ctx context.Context, person int64, f InlineFile) (PreparedMessage, error) {
	return p.save(ctx, person, inlineResult(f))
}

// save prepares a result for all kinds of chats except chats with bots. Only the person can send it.
func (p Prepared) save(ctx context.Context, person int64, result tg.InputBotInlineResultClass) (made PreparedMessage, err error) {
	to, err := p.client.reach(ctx, person)
	if err != nil {
		return made, err
	}
	messenger := p.client.Messenger
	err = messenger.queue.do(ctx, call{method: "messages.savePreparedInlineMessage", invoke: func(ctx context.Context) error {
		r := &tg.MessagesSavePreparedInlineMessageRequest{Result: result, UserID: &tg.InputUser{UserID: to.ID, AccessHash: to.Hash}}
		r.SetPeerTypes([]tg.InlineQueryPeerTypeClass{
			&tg.InlineQueryPeerTypePM{}, &tg.InlineQueryPeerTypeChat{}, &tg.InlineQueryPeerTypeMegagroup{}, &tg.InlineQueryPeerTypeBroadcast{},
		})
		saved, err := messenger.api.MessagesSavePreparedInlineMessage(ctx, r)
		if err == nil {
			made = PreparedMessage{ID: saved.ID, Expires: time.Unix(int64(saved.ExpireDate), 0).UTC()}
		}
		return err
	}})
	if tgerr.Is(err, "USER_ID_INVALID") {
		return made, errors.Join(ErrUnreachable, err)
	}
	return made, p.client.orDisconnected(err)
}
