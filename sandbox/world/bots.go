// Bot profiles: command menus by scope and language, and the start of a bot.

package world

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

const (
	maxCommands    = 100
	maxDescription = 256
)

var (
	commandName   = regexp.MustCompile(`^[a-z0-9_]{1,32}$`)
	startParamRun = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
)

func startParam(s string) bool { return startParamRun.MatchString(s) }

func (w *World) routeBots(d *tg.ServerDispatcher) {
	d.OnBotsSetBotCommands(on(w, (*call).setCommands))
	d.OnBotsResetBotCommands(on(w, (*call).resetCommands))
	d.OnBotsGetBotCommands(on(w, (*call).getCommands))
	d.OnBotsSetBotMenuButton(on(w, (*call).setMenuButton))
	d.OnBotsGetBotMenuButton(on(w, (*call).getMenuButton))
	d.OnBotsSetBotInfo(on(w, (*call).setBotInfo))
	d.OnBotsGetBotInfo(on(w, (*call).getBotInfo))
	d.OnMessagesStartBot(on(w, (*call).startBot))
}

// The scopes without a chat. The key of the others has the chat.
const (
	scopeDefault = "default"
	scopeUsers   = "users"
	scopeChats   = "chats"
	scopeAdmins  = "admins"
)

func scopePeer(p Peer) string              { return fmt.Sprintf("peer %d %d", p.Kind, p.ID) }
func scopePeerAdmins(p Peer) string        { return fmt.Sprintf("peer admins %d %d", p.Kind, p.ID) }
func scopePeerUser(p Peer, u int64) string { return fmt.Sprintf("peer user %d %d %d", p.Kind, p.ID, u) }

// scope returns the key of a scope's commands.
func (c *call) scope(in tg.BotCommandScopeClass, lang string) (string, error) {
	key := scopeDefault
	switch in := in.(type) {
	case *tg.BotCommandScopeDefault:
	case *tg.BotCommandScopeUsers:
		key = scopeUsers
	case *tg.BotCommandScopeChats:
		key = scopeChats
	case *tg.BotCommandScopeChatAdmins:
		key = scopeAdmins
	case *tg.BotCommandScopePeer:
		p, err := c.peer(in.Peer)
		if err != nil {
			return "", err
		}
		key = scopePeer(p)
	case *tg.BotCommandScopePeerAdmins:
		p, err := c.peer(in.Peer)
		if err != nil {
			return "", err
		}
		key = scopePeerAdmins(p)
	case *tg.BotCommandScopePeerUser:
		p, err := c.peer(in.Peer)
		if err != nil {
			return "", err
		}
		a, err := c.user(in.UserID)
		if err != nil {
			return "", err
		}
		key = scopePeerUser(p, a.ID)
	}
	if lang != "" && len(lang) != 2 {
		return "", tgerr.New(400, "LANG_CODE_INVALID")
	}
	return key + "|" + lang, nil
}

func (c *call) setCommands(r *tg.BotsSetBotCommandsRequest) (bool, error) {
	key, err := c.scope(r.Scope, r.LangCode)
	if err != nil {
		return false, err
	}
	if len(r.Commands) > maxCommands {
		return false, tgerr.New(400, "BOT_COMMANDS_TOO_MUCH")
	}
	for _, command := range r.Commands {
		n := utf8.RuneCountInString(command.Description)
		switch {
		case !commandName.MatchString(command.Command):
			return false, tgerr.New(400, "BOT_COMMAND_INVALID")
		case n == 0 || n > maxDescription:
			return false, tgerr.New(400, "BOT_COMMAND_DESCRIPTION_INVALID")
		}
	}
	c.me.Bot.Commands[key] = slices.Clone(r.Commands)
	return true, nil
}

func (c *call) resetCommands(r *tg.BotsResetBotCommandsRequest) (bool, error) {
	key, err := c.scope(r.Scope, r.LangCode)
	if err != nil {
		return false, err
	}
	delete(c.me.Bot.Commands, key)
	return true, nil
}

