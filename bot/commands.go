package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/gotd/td/tg"

	"pavilion/filter"
)

// commands are the bot's commands, in the order of menus and help.
func (b *Bot) commands() []route {
	return []route{
		{command: "start", handle: b.handleStart},
		{command: "search", usage: "/search title", about: "find files", handle: b.handleSearch},
		{command: "book", booking: true, about: "book a net", handle: b.handleBook},
		{command: "mybookings", booking: true, about: "what you have booked: move, cancel, check in", handle: b.handleMine},
		{command: "waitlist", booking: true, about: "what you wait for", handle: b.handleWaitlist},
		{command: "settings", booking: true, about: "how I tell you of your bookings, and when not", handle: b.handleSettings},
		{command: "help", about: "what I can do", handle: b.handleHelp},
		{command: "group", usage: "/group on|off", about: "switch search in this group", handle: b.handleGroup},
		{command: "today", booking: true, staff: true, about: "the day sheet: check in, take money", handle: b.handleToday},
		{command: "block", booking: true, staff: true, about: "keep a net for the club", handle: b.handleBlock},
		{command: "nets", booking: true, staff: true, about: "hours, prices and closures", handle: b.handleNets},
		{command: "refund", booking: true, staff: true, usage: "/refund 12", about: "give money back for a booking", handle: b.handleRefund},
		{command: "audit", booking: true, staff: true, usage: "/audit or /audit 12", about: "who did what", handle: b.handleAudit},
		{command: "channels", admin: true, usage: "/channels add @name", about: "which channels are indexed", handle: b.handleChannels},
		{command: "index", admin: true, usage: "/index @name 1-500", about: "read a channel's past", handle: b.handleIndex},
		{command: "stats", admin: true, about: "files, people, backlog", handle: b.handleStats},
		{command: "dbstats", admin: true, about: "databases and their room", handle: b.handleDBStats},
	}
}

func (b *Bot) handleHelp(ctx context.Context, e *Event) error {
	var t strings.Builder
	t.WriteString("Type words of a file's name; tap a result to get the file. The buttons below the results narrow them.\n")
	t.WriteString("In a group: /search words, or mention me. In any chat: @" + b.self.Load().Username + " words.\n")
	booking := b.clubExists(ctx)
	for _, r := range b.routes {
		if r.about == "" || (r.admin || r.staff) && !b.isClubAdmin(e.From.ID) || r.booking && !booking {
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
		if !r.admin && !r.staff || b.isClubAdmin(e.From.ID) {
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
	b.lookForClub(ctx)
	errs := []error{
		b.tg.setCommands(ctx, &tg.BotCommandScopeDefault{}, b.menu(func(r route) bool { return !r.admin && !r.staff && r.command != "group" })),
		b.tg.setCommands(ctx, &tg.BotCommandScopeChats{}, b.menu(func(r route) bool { return !r.admin && !r.staff && r.command != "group" })),
		b.tg.setCommands(ctx, &tg.BotCommandScopeChatAdmins{}, b.menu(func(r route) bool { return !r.admin && !r.staff })),
	}
	for _, id := range b.opts.Admins {
		errs = append(errs, b.setAdminMenu(ctx, id))
	}
	return errors.Join(errs...)
}

// clubExists tells whether there is a club to book in, also one that is too new for the menus.
func (b *Bot) clubExists(ctx context.Context) bool {
	if b.hasClub.Load() {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, screenCall)
	defer cancel()
	clubs, err := b.deps.Booking.Clubs(ctx)
	return err == nil && len(clubs) > 0
}

// lookForClub finds out whether there is a club; true when the first one has just come.
func (b *Bot) lookForClub(ctx context.Context) bool {
	return b.clubExists(ctx) && !b.hasClub.Swap(true)
}

// refreshMenus puts the booking commands into the menus when the first club has come.
func (b *Bot) refreshMenus(ctx context.Context) {
	if b.hasClub.Load() || !b.lookForClub(ctx) {
		return
	}
	if err := b.publishCommands(ctx); err != nil && ctx.Err() == nil {
		b.hasClub.Store(false) // and again at the next look
		b.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "command menus are not up to date", slog.Any("error", err))
	}
}

// setAdminMenu gives one of the club's admins their own menu. Telegram lets a bot do that only once they wrote to it.
func (b *Bot) setAdminMenu(ctx context.Context, id int64) error {
	hash, known := b.state.hash(hashKey{"user", id})
	if !known {
		return nil
	}
	return b.tg.setCommands(ctx, &tg.BotCommandScopePeer{Peer: &tg.InputPeerUser{UserID: id, AccessHash: hash}}, b.menu(func(r route) bool { return r.command != "group" }))
}

func (b *Bot) publishAdminMenu(ctx context.Context, id int64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWordWithin)
	defer cancel()
	if err := b.setAdminMenu(ctx, id); err != nil {
		b.opts.Logger.LogAttrs(ctx, slog.LevelWarn, "an admin's command menu is not up to date", slog.Any("error", err))
	}
}

func (b *Bot) menu(want func(route) bool) []tg.BotCommand {
	var out []tg.BotCommand
	for _, r := range b.routes {
		if r.about != "" && want(r) && (!r.booking || b.hasClub.Load()) {
			out = append(out, tg.BotCommand{Command: r.command, Description: r.about})
		}
	}
	return out
}
