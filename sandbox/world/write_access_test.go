package world_test

import (
	"testing"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

// A bot may write first to a person who allowed it, and to nobody else.
func TestWriteAccess_LetsABotWriteFirst(t *testing.T) {
	c := newCounter(t, world.Options{})
	ben := c.user("ben")
	bot := c.inUser(ben, c.bot.id)
	if must[bool](t)(ben.api.BotsCanSendMessage(c.ctx, bot)) {
		t.Error("a bot may write to a stranger")
	}
	c.bot.updates()
	must[tg.UpdatesClass](t)(ben.api.BotsAllowSendMessage(c.ctx, bot))
	if !must[bool](t)(ben.api.BotsCanSendMessage(c.ctx, bot)) {
		t.Error("the bot may not write")
	}
	ben.updates()
	c.text(c.bot, c.to(c.bot, ben.id), "hello")
	if got := messagesIn(ben.updates()); len(got) != 1 || got[0].Message != "hello" {
		t.Errorf("ben reads %+v", got)
	}
	_, err := ben.api.BotsAllowSendMessage(c.ctx, c.inUser(ben, c.ann.id))
	wantError(t, err, "BOT_INVALID")
	_, err = c.bot.api.BotsAllowSendMessage(c.ctx, &tg.InputUserSelf{})
	wantError(t, err, "BOT_METHOD_INVALID")
}
