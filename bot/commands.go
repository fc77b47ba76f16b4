package bot

import (
	"context"
	"slices"
	"strings"

	"github.com/hbollon/go-edlib"

	"pavilion/bot/chat"
	"pavilion/bot/delivery"
	"pavilion/bot/telegram"
	"pavilion/internal/phrase"
)

// commandList is the bot's commands in the order of menus and help. Each has its phrases command.NAME and, where it takes arguments,
// usage.NAME in the catalogue.
func (b *Bot) commandList() []chat.Command {
	return []chat.Command{
		{Name: "start", Chats: true, Hidden: true, Handle: b.handleStart},
		{Name: "search", Chats: true, Latest: true, Handle: b.groups.HandleSearch(b.handleSearch())},
		{Name: "book", When: b.hasClub, Handle: b.Nets.HandleBook},
		{Name: "mybookings", When: b.hasClub, Handle: b.Nets.HandleMyBookings},
		{Name: "waitlist", When: b.hasClub, Handle: b.Nets.HandleWaitlist},
		{Name: "quota", Handle: b.access.HandleQuota},
		{Name: "link", Access: chat.Staff, Offered: b.mayMakeLinks, Handle: delivery.Links{Screens: b.delivery}.HandleLink},
		{Name: "links", Access: chat.Staff, Offered: b.mayMakeLinks, Handle: delivery.Links{Screens: b.delivery}.HandleLinks},
		{Name: "plans", Handle: b.members.plans.HandlePlans},
		{Name: "settings", Handle: b.Nets.HandleSettings},
		{Name: "mydata", Handle: b.personal.HandleMyData},
		{Name: "id", Chats: true, Handle: b.handleID},
		{Name: "paysupport", Handle: b.members.plans.HandlePaySupport},
		{Name: "terms", Handle: b.members.plans.HandleTerms},
		{Name: "help", Chats: true, Handle: b.handleHelp},
		{Name: "group", Chats: true, Place: chat.GroupAdmins, Handle: b.groups.HandleGroup},
		{Name: "filter", Chats: true, Place: chat.GroupAdmins, Handle: b.groups.HandleFilter},
		{Name: "filters", Chats: true, Place: chat.GroupAdmins, Handle: b.groups.HandleFilters},
		{Name: "connect", Chats: true, Place: chat.GroupAdmins, Handle: b.groups.HandleConnect},
		{Name: "connections", Place: chat.GroupAdmins, Handle: b.groups.HandleConnections},
		{Name: "disconnect", Place: chat.GroupAdmins, Handle: b.groups.HandleDisconnect},
		{Name: "today", When: b.hasClub, Access: chat.Staff, Offered: b.Nets.IsStaff, Handle: b.Nets.HandleToday},
		{Name: "block", When: b.hasClub, Access: chat.Staff, Offered: b.Nets.IsStaff, Handle: b.Nets.HandleBlock},
		{Name: "nets", Access: chat.Staff, Offered: b.Nets.MayManage, Handle: b.Nets.HandleNets},
		{Name: "refund", When: b.hasClub, Access: chat.Staff, Offered: b.Nets.IsStaff, Handle: b.Nets.HandleRefund},
		{Name: "audit", When: b.hasClub, Access: chat.Staff, Offered: b.Nets.IsStaff, Handle: b.Nets.HandleAudit},
		{Name: "channels", Access: chat.Admins, Handle: b.channels.HandleChannels},
		{Name: "index", Access: chat.Admins, Handle: b.channels.HandleIndex},
		{Name: "required", Access: chat.Admins, Handle: b.members.join.HandleRequired},
		{Name: "premium", Access: chat.Admins, Handle: b.members.plans.HandlePremium},
		{Name: "limits", Access: chat.Admins, Handle: b.access.HandleLimits},
		{Name: "ban", Access: chat.Admins, Handle: b.access.HandleBan},
		{Name: "unban", Access: chat.Admins, Handle: b.access.HandleUnban},
		{Name: "bans", Access: chat.Admins, Handle: b.access.HandleBans},
		{Name: "broadcast", Access: chat.Admins, Handle: b.broadcast.HandleBroadcast},
		{Name: "broadcasts", Access: chat.Admins, Handle: b.broadcast.HandleBroadcasts},
		{Name: "delivery", Access: chat.Admins, Handle: delivery.Settings{Screens: b.delivery}.HandleSettings},
		{Name: "clubfilter", Access: chat.Admins, Handle: b.groups.HandleClubFilter},
		{Name: "clubfilters", Access: chat.Admins, Handle: b.groups.HandleClubFilters},
		{Name: "stats", Access: chat.Admins, Handle: b.upkeep.HandleStats},
		{Name: "missed", Access: chat.Admins, Handle: b.upkeep.HandleMissed},
		{Name: "dbstats", Access: chat.Admins, Handle: b.upkeep.HandleDBStats},
		{Name: "users", Access: chat.Admins, Handle: b.upkeep.HandleUsers},
		{Name: "delete", Access: chat.Admins, Handle: b.upkeep.HandleDelete},
		{Name: "maintenance", Access: chat.Admins, Handle: b.upkeep.HandleMaintenance},
		{Name: "performance", Access: chat.Admins, Handle: b.upkeep.HandlePerformance},
		{Name: "cache", Access: chat.Admins, Handle: b.upkeep.HandleCache},
		{Name: "log", Access: chat.Admins, Handle: b.upkeep.HandleLog},
		{Name: "logchannel", Access: chat.Admins, Handle: b.upkeep.HandleLogChannel},
	}
}

