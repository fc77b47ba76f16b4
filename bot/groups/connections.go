package groups

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	domain "pavilion/filter/groups"
	"pavilion/internal/fault"
)

// startPrefix begins the payload of /start that connects a group; the group's key in base 36 follows.
const startPrefix = "connect_"

var errConnectUsage = fault.New(fault.Invalid, "connect_usage")

// ParseStart reads the group in a payload of /start. Anybody can write any payload.
func ParseStart(payload string) (filter.ChatID, bool) {
	key, ok := strings.CutPrefix(payload, startPrefix)
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(key, 36, 64)
	return filter.ChatID(id), err == nil && id < 0
}

// HandleConnect answers /connect: in a group with the connection, in private with how to get one. A sender without a name gets the link.
func (s *Screens) HandleConnect(ctx context.Context, e *telegram.Event) error {
	if e.Chat.Type == telegram.Private {
		id, _ := parseChannel(e.Text)
		if id == 0 {
			return errConnectUsage
		}
		return s.Connect(ctx, e, filter.ChatID(telegram.Chat{ID: int64(id), Type: telegram.Supergroup}.Key()))
	}
	id := filter.ChatID(e.Chat.Key())
	if _, err := s.mustManage(ctx, e, id); err != nil {
		return err
	}
	d := s.drawing(e, e.ButtonOwner())
	text := d.in.Say("connect.link")
	if !e.From.IsChat() {
		title, err := s.connect(ctx, e, e.Chat)
		if err != nil {
			return err
		}
		text = d.in.Say("connect.done", telegram.CleanLine(title, maxTitle))
	}
	link := s.Client.ChatLink(ctx) + "?start=" + startPrefix + chat.Base36(int64(id))
	return s.reply(ctx, e, telegram.Reply{Text: text, Keyboard: [][]telegram.Button{{{Text: d.in.Say("connect.open"), URL: link}}}})
}

// Connect connects the person of a private message to a group and shows the group's menu.
func (s *Screens) Connect(ctx context.Context, e *telegram.Event, id filter.ChatID) error {
	group, err := s.mustManage(ctx, e, id)
	if err != nil {
		return err
	}
	p := place{chat: group, id: filter.ChatID(group.Key())}
	if p.title, err = s.connect(ctx, e, group); err != nil {
		return err
	}
	settings, _, err := s.Groups.Read(ctx, p.id)
	if err != nil {
		return err
	}
	return s.reply(ctx, e, s.drawing(e, e.From.ID).menu(p, settings, 0))
}

// connect stores the connection of an event's sender to a group and returns the group's title.
func (s *Screens) connect(ctx context.Context, e *telegram.Event, group telegram.Chat) (string, error) {
	title, err := s.Client.Messenger.GroupTitle(ctx, group)
	if errors.Is(err, telegram.ErrChannelNotFound) {
		return "", errors.Join(errGroupLost, err)
	}
	if err != nil {
		return "", err
	}
	return title, s.Groups.Connect(ctx, filter.UserID(e.From.ID), filter.ChatID(group.Key()), title)
}

// HandleConnections answers /connections.
func (s *Screens) HandleConnections(ctx context.Context, e *telegram.Event) error {
	if e.Chat.Type != telegram.Private {
		return errPrivateOnly
	}
	list, err := s.Groups.Connections(ctx, filter.UserID(e.From.ID))
	if err != nil {
		return err
	}
	return s.reply(ctx, e, s.drawing(e, e.From.ID).connections(list))
}

// errPrivateOnly refuses a command about a person's own groups inside of a group.
var errPrivateOnly = fault.New(fault.Invalid, "private_only")

// HandleDisconnect answers /disconnect: in private it ends the selected connection, in a group the one to that group.
func (s *Screens) HandleDisconnect(ctx context.Context, e *telegram.Event) error {
	id := filter.ChatID(e.Chat.Key())
	if e.Chat.Type == telegram.Private {
		c, err := s.Groups.Selected(ctx, filter.UserID(e.From.ID))
		if err != nil {
			return err
		}
		id = c.Chat
	}
	if err := s.Groups.Disconnect(ctx, filter.UserID(e.From.ID), id); err != nil {
		return err
	}
	return s.reply(ctx, e, telegram.Reply{Text: s.Texts.In(e).Say("connect.ended")})
}

// tapConnection selects or ends a connection of the person who taps.
func (s *Screens) tapConnection(ctx context.Context, e *telegram.Event, data chat.Data, t target) error {
	person := filter.UserID(e.From.ID)
	act := s.Groups.Select
	if t.verb == verbDisconnect {
		act = s.Groups.Disconnect
	}
	if err := act(ctx, person, t.group); err != nil && !errors.Is(err, domain.ErrNotConnected) {
		return err
	}
	list, err := s.Groups.Connections(ctx, person)
	if err != nil {
		return err
	}
	return s.show(ctx, e, s.drawing(e, data.Owner).connections(list))
}

// connections draws a person's connections: a tap selects one or ends it.
func (d drawing) connections(list []domain.Connection) telegram.Reply {
	heading := d.in.Say("connect.heading")
	text := heading + "\n\n" + d.in.Say("connect.about")
	if len(list) == 0 {
		text = heading + "\n\n" + d.in.Say("connect.none")
	}
	var rows [][]telegram.Button
	for _, c := range list {
		title := telegram.CleanLine(c.Title, maxWordsShown)
		if c.IsSelected {
			title = markChosen + title
		}
		rows = append(rows, []telegram.Button{
			d.button(title, target{verb: verbSelect, group: c.Chat}), d.button(d.in.Say("connect.end"), target{verb: verbDisconnect, group: c.Chat}),
		})
	}
	return telegram.Reply{Text: text, Bold: len(heading), Keyboard: rows}
}
