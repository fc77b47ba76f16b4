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
		var err error
		if in.Type == Supergroup {
			_, err = m.api.ChannelsDeleteMessages(ctx, &tg.ChannelsDeleteMessagesRequest{Channel: &tg.InputChannel{ChannelID: in.ID, AccessHash: in.Hash}, ID: []int{id}})
		} else {
			_, err = m.api.MessagesDeleteMessages(ctx, &tg.MessagesDeleteMessagesRequest{Revoke: true, ID: []int{id}})
		}
		if tgerr.IsCode(err, 400, 403) {
			return nil
		}
		return err
	}})
}