func (c *call) getCommands(r *tg.BotsGetBotCommandsRequest) ([]tg.BotCommand, error) {
	key, err := c.scope(r.Scope, r.LangCode)
	if err != nil {
		return nil, err
	}
	return slices.Clone(c.me.Bot.Commands[key]), nil
}

// menu returns the command menu of a person in a chat with a bot: the commands of the narrowest scope that has any, preferably in the person's language.
func (w *World) menu(bot *account, chat Peer, viewer *account) []tg.BotCommand {
	scopes := []string{scopePeer(chat), scopeUsers, scopeDefault}
	if chat.Kind != PeerUser {
		var m *member
		if chat.Kind == PeerGroup {
			m = w.Groups[chat.ID].Members[viewer.ID]
		} else {
			m = w.Channels[chat.ID].Members[viewer.ID]
		}
		scopes = []string{scopePeerUser(chat, viewer.ID)}
		if m.admin() {
			scopes = append(scopes, scopePeerAdmins(chat))
		}
		scopes = append(scopes, scopePeer(chat))
		if m.admin() {
			scopes = append(scopes, scopeAdmins)
		}
		scopes = append(scopes, scopeChats, scopeDefault)
	}
	for _, scope := range scopes {
		for _, lang := range []string{viewer.Lang, ""} {
			if list := bot.Bot.Commands[scope+"|"+lang]; len(list) > 0 {
				return slices.Clone(list)
			}
		}
	}
	return nil
}

func (w *World) botInfo(bot *account, chat Peer, viewer *account) tg.BotInfo {
	info := tg.BotInfo{}
	info.SetUserID(bot.ID)
	if text := bot.Bot.profile(viewer.Lang).Description; text != "" {
		info.SetDescription(text)
	}
	if list := w.menu(bot, chat, viewer); list != nil {
		info.SetCommands(list)
	}
	info.SetMenuButton(bot.Bot.menuButton(viewer.ID))
	return info
}

// Menu returns the command menu of a person in a chat with a bot. For the private chat, pass the person as the chat.
func (w *World) Menu(botID int64, chat Peer, viewerID int64) []tg.BotCommand {
	w.mu.Lock()
	defer w.mu.Unlock()
	bot, viewer := w.Accounts[botID], w.Accounts[viewerID]
	if bot == nil || bot.Bot == nil || viewer == nil || !w.exists(chat) {
		return nil
	}
	return w.menu(bot, chat, viewer)
}

// startBot follows a deep link: it sends "/start payload" to the bot, after adding the bot to the group if the link is for one.
func (c *call) startBot(r *tg.MessagesStartBotRequest) (tg.UpdatesClass, error) {
	bot, err := c.user(r.Bot)
	switch {
	case err != nil || bot.Bot == nil:
		return nil, tgerr.New(400, "BOT_INVALID")
	case r.StartParam != "" && !startParam(r.StartParam):
		return nil, tgerr.New(400, "START_PARAM_INVALID")
	}
	p, err := c.peer(r.Peer)
	if err != nil {
		return nil, err
	}
	text := "/start"
	switch {
	case p.Kind == PeerUser && p.ID != bot.ID:
		return nil, tgerr.New(400, "PEER_ID_INVALID")
	case p.Kind == PeerGroup:
		text += "@" + bot.Username
		if g := c.Groups[p.ID]; !g.Members[bot.ID].in() {
			c.addToGroup(g, bot, c.me)
		}
	case p.Kind == PeerChannel:
		text += "@" + bot.Username
		if ch := c.Channels[p.ID]; !ch.Broadcast && !ch.Members[bot.ID].in() {
			c.enter(ch, bot, c.me)
		}
	}
	m, err := c.draft(r.Peer, nil, r.RandomID)
	if err != nil {
		return nil, err
	}
	if r.StartParam != "" {
		text += " " + r.StartParam
	}
	if m.Text, m.Entities, err = c.text(text, nil, maxText, "MESSAGE_TOO_LONG"); err != nil {
		return nil, err
	}
	c.post(m, r.RandomID)
	return c.answer(), nil
}
