package driver

import (
	"context"
	"fmt"

	"github.com/gotd/td/tg"
)

// ReadPrepared reads a message that a bot prepared for this person. Choose sends it.
func (u *User) ReadPrepared(ctx context.Context, bot, id string) (*tg.MessagesPreparedInlineMessage, error) {
	user, err := u.InputUser(ctx, bot)
	if err != nil {
		return nil, err
	}
	m, err := u.API.MessagesGetPreparedInlineMessage(ctx, &tg.MessagesGetPreparedInlineMessageRequest{Bot: user, ID: id})
	if err != nil {
		return nil, fmt.Errorf("read a prepared message of @%s: %w", bot, err)
	}
	return m, nil
}
