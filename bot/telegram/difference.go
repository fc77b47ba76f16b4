package telegram

import (
	"context"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/tg"
)

// channelDifference passes on the edits and deletions of a channel's difference, which happened while the bot was away.
//
// The updates manager queues these and moves the channel's pts on before it handles them, so they look old to it and it drops them. This
// middleware handles them as soon as Telegram's answer arrives, before pts moves. Handling one twice is harmless.
func channelDifference(handle func(ctx context.Context, u tg.UpdatesClass) error) telegram.MiddlewareFunc {
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
