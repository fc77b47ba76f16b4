package driver

import (
	"context"
	"fmt"

	"github.com/gotd/td/tg"
)

// ReadPrepared reads a message that a bot prepared for this person. Choose sends it.
func (u *User) ReadPrepared(ctx context.Context, bot, id string) (*tg.MessagesPreparedInlineMessage, error) {
	p, err := u.Peer(ctx, bot)
	if err != nil {
		return nil, err
	}
	user, ok := p.(*tg.InputPeerUser)
	if !ok {
		return nil, errNoPeer
	}
	m, err := u.API.MessagesGetPreparedInlineMessage(ctx, &tg.MessagesGetPreparedInlineMessageRequest{Bot: &tg.InputUser{UserID: user.UserID, AccessHash: user.AccessHash}, ID: id})
	if err != nil {
		return nil, fmt.Errorf("read a prepared message of @%s: %w", bot, err)
	}
	return m, nil
}