// handleHelp lists the commands that the person can use.
func (b *Bot) handleHelp(ctx context.Context, e *telegram.Event) error {
	var listed []chat.Command
	for _, c := range b.commands {
		if !c.Hidden && b.mayUse(ctx, c, e.From.ID) && (c.When == nil || c.When(ctx)) {
			listed = append(listed, c)
		}
	}
	if e.Chat.Type == telegram.Private && b.hasOwnMenu(ctx, e.From.ID) {
		menus{b}.publishPersons(ctx, e.From.ID) // their role may have changed
	}
	text := helpText(b.chat.Texts.In(e), b.client.Username(), listed)
	_, err := b.client.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: text, ReplyTo: e.ReplyTarget()}, telegram.Cause{Event: e})
	return err
}

func helpText(in *phrase.Speaker, username string, commands []chat.Command) string {
	lines := []string{in.Say("help.intro", username), ""}
	for _, c := range commands {
		lines = append(lines, usage(in, c)+": "+in.Say("command."+c.Name))
	}
	return strings.Join(lines, "\n")
}

// mayUse tells whether a command is listed for a person; person 0 is anybody. The command's handler checks the right itself.
func (b *Bot) mayUse(ctx context.Context, c chat.Command, person int64) bool {
	if c.Offered != nil {
		return c.Offered(ctx, person)
	}
	return c.Access == chat.Everybody || b.chat.IsAdmin(person)
}

// mayMakeLinks tells whether a person may make links; person 0 is anybody.
func (b *Bot) mayMakeLinks(ctx context.Context, person int64) bool {
	return delivery.Links{Screens: b.delivery}.MayLink(ctx, person)
}

// hasOwnMenu tells whether a person may use a command that not everybody may use.
func (b *Bot) hasOwnMenu(ctx context.Context, person int64) bool {
	return slices.ContainsFunc(b.commands, func(c chat.Command) bool { return b.mayUse(ctx, c, person) && !b.mayUse(ctx, c, 0) })
}

func usage(in *phrase.Speaker, c chat.Command) string {
	if key := "usage." + c.Name; in.Knows(key) {
		return in.Say(key)
	}
	return "/" + c.Name
}

// handleUnknown answers a command that does not exist with the nearest one that does.
func (b *Bot) handleUnknown(ctx context.Context, e *telegram.Event) error {
	var names []string
	for _, c := range b.commands {
		if b.mayUse(ctx, c, e.From.ID) {
			names = append(names, c.Name)
		}
	}
	text := unknownText(b.chat.Texts.In(e), e.Command, names)
	_, err := b.client.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: text}, telegram.Cause{Event: e})
	return err
}

const maxCommand = 32 // characters, in Telegram

func unknownText(in *phrase.Speaker, word string, names []string) string {
	text := in.Say("help.unknown", telegram.CleanLine(word, maxCommand))
	if near := nearest(word, names); near != "" {
		text += " " + in.Say("help.suggest", near)
	}
	return text + " " + in.Say("help.otherwise")
}

// nearest is the name that a mistyped command may have meant: the first that begins with the word, else the one with the fewest typing errors,
// at most one for each three letters. It is empty where there is none.
func nearest(word string, names []string) string {
	if len(word) > maxCommand {
		return ""
	}
	best, fewest := "", max(1, len(word)/3)+1
	for _, name := range names {
		errors := edlib.OSADamerauLevenshteinDistance(word, name)
		if len(word) > 1 && strings.HasPrefix(name, word) {
			errors = 0
		}
		if errors < fewest {
			best, fewest = name, errors
		}
	}
	return best
}
