package telegram

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"pavilion/filter"
)

var errInlineOff = errors.New("it is switched off")

// ErrRightsUnasked means that ctx ended after the sign-in, before Telegram was asked about every channel.
var ErrRightsUnasked = errors.New("some channels were not asked about")

// Check signs in without receiving updates, and reports inline mode and the bot's rights in the indexed channels. It reads channels once loaded is closed.
func (c *Client) Check(ctx context.Context, loaded <-chan struct{}, channels func() []filter.Channel, report func(what string, err error, advice string)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_ = c.state.loadState(ctx) // access hashes; Postgres has its own line in the report
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		c.Messenger.queue.Run(ctx)
	}()
	defer func() {
		cancel()
		<-stopped
	}()
	var rights error
	err := c.client.Run(ctx, func(ctx context.Context) error {
		self, err := c.signIn(ctx)
		if err != nil {
			return err
		}
		var off error
		if _, on := self.GetBotInlinePlaceholder(); !on {
			off = errInlineOff
		}
		report("inline mode", off, "Send /setinline to @BotFather; without it @"+self.Username+" answers in no chat but its own.")
		select {
		case <-loaded:
		case <-ctx.Done():
		}
		for _, ch := range channels() {
			admin, err := c.Messenger.IsAdmin(ctx, ch.ID, 0)
			if ctx.Err() != nil {
				break
			}
			if err == nil && !admin {
				err = ErrNoRights
			}
			report(fmt.Sprintf("admin of %q", CleanLine(ch.Title, 60)), err, "Make the bot an admin of that channel, or remove the channel with /channels.")
		}
		if ctx.Err() != nil {
			rights = ErrRightsUnasked
		}
		return nil
	})
	return cmp.Or(rights, err) // err is ctx's where rights is set
}
