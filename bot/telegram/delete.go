package telegram

import (
	"context"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// DeleteMessage deletes a message of our own for everybody. It returns nil also if Telegram refuses for good: the message is gone, too old, or in a chat
// that the bot has left.
func (m *Messenger) DeleteMessage(ctx context.Context, in Chat, id int) error {
	return m.queue.do(ctx, call{lane: LaneBulk, chat: in, method: "messages.deleteMessages", invoke: func(ctx context.Context) error {
		err := requestDelete(ctx, m.api, in, []int{id})
		if tgerr.IsCode(err, 400, 403) {
			return nil
		}
		return err
	}})
}

// requestDelete makes the call that deletes messages for everybody.
func requestDelete(ctx context.Context, api *tg.Client, in Chat, ids []int) (err error) {
	if in.Type == Supergroup {
		_, err = api.ChannelsDeleteMessages(ctx, &tg.ChannelsDeleteMessagesRequest{Channel: in.inputChannel(), ID: ids})
	} else {
		_, err = api.MessagesDeleteMessages(ctx, &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: ids})
	}
	return err
}
