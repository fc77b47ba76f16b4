package telegram

import (
	"context"

	"github.com/gotd/td/tg"
)

// MenuScope says for whom a command menu is.
type MenuScope struct {
	kind   menuKind
	person int64
}

type menuKind uint8

const (
	everybody menuKind = iota
	groups
	groupAdmins
	onePerson
)

// EverybodysMenu is the menu of private chats without one of their own.
func EverybodysMenu() MenuScope { return MenuScope{kind: everybody} }

// GroupsMenu is the menu in groups.
func GroupsMenu() MenuScope { return MenuScope{kind: groups} }

// GroupAdminsMenu is the menu of groups' admins.
func GroupAdminsMenu() MenuScope { return MenuScope{kind: groupAdmins} }

// PersonsMenu is the menu in the private chat with one person.
func PersonsMenu(person int64) MenuScope { return MenuScope{kind: onePerson, person: person} }

// MenuEntry is one command of a menu.
type MenuEntry struct{ Command, About string }

// SetMenu publishes a menu for one language, or for all that have none of their own where language is empty. It does nothing for a person whom
// the bot does not know: Telegram allows it only after they wrote. An empty menu gives way to the next wider scope's.
func (p Profile) SetMenu(ctx context.Context, scope MenuScope, language string, entries []MenuEntry) error {
	var s tg.BotCommandScopeClass = &tg.BotCommandScopeDefault{}
	switch scope.kind {
	case groups:
		s = &tg.BotCommandScopeChats{}
	case groupAdmins:
		s = &tg.BotCommandScopeChatAdmins{}
	case onePerson:
		hash, known := p.m.hash(hashKey{"user", scope.person})
		if !known {
			return nil
		}
		s = &tg.BotCommandScopePeer{Peer: &tg.InputPeerUser{UserID: scope.person, AccessHash: hash}}
	case everybody:
	}
	var commands []tg.BotCommand
	for _, e := range entries {
		commands = append(commands, tg.BotCommand{Command: e.Command, Description: e.About})
	}
	if len(commands) == 0 {
		return p.m.queue.do(ctx, call{lane: LaneBulk, method: "bots.resetBotCommands", invoke: func(ctx context.Context) error {
			_, err := p.m.api.BotsResetBotCommands(ctx, &tg.BotsResetBotCommandsRequest{Scope: s, LangCode: language})
			return err
		}})
	}
	return p.m.queue.do(ctx, call{lane: LaneBulk, method: "bots.setBotCommands", invoke: func(ctx context.Context) error {
		_, err := p.m.api.BotsSetBotCommands(ctx, &tg.BotsSetBotCommandsRequest{Scope: s, LangCode: language, Commands: commands})
		return err
	}})
}
