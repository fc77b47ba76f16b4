package delivery

import (
	"context"
	"strings"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
	"pavilion/internal/phrase"
)

// The fields of the settings' buttons, after the channel: 0 for all channels.
const (
	fieldShow     = "v"
	fieldProtect  = "p"
	fieldDelete   = "d" // minutes
	fieldCaption  = "c" // asks for a template
	fieldNone     = "n" // takes the template away
	fieldLinks    = "l" // who may make links
	fieldFiles    = "f" // how many files at once
	fieldChannels = "h" // lists the channels
	fieldOldLinks = "o" // whether links of the bot before this one are valid
)

// Settings are the screens of the settings of deliveries.
type Settings struct{ *Screens }

const maxChannelButtons = 40

// HandleSettings answers /delivery with the settings of deliveries, for the club's admins.
func (s Settings) HandleSettings(ctx context.Context, e *telegram.Event) error {
	set, _, err := s.Set.Read(ctx)
	if err != nil {
		return err
	}
	return s.reply(ctx, e, s.settingsView(s.Texts.In(e), set, 0, e.From.ID))
}

// tapSettings shows or changes settings. The payload is a field, the channel, the version that the button was drawn from, and a value.
func (s Settings) tapSettings(ctx context.Context, e *telegram.Event, f *chat.Fields) error {
	if !s.IsAdmin(e.From.ID) {
		return chat.ErrAdminsOnly
	}
	field, channel, value := f.Next(), filter.ChannelID(f.NumberUpTo(1<<40)), f.NumberUpTo(1<<31)
	if !f.Done() {
		return chat.ErrButton
	}
	set, version, err := s.Set.Read(ctx)
	if err != nil {
		return err
	}
	in, own := s.Texts.In(e), set.General
	if channel != 0 {
		own = set.Channel(channel)
	}
	switch field {
	case fieldShow:
		return s.show(ctx, e, s.settingsView(in, set, channel, e.From.ID))
	case fieldChannels:
		return s.show(ctx, e, s.channelsView(in, e.From.ID))
	case fieldCaption:
		s.Questions.Ask(ctx, e.Chat.ID, chat.Data{Letter: letter, Owner: e.From.ID, Payload: payloadOf(verbCaption, int64(channel))})
		return s.show(ctx, e, telegram.Reply{Text: in.Say("delivery.ask_caption"), Keyboard: [][]telegram.Button{{settingButton(in.Say("book.back"), e.From.ID, fieldShow, channel, 0)}}})
	case fieldProtect:
		own.Protect = value == 1
	case fieldDelete:
		own.DeleteMinutes = int(value)
	case fieldNone:
		own.Caption = ""
	case fieldOldLinks:
		own.OldLinks = value == 1 && channel != 0
	case fieldLinks:
		set.AllMakeLinks = value == 1
	case fieldFiles:
		set.MostFiles = int(value)
	default:
		return chat.ErrButton
	}
	if set, err = s.change(ctx, e, set, version, channel, own); err != nil {
		return err
	}
	return s.show(ctx, e, s.settingsView(in, set, channel, e.From.ID))
}

// change stores settings with those of a channel, or of all channels if it is 0.
func (s Settings) change(ctx context.Context, e *telegram.Event, set delivery.Settings, version int64, channel filter.ChannelID, own delivery.ChannelSettings) (delivery.Settings, error) {
	if channel == 0 {
		set.General = own
	} else {
		set = set.WithChannel(channel, own)
	}
	return set, s.Set.Change(ctx, version, e.From.ID, set)
}

// takeCaption takes a typed caption template.
func (s Settings) takeCaption(ctx context.Context, e *telegram.Event, f *chat.Fields) error {
	channel := filter.ChannelID(f.NumberUpTo(1 << 40))
	if !f.Done() || !s.IsAdmin(e.From.ID) {
		return chat.ErrAdminsOnly
	}
	set, version, err := s.Set.Read(ctx)
	if err != nil {
		return err
	}
	own := set.General
	if channel != 0 {
		own = set.Channel(channel)
	}
	own.Caption = e.Text
	if set, err = s.change(ctx, e, set, version, channel, own); err != nil {
		return err
	}
	s.Questions.Withdraw(ctx, e.Chat.ID)
	return s.reply(ctx, e, s.settingsView(s.Texts.In(e), set, channel, e.From.ID))
}

