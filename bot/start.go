package bot

import (
	"context"
	"strconv"

	"pavilion/bot/channels"
	"pavilion/bot/chat"
	"pavilion/bot/delivery"
	"pavilion/bot/groups"
	"pavilion/bot/nets"
	"pavilion/bot/search"
	"pavilion/bot/telegram"
	"pavilion/filter/access"
	"pavilion/internal/phrase"
)

// startBook is the payload of /start that begins a booking.
const startBook = "book"

// letterStart is the letter of the buttons of /start that do not belong to a feature. The other constants are their payloads.
const (
	letterStart   = 's'
	payloadHome   = "home"
	payloadSearch = "search"
)

// handleStart answers /start, which also comes with a payload from links t.me/bot?start=payload.
func (b *Bot) handleStart(ctx context.Context, e *telegram.Event) error {
	if e.Chat.Type == telegram.Private && b.hasOwnMenu(ctx, e.From.ID) {
		menus{b}.publishPersons(ctx, e.From.ID) // Telegram allows it only once they wrote
	}
	if e.Text == startBook {
		return b.Nets.HandleBook(ctx, e)
	}
	if query, ok := search.ParseStart(e.Text); ok {
		return b.access.Guard(access.Search, func(ctx context.Context, e *telegram.Event) error { return b.search.Search(ctx, e, query) })(ctx, e)
	}
	if group, ok := groups.ParseStart(e.Text); ok && e.Chat.Type == telegram.Private {
		return b.groups.Connect(ctx, e, group)
	}
	if tap, ok := delivery.ParseStart(e.Text); ok && e.Chat.Type == telegram.Private {
		return b.delivery.Start(ctx, e, tap)
	}
	if delivery.IsLink(e.Text) {
		return b.access.Guard(access.Search, delivery.Links{Screens: b.delivery}.OpenLink)(ctx, e)
	}
	in := b.chat.Texts.In(e)
	reply := b.home(ctx, e).draw(in)
	if e.Text == search.StartInline {
		reply.Text += "\n\n" + in.Say("start.inline", b.client.Username())
	}
	reply.ReplyTo = e.ReplyTarget()
	_, err := b.client.Messenger.SendText(ctx, e.Chat, reply, telegram.Cause{Event: e})
	return err
}

// home is the screen of /start.
type home struct {
	person    telegram.Person
	isPrivate bool
	isAdmin   bool // the person is in PAVILION_ADMINS
	hasAdmins bool // PAVILION_ADMINS is not empty
	hasClub   bool
	page      string // URL of the Mini App
	booking   nets.Entrance
}

func (b *Bot) home(ctx context.Context, e *telegram.Event) home {
	h := home{
		person: e.From, isPrivate: e.Chat.Type == telegram.Private, isAdmin: b.chat.IsAdmin(e.From.ID), hasAdmins: len(b.opts.Admins) > 0,
		page: b.opts.MiniApp,
	}
	has, err := b.readClubs(ctx)
	h.hasClub = has
	if err == nil && h.isPrivate { // without Postgres the buttons of booking are left out
		h.booking = b.Nets.Entrance(ctx, e, has)
	}
	return h
}

// draw writes a greeting and the purpose of the bot, with buttons to its features.
func (h home) draw(in *phrase.Speaker) telegram.Reply {
	hello, what := in.Say("start.hello"), in.Say("start.files")
	if name := telegram.CleanLine(h.person.Name, 40); name != "" {
		hello = in.Say("start.hello_name", name)
	}
	if h.hasClub {
		what = in.Say("start.files_and_nets")
	}
	text := hello + " " + what + "\n\n"
	switch {
	case h.booking.HasDraft:
		text += in.Say("start.go_on")
	case h.booking.MaySetUp:
		text += in.Say("start.no_club")
	case h.isAdmin:
		text += in.Say("start.admin")
	case !h.hasAdmins && h.isPrivate:
		text += in.Say("start.no_admin", strconv.FormatInt(h.person.ID, 10))
	default:
		text += in.Say("start.how")
	}
	if !h.isPrivate {
		return telegram.Reply{Text: text}
	}
	rows := h.booking.Buttons(in, h.person.ID)
	if h.page != "" && h.hasClub {
		rows = append([][]telegram.Button{{{Text: in.Say("start.page_button"), App: h.page}}}, rows...)
	}
	find, _ := chat.Data{Letter: letterStart, Owner: h.person.ID, Payload: payloadSearch}.Button(in.Say("start.search_button"))
	last := []telegram.Button{find}
	if h.isAdmin {
		last = append(last, channels.ListButton(in.Say("start.channels_button"), h.person.ID))
	}
	return telegram.Reply{Text: text, Keyboard: append(rows, last)}
}

func (b *Bot) startTaps() map[byte]chat.ButtonHandler {
	return map[byte]chat.ButtonHandler{letterStart: b.tapStart}
}

// tapStart edits the message of /start: it shows the help about searching, or the first screen again.
func (b *Bot) tapStart(ctx context.Context, e *telegram.Event, d chat.Data) error {
	in := b.chat.Texts.In(e)
	var shown telegram.Reply
	switch d.Payload {
	case payloadHome:
		shown = b.home(ctx, e).draw(in)
	case payloadSearch:
		shown = searchHelp(in, e.From.ID)
	default:
		return chat.ErrButton
	}
	if err := b.client.Messenger.EditText(ctx, e.Chat, e.MessageID, shown); err != nil {
		return err
	}
	return b.client.Messenger.AnswerTap(ctx, e, "", false)
}

func searchHelp(in *phrase.Speaker, owner int64) telegram.Reply {
	back, _ := chat.Data{Letter: letterStart, Owner: owner, Payload: payloadHome}.Button(in.Say("book.back"))
	return telegram.Reply{Text: in.Say("start.search"), Keyboard: [][]telegram.Button{{back}}}
}

// handleID answers /id with the person's Telegram id. PAVILION_ADMINS and roles need it.
func (b *Bot) handleID(ctx context.Context, e *telegram.Event) error {
	text := b.chat.Texts.In(e).Say("start.id", strconv.FormatInt(e.From.ID, 10))
	_, err := b.client.Messenger.SendText(ctx, e.Chat, telegram.Reply{Text: text, ReplyTo: e.ReplyTarget()}, telegram.Cause{Event: e})
	return err
}
