package access

import (
	"context"
	"errors"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
	"pavilion/internal/fault"
)

var errRequiredArgs = fault.New(fault.Invalid, "required_args")

// HandleRequired answers /required: it shows the list of required channels, or adds one. The router admits the club's admins only.
func (j *Join) HandleRequired(ctx context.Context, e *telegram.Event) error {
	list, version, err := j.Required.List.Read(ctx)
	if err != nil {
		return err
	}
	args := strings.Fields(e.Text)
	if len(args) > 0 {
		if len(args) != 2 || strings.ToLower(args[0]) != "add" {
			return errRequiredArgs
		}
		added, err := j.describe(ctx, args[1])
		if err != nil {
			return err
		}
		if _, err := list.Find(added.ID); err == nil {
			return access.ErrRequiredTwice
		}
		if list, version, err = j.change(ctx, e, version, list.With(added)); err != nil {
			return err
		}
		j.Client.SaveState(ctx) // the channel's access hash must outlive this process from now on
	}
	screen := requiredList{in: j.Texts.In(e), owner: e.From.ID, list: list, version: version}
	_, err = j.messenger.SendText(ctx, e.Chat, screen.draw(), telegram.Cause{Event: e})
	return err
}

// change stores the list. It checks the person's right, because the right may have ended since the screen was drawn.
func (j *Join) change(ctx context.Context, e *telegram.Event, version int64, list access.RequiredList) (access.RequiredList, int64, error) {
	if !j.IsAdmin(e.From.ID) {
		return list, version, chat.ErrAdminsOnly
	}
	err := j.Required.List.Change(ctx, version, e.From.ID, list)
	return list, version + 1, err
}

// describe finds a channel of which the bot is an admin, with a link by which people join it.
func (j *Join) describe(ctx context.Context, name string) (access.RequiredChannel, error) {
	link, ok := parseChannel(name)
	if !ok {
		return access.RequiredChannel{}, errRequiredArgs
	}
	var info telegram.ChannelInfo
	var err error
	if link.Username != "" {
		info, err = j.messenger.ChannelByName(ctx, link.Username)
	} else {
		info, err = j.messenger.ChannelByID(ctx, filter.ChannelID(link.Channel))
	}
	if err != nil {
		return access.RequiredChannel{}, err
	}
	admin, err := j.messenger.IsAdmin(ctx, info.ID, 0)
	if err == nil && !admin {
		err = telegram.ErrNoRights
	}
	if err != nil {
		return access.RequiredChannel{}, err
	}
	c := access.RequiredChannel{ID: info.ID, Title: info.Title, Need: access.NeedMember}
	c.Link, err = j.members.JoinLink(ctx, info, false)
	return c, err
}

// parseChannel reads @name, a link, or a channel's number in the Bot API's form.
func parseChannel(text string) (telegram.PostLink, bool) {
	if name, named := strings.CutPrefix(text, "@"); named {
		text = "https://t.me/" + name
	} else if number, numbered := strings.CutPrefix(text, "-100"); numbered {
		text = "https://t.me/c/" + number
	}
	l, ok := telegram.ParsePostLink(text)
	return l, ok && (l.Username != "" || l.Channel != 0)
}

// tapList changes the list by a button of its screen.
func (j *Join) tapList(ctx context.Context, e *telegram.Event, p joinTap) error {
	list, version, err := j.Required.List.Read(ctx)
	if err != nil {
		return err
	}
	done := ""
	if p.version == version { // else another admin was first: the screen shows their list
		if list, version, err = j.apply(ctx, e, p, list, version); err != nil {
			return err
		}
	} else {
		done = j.Texts.In(e).Error("setting_changed")
	}
	screen := requiredList{in: j.Texts.In(e), owner: e.From.ID, list: list, version: version}
	return errors.Join(j.messenger.AnswerTap(ctx, e, done, done != ""), j.messenger.EditText(ctx, e.Chat, e.MessageID, screen.draw()))
}

func (j *Join) apply(ctx context.Context, e *telegram.Event, p joinTap, list access.RequiredList, version int64) (access.RequiredList, int64, error) {
	if p.verb == verbAny {
		list.Any = !list.Any
		return j.change(ctx, e, version, list)
	}
	c, err := list.Find(p.channel)
	if err != nil {
		return list, version, err
	}
	switch p.verb {
	case verbDrop:
		return j.change(ctx, e, version, list.Without(c.ID))
	case verbApproval:
		c.Approve = !c.Approve
	case verbNeed:
		info, err := j.messenger.ChannelByID(ctx, c.ID)
		if err != nil {
			return list, version, err
		}
		c.Need, c.Approve = map[access.Need]access.Need{access.NeedMember: access.NeedRequest, access.NeedRequest: access.NeedMember}[c.Need], false
		if c.Link, err = j.members.JoinLink(ctx, info, c.Need == access.NeedRequest); err != nil {
			return list, version, err
		}
	}
	return j.change(ctx, e, version, list.With(c))
}
