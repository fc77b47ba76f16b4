// Write access: a person lets a bot write first, as clients ask for a bot's Mini App.

package world

import (
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

func (w *World) routeWriteAccess(d *tg.ServerDispatcher) {
	d.OnBotsAllowSendMessage(on(w, (*call).allowSendMessage))
	d.OnBotsCanSendMessage(on(w, (*call).canSendMessage))
}

// allowSendMessage opens the caller's chat with a bot by a service message, which the bot receives.
func (c *call) allowSendMessage(in tg.InputUserClass) (tg.UpdatesClass, error) {
	bot, err := c.user(in)
	if err != nil || bot.Bot == nil {
		return nil, tgerr.New(400, "BOT_INVALID")
	}
	c.announce(UserPeer(bot.ID), false, &tg.MessageActionBotAllowed{FromRequest: true})
	return c.answer(), nil
}

// canSendMessage reports whether a bot may write to the caller.
func (c *call) canSendMessage(in tg.InputUserClass) (bool, error) {
	bot, err := c.user(in)
	if err != nil || bot.Bot == nil {
		return false, tgerr.New(400, "BOT_INVALID")
	}
	return !c.me.Blocked[bot.ID] && bot.Dialogs[UserPeer(c.me.ID)] != nil, nil
}
