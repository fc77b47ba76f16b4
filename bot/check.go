package bot

import (
	"context"
	"errors"
	"fmt"
)

var errInlineOff = errors.New("it is switched off")

// Check signs in with the token, without receiving anything, and reports the bot's right in each indexed channel.
func (b *Bot) Check(ctx context.Context, report func(what string, err error, advice string)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	_ = b.state.load(ctx) // access hashes; Postgres has its own line in the report
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		b.queue.Run(ctx)
	}()
	defer func() {
		cancel()
		<-stopped
	}()
	return b.client.Run(ctx, func(ctx context.Context) error {
		if status, err := b.client.Auth().Status(ctx); err != nil || !status.Authorized {
			if _, err := b.client.Auth().Bot(ctx, b.opts.Telegram.Token.Reveal()); err != nil {
				return err
			}
		}
		self, err := b.client.Self(ctx)
		if err != nil {
			return err
		}
		var off error
		if _, on := self.GetBotInlinePlaceholder(); !on {
			off = errInlineOff
		}
		report("inline mode", off, "Send /setinline to @BotFather; without it @"+self.Username+" answers in no chat but its own.")
		for _, c := range b.deps.Channels.List() {
			admin, err := b.tg.isAdmin(ctx, c.ID, 0)
			if err == nil && !admin {
				err = errNoRights
			}
			report(fmt.Sprintf("admin of %q", clean(c.Title, 60)), err, "Make the bot an admin of that channel, or remove the channel with /channels.")
		}
		return nil
	})
}
