package bot

import (
	"context"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/tg"
)

// difference hands over what a channel's difference holds beside new messages: the edits and deletions of the time when the bot was away.
//
// The updates manager queues these and moves the channel's pts on before their turn comes, so by then they look old to it and are dropped.
// Here they are handled where Telegram's answer comes in, which is before pts moves. Handling one twice changes nothing.
func difference(handle func(ctx context.Context, u tg.UpdatesClass) error) telegram.MiddlewareFunc {
	return func(next tg.Invoker) telegram.InvokeFunc {
		return func(ctx context.Context, input bin.Encoder, output bin.Decoder) error {
			if err := next.Invoke(ctx, input, output); err != nil {
				return err
			}
			box, ok := output.(*tg.UpdatesChannelDifferenceBox)
			if !ok {
				return nil
			}
			if d, ok := box.ChannelDifference.(*tg.UpdatesChannelDifference); ok && len(d.OtherUpdates) > 0 {
				return handle(ctx, &tg.Updates{Updates: d.OtherUpdates, Users: d.Users, Chats: d.Chats})
			}
			return nil
		}
	}
}
