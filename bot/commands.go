package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gotd/td/tg"

	"pavilion/filter"
)

// commands are the bot's commands, in the order of menus and help.
func (b *Bot) commands() []route {
	return []route{
		{command: "start", handle: b.handleStart},
		{command: "search", usage: "/search title", about: "find files", handle: b.handleSearch},
		{command: "help", about: "what I can do", handle: b.handleHelp},
		{command: "group", usage: "/group on|off", about: "switch search in this group", handle: b.handleGroup},
		{command: "channels", admin: true, usage: "/channels add @name", about: "which channels are indexed", handle: b.handleChannels},
		{command: "index", admin: true, usage: "/index @name 1-500", about: "read a channel's past", handle: b.handleIndex},
		{command: "stats", admin: true, about: "files, people, backlog", handle: b.handleStats},
		{command: "dbstats", admin: true, about: "databases and their room", handle: b.handleDBStats},
	}
}

func (b *Bot) handleStart(ctx context.Context, e *Event) error {
	text := "🏏 Hi"
	if e.From.Name != "" {
		text += " " + clean(e.From.Name, 40)
	}
	text += "! I find the club's files.\n\nJust type what you remember of a name: inception 2010, dhoni 183, net session 12 june. Typos are fine."
	_, err := b.tg.sendText(ctx, e.Chat, Reply{Text: text, ReplyTo: b.quote(e)}, cause{e, 0})
	return err
}

func (b *Bot) handleHelp(ctx context.Context, e *Event) error {
	var t strings.Builder
	t.WriteString("Type words of a file's name; tap a result to get the file. The buttons below the results narrow them.\n")
	t.WriteString("In a group: /search words, or mention me. In any chat: @" + b.self.Load().Username + " words.\n")
	for _, r := range b.routes {
		if r.about == "" || r.admin && !b.isClubAdmin(e.From.ID) {
			continue
		}
		name := r.usage
		if name == "" {
			name = "/" + r.command
		}
		fmt.Fprintf(&t, "\n%s: %s", name, r.about)
	}
	_, err := b.tg.sendText(ctx, e.Chat, Reply{Text: t.String(), ReplyTo: b.quote(e)}, cause{e, 0})
	return err
}

// handleUnknown answers a command that does not exist with the nearest one that does.
func (b *Bot) handleUnknown(ctx context.Context, e *Event) error {
	text := "I don't know /" + clean(e.Command, 32) + "."
	names, err := filter.NewVocabulary()
	if err != nil {
		return err
	}
	for _, r := range b.routes {
		if !r.admin || b.isClubAdmin(e.From.ID) {
			names.Add(map[string]int{r.command: 1})
		}
	}
	if near := append(names.Similar(e.Command, 1), names.Prefixed(e.Command, 1)...); len(near) > 0 {
		text += " Did you mean /" + near[0].Text + "?"
	}
	_, err = b.tg.sendText(ctx, e.Chat, Reply{Text: text + " To search, just type what you are looking for; /help shows the rest."}, cause{e, 0})
	return err
}

// handleGroup switches search in a group; its own admins decide.
func (b *Bot) handleGroup(ctx context.Context, e *Event) error {
	if e.Chat.Type == Private {
		return errGroupOnly
	}
	admin, err := b.groupAdmin(ctx, e)
	if err != nil {
		return err
	}
	var text string
	switch on := strings.ToLower(e.Text); {
	case on != "on" && on != "off":
		text = "Type /group on or /group off."
	case !admin:
		text = "Only admins of this group can do that."
	default:
		if err := b.deps.Chats.SetGroupSearch(ctx, e.Chat.Key(), on == "on"); err != nil {
			return err
		}
		text = "Search in this group is " + on + "."
	}
	_, err = b.tg.sendText(ctx, e.Chat, Reply{Text: text, ReplyTo: e.MessageID}, cause{e, 0})
	return err
}

func (b *Bot) groupAdmin(ctx context.Context, e *Event) (bool, error) {
	if e.Chat.Type == Group {
		return b.tg.isGroupAdmin(ctx, e.Chat.ID, e.From.ID)
	}
	return b.tg.isAdmin(ctx, filterChannel(e.Chat), e.From.ID)
}

// publishCommands sets the menus: for everybody, for groups and their admins, and for each of the club's admins.
func (b *Bot) publishCommands(ctx context.Context) error {
	list := func(want func(route) bool) []tg.BotCommand {
		var out []tg.BotCommand
		for _, r := range b.routes {
			if r.about != "" && want(r) {
				out = append(out, tg.BotCommand{Command: r.command, Description: r.about})
			}
		}
		return out
	}
	errs := []error{
		b.tg.setCommands(ctx, &tg.BotCommandScopeDefault{}, list(func(r route) bool { return !r.admin && r.command != "group" })),
		b.tg.setCommands(ctx, &tg.BotCommandScopeChats{}, list(func(r route) bool { return !r.admin && r.command != "group" })),
		b.tg.setCommands(ctx, &tg.BotCommandScopeChatAdmins{}, list(func(r route) bool { return !r.admin })),
	}
	for _, id := range b.opts.Admins {
		if hash, known := b.state.hash(hashKey{"user", id}); known { // others get their menu at the next start after they wrote
			errs = append(errs, b.tg.setCommands(ctx, &tg.BotCommandScopePeer{Peer: &tg.InputPeerUser{UserID: id, AccessHash: hash}}, list(func(r route) bool { return r.command != "group" })))
		}
	}
	return errors.Join(errs...)
}
