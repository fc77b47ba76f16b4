package telegram

import (
	"context"
	"errors"
	"fmt"

	"pavilion/filter"
)

var errInlineOff = errors.New("it is switched off")

// Check signs in without receiving updates, and reports inline mode and the bot's rights in the indexed channels.
func (c *Client) Check(ctx context.Context, channels []filter.Channel, report func(what string, err error, advice string)) error {
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
	return c.client.Run(ctx, func(ctx context.Context) error {
		self, err := c.signIn(ctx)
		if err != nil {
			return err
		}
		var off error
		if _, on := self.GetBotInlinePlaceholder(); !on {
			off = errInlineOff
		}
		report("inline mode", off, "Send /setinline to @BotFather; without it @"+self.Username+" answers in no chat but its own.")
		for _, ch := range channels {
			admin, err := c.Messenger.IsAdmin(ctx, ch.ID, 0)
			if err == nil && !admin {
				err = ErrNoRights
			}
			report(fmt.Sprintf("admin of %q", CleanLine(ch.Title, 60)), err, "Make the bot an admin of that channel, or remove the channel with /channels.")
		}
		return nil
	})
}
