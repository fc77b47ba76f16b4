package groups

import (
	"context"
	"errors"
	"regexp"
	"strconv"

	"pavilion/bot/telegram"
	"pavilion/filter"
	domain "pavilion/filter/groups"
	"pavilion/internal/fault"
)

// Errors of required channels.
var (
	errNoSuchChat   = fault.New(fault.NotFound, "group_channel_unknown")
	errRequireUsage = fault.New(fault.Invalid, "group_require_usage")
	// errChannelPrivate refuses a private channel to a person who is no admin of it, because the group's members would get its link.
	errChannelPrivate = fault.New(fault.Forbidden, "group_channel_private")
)

var (
	channelName   = regexp.MustCompile(`^@([A-Za-z]\w{3,31})$`)
	channelNumber = regexp.MustCompile(`^-100([1-9]\d{0,12})$`)
)

// parseChannel reads @name or the number of a channel.
func parseChannel(s string) (id filter.ChannelID, name string) {
	if m := channelName.FindStringSubmatch(s); m != nil {
		return 0, m[1]
	}
	if m := channelNumber.FindStringSubmatch(s); m != nil {
		n, _ := strconv.ParseInt(m[1], 10, 64) // thirteen digits always fit
		return filter.ChannelID(n), ""
	}
	return 0, ""
}

// require adds the channels that an admin named to the required ones. With byRequest, a request to join them is enough.
func (s *Screens) require(ctx context.Context, e *telegram.Event, p place, d drawing, names []string, byRequest bool) error {
	if len(names) > domain.MaxRequired {
		return domain.ErrTooManyRequired
	}
	var channels []domain.RequiredChannel
	for _, name := range names {
		c, err := s.describeChannel(ctx, e, name, byRequest)
		if err != nil {
			return err
		}
		channels = append(channels, c)
	}
	err := s.change(ctx, e, p, d, "required", func(st *domain.Settings) error {
		for _, c := range channels {
			st.Require(c)
		}
		return nil
	})
	if err == nil {
		s.Client.SaveState(ctx) // the channels' access hashes must outlive this process from now on
	}
	return err
}

// describeChannel finds a channel of which the bot is an admin, with a link by which people join it.
func (s *Screens) describeChannel(ctx context.Context, e *telegram.Event, name string, byRequest bool) (c domain.RequiredChannel, err error) {
	m := s.Client.Messenger
	var info telegram.ChannelInfo
	switch id, username := parseChannel(name); {
	case username != "":
		info, err = m.ChannelByName(ctx, username)
	case id != 0:
		info, err = m.ChannelByID(ctx, id)
	default:
		return c, errRequireUsage
	}
	if errors.Is(err, telegram.ErrChannelNotFound) {
		return c, errors.Join(errNoSuchChat, err)
	}
	if err == nil && info.Username == "" {
		err = s.mustOwn(ctx, e, info.ID)
	}
	if err != nil {
		return c, err
	}
	botIsAdmin, err := m.IsAdmin(ctx, info.ID, 0)
	if err == nil && !botIsAdmin {
		err = telegram.ErrNoRights
	}
	if err != nil {
		return c, err
	}
	c = domain.RequiredChannel{ID: info.ID, Title: info.Title, ByRequest: byRequest}
	c.Link, err = telegram.NewMemberships(m).JoinLink(ctx, info, byRequest)
	return c, err
}

// mustOwn refuses a person who is neither an admin of a channel nor one of the club's admins.
func (s *Screens) mustOwn(ctx context.Context, e *telegram.Event, id filter.ChannelID) error {
	if s.IsAdmin(e.From.ID) {
		return nil
	}
	if e.From.IsChat() {
		return errChannelPrivate
	}
	isAdmin, err := s.Client.Messenger.IsAdmin(ctx, id, e.From.ID)
	if err == nil && !isAdmin {
		err = errChannelPrivate
	}
	return err
}
