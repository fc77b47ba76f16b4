package telegram

import (
	"context"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/telegram"
	"github.com/gotd/td/tg"
)

// differenceChats stores the access hashes of the chats of a difference, that is of everything that happened while the bot was away.
//
// The updates manager stores the hashes of people only. A group that became a supergroup meanwhile would have none, because later updates need not
// contain it.
func differenceChats(store func(chats []tg.ChatClass)) telegram.MiddlewareFunc {
	return func(next tg.Invoker) telegram.InvokeFunc {
		return func(ctx context.Context, input bin.Encoder, output bin.Decoder) error {
			if err := next.Invoke(ctx, input, output); err != nil {
				return err
			}
			switch box := output.(type) {
			case *tg.UpdatesDifferenceBox:
				switch d := box.Difference.(type) {
				case *tg.UpdatesDifference:
					store(d.Chats)
				case *tg.UpdatesDifferenceSlice:
					store(d.Chats)
				}
			case *tg.UpdatesChannelDifferenceBox:
				switch d := box.ChannelDifference.(type) {
				case *tg.UpdatesChannelDifference:
					store(d.Chats)
				case *tg.UpdatesChannelDifferenceTooLong:
					store(d.Chats)
				}
			}
			return nil
		}
	}
}

// storeChatHashes stores the access hashes of channels, also of a supergroup that only its former group names. Those of min channels are refused by Telegram.
func (s *state) storeChatHashes(chats []tg.ChatClass) {
	for _, class := range chats {
		switch chat := class.(type) {
		case *tg.Channel:
			if hash, ok := chat.GetAccessHash(); ok && !chat.Min {
				s.setHash(hashKey{"channel", chat.ID}, hash)
			}
		case *tg.ChannelForbidden:
			s.setHash(hashKey{"channel", chat.ID}, chat.AccessHash)
		case *tg.Chat:
			if to, ok := chat.MigratedTo.(*tg.InputChannel); ok {
				s.setHash(hashKey{"channel", to.ChannelID}, to.AccessHash)
			}
		}
	}
}
