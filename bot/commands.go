package bot

import (
	"context"
	"strings"

	"github.com/agnivade/levenshtein"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/phrase"
)

// commandList is the bot's commands in the order of menus and help. Each has its phrases command.NAME and, where it takes arguments,
// usage.NAME in the catalogue.
func (b *Bot) commandList() []chat.Command {
	return []chat.Command{
		{Name: "start", Hidden: true, Handle: b.handleStart},
		{Name: "search", Handle: b.search.Handle},
		{Name: "book", When: b.hasClub, Handle: b.Nets.HandleBook},
		{Name: "mybookings", When: b.hasClub, Handle: b.Nets.HandleMine},
		{Name: "waitlist", When: b.hasClub, Handle: b.Nets.HandleWaitlist},
		{Name: "settings", Handle: b.Nets.HandleSettings},
		{Name: "help", Handle: b.handleHelp},
		{Name: "group", Place: chat.GroupsOnly, Handle: b.search.HandleGroup},
		{Name: "today", When: b.hasClub, Access: chat.Staff, Handle: b.Nets.HandleToday},
		{Name: "block", When: b.hasClub, Access: chat.Staff, Handle: b.Nets.HandleBlock},
		{Name: "nets", When: b.hasClub, Access: chat.Staff, Handle: b.Nets.HandleNets},
		{Name: "refund", When: b.hasClub, Access: chat.Staff, Handle: b.Nets.HandleRefund},
		{Name: "audit", When: b.hasClub, Access: chat.Staff, Handle: b.Nets.HandleAudit},
		{Name: "channels", Access: chat.Admins, Handle: b.channels.HandleChannels},
		{Name: "index", Access: chat.Admins, Handle: b.channels.HandleIndex},
		{Name: "stats", Access: chat.Admins, Handle: b.channels.HandleStats},
		{Name: "dbstats", Access: chat.Admins, Handle: b.channels.HandleDBStats},
	}
}

// handleHelp lists the commands that the person can use.
func (b *Bot) handleHelp(ctx context.Context, e *telegram.Event) error {
	in := b.chat.Texts.In(e)
	var lines []string
	for _, c := range b.commands {
		if !c.Hidden && b.mayUse(c, e.From.ID) && (c.When == nil || c.When(ctx)) {
			lines = append(lines, usage(in, c)+": "+in.Say("command."+c.Name))
		}
	}
	text := in.Say("help.intro", b.client.Username()) + "\n\n" + strings.Join(lines, "\n")
	_, err := b.client.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: text, ReplyTo: e.ReplyTarget()}, telegram.Cause{Event: e})
	return err
}

// mayUse tells whether a command is listed for a person. Who is staff is decided by its handler; the club's admins see those commands.
func (b *Bot) mayUse(c chat.Command, person int64) bool {
	return c.Access == chat.Everybody || b.chat.IsAdmin(person)
}

func usage(in *phrase.Speaker, c chat.Command) string {
	if key := "usage." + c.Name; in.Knows(key) {
		return in.Say(key)
	}
	return "/" + c.Name
}

// handleUnknown answers a command that does not exist with the nearest one that does.
func (b *Bot) handleUnknown(ctx context.Context, e *telegram.Event) error {
	in := b.chat.Texts.In(e)
	text := in.Say("help.unknown", telegram.CleanLine(e.Command, 32))
	if near := b.nearest(e.Command, e.From.ID); near != "" {
		text += " " + in.Say("help.suggest", near)
	}
	_, err := b.client.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: text + " " + in.Say("help.otherwise")}, telegram.Cause{Event: e})
	return err
}

const maxCommand = 32 // characters, in Telegram

// nearest is the command that a person may have meant: one that begins with the word, or the one with the fewest typing errors, at most a third
// of the word. It is empty where there is none.
func (b *Bot) nearest(word string, person int64) string {
	if len(word) > maxCommand {
		return ""
	}
	best, errors := "", max(1, len(word)/3)+1
	for _, c := range b.commands {
		if !b.mayUse(c, person) || c.Name == "start" {
			continue
		}
		n := levenshtein.ComputeDistance(word, c.Name)
		if len(word) > 1 && strings.HasPrefix(c.Name, word) {
			n = 0
		}
		if n < errors {
			best, errors = c.Name, n
		}
	}
	return best
}