func settingButton(text string, owner int64, field string, channel filter.ChannelID, value int64) telegram.Button {
	return button(text, owner, verbSettings+":"+payloadOf(field, int64(channel), value))
}

// settingsView shows the settings of a channel, or of all channels if it is 0.
func (s Settings) settingsView(in *phrase.Speaker, set delivery.Settings, channel filter.ChannelID, owner int64) telegram.Reply {
	own, title := set.General, in.Say("delivery.settings_all")
	if channel != 0 {
		own, title = set.Channel(channel), ""
		if ch, err := s.Channels.Get(channel); err == nil {
			title = telegram.CleanLine(ch.Title, maxFieldRunes)
		}
	}
	lines := []string{"📦 " + title, in.Say("delivery.settings_how")}
	if own.Caption != "" {
		lines = append(lines, in.Say("delivery.caption_is", own.Caption))
	}
	on := func(text string, field string, value bool) telegram.Button {
		return settingButton(marked(text, value), owner, field, channel, toggled(value))
	}
	var deletes []telegram.Button
	for _, minutes := range []int{0, 10, 60, 24 * 60} {
		label := in.Say("delivery.never")
		if minutes > 0 {
			label = "🗑 " + duration(in, time.Duration(minutes)*time.Minute)
		}
		deletes = append(deletes, settingButton(marked(label, minutes == own.DeleteMinutes), owner, fieldDelete, channel, int64(minutes)))
	}
	caption := []telegram.Button{settingButton(in.Say("delivery.set_caption"), owner, fieldCaption, channel, 0)}
	if own.Caption != "" {
		caption = append(caption, settingButton(in.Say("delivery.no_caption"), owner, fieldNone, channel, 0))
	}
	rows := [][]telegram.Button{{on(in.Say("delivery.protected"), fieldProtect, own.Protect)}, deletes, caption}
	if channel != 0 {
		lines = append(lines, in.Say("delivery.old_links_how"))
		rows = append(rows, []telegram.Button{on(in.Say("delivery.old_links"), fieldOldLinks, own.OldLinks)},
			[]telegram.Button{settingButton(in.Say("book.back"), owner, fieldChannels, 0, 0)})
		return telegram.Reply{Text: strings.Join(lines, "\n"), Bold: len(lines[0]), Keyboard: rows}
	}
	var files []telegram.Button
	for _, n := range []int{20, 50, 200, delivery.MostFiles} {
		files = append(files, settingButton(marked(in.Say("delivery.files", n), n == set.MostFiles), owner, fieldFiles, 0, int64(n)))
	}
	rows = append(rows, files, []telegram.Button{on(in.Say("delivery.all_make_links"), fieldLinks, set.AllMakeLinks)},
		[]telegram.Button{settingButton(in.Say("delivery.channels"), owner, fieldChannels, 0, 0)})
	return telegram.Reply{Text: strings.Join(lines, "\n"), Bold: len(lines[0]), Keyboard: rows}
}

// channelsView lists the channels, each with a button to its settings.
func (s Settings) channelsView(in *phrase.Speaker, owner int64) telegram.Reply {
	reply := telegram.Reply{Text: in.Say("delivery.pick_channel")}
	list := s.Channels.List()
	for _, ch := range list[:min(len(list), maxChannelButtons)] {
		reply.Keyboard = append(reply.Keyboard, []telegram.Button{settingButton(telegram.CleanLine(ch.Title, 40), owner, fieldShow, ch.ID, 0)})
	}
	reply.Keyboard = append(reply.Keyboard, []telegram.Button{settingButton(in.Say("book.back"), owner, fieldShow, 0, 0)})
	return reply
}
