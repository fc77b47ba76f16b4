package nets

import (
	"context"
	"slices"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// settings are a person's language, channels of notifications, quiet hours, and whether they get broadcasts.
type settings struct{ *visit }

// HandleSettings answers /settings.
func (s *Screens) HandleSettings(ctx context.Context, e *telegram.Event) error {
	return s.begin(ctx, e, func(ctx context.Context, v *visit) (screen, error) { return settings{v}.showSettings(ctx) })
}

// showSettings leaves out the notifications where no club takes bookings.
func (s settings) showSettings(ctx context.Context) (screen, error) {
	wanted, err := s.WantsBroadcasts(ctx, s.event.From.ID)
	if err != nil {
		return nil, err
	}
	if has, err := s.HasClub(ctx); err != nil || !has {
		return settingsView{broadcasts: wanted}, err
	}
	c, err := s.Booking.Contact(ctx, s.member())
	if err != nil {
		return nil, err
	}
	return settingsView{contact: &c, channels: s.Channels, broadcasts: wanted}, nil
}

// Values of step.Choice of stepBroadcasts.
const (
	broadcastsOff = iota
	broadcastsOn
)

func (s settings) setBroadcasts(ctx context.Context, to step) (screen, error) {
	if to.Choice != broadcastsOff && to.Choice != broadcastsOn {
		return nil, errStaleStep
	}
	if err := s.SetBroadcasts(ctx, s.event.From.ID, to.Choice == broadcastsOn); err != nil {
		return nil, err
	}
	s.confirmSaved()
	return s.showSettings(ctx)
}

// channel is the installation's channel that a step names by its place.
func (v *visit) channel(s step) (booking.Channel, error) {
	if s.Choice >= len(v.Channels) {
		return "", booking.ErrNotOffered
	}
	return v.Channels[s.Choice], nil
}

func (s settings) setFirstChannel(ctx context.Context, to step) (screen, error) {
	by, err := s.channel(to)
	if err != nil {
		return nil, err
	}
	return s.save(ctx, func(c *booking.Contact) {
		c.Channels = slices.DeleteFunc(c.Channels, func(x booking.Channel) bool { return x == by })
		c.Channels = slices.Insert(c.Channels, 0, by)
	})
}

// save changes the person's contact and shows it.
func (s settings) save(ctx context.Context, edit func(c *booking.Contact)) (screen, error) {
	if err := s.Booking.EditContact(ctx, s.member(), edit); err != nil {
		return nil, err
	}
	s.confirmSaved()
	return s.showSettings(ctx)
}

// Values of step.Quiet that are no hours.
const (
	quietOff   = -1
	quietTyped = -2
)

// quietCode writes quiet hours as one number.
func quietCode(q booking.Quiet) int64 { return int64(q.From*wholeDay + q.To) }

// errTypedQuiet reports an answer that is not quiet hours.
var errTypedQuiet = fault.New(fault.Invalid, "typed_quiet")

func (s settings) setQuietHours(ctx context.Context, to step) (screen, error) {
	var quiet *booking.Quiet
	switch {
	case to.Quiet == quietTyped:
		text, typed := s.typed()
		if !typed {
			return question{answer: to, text: askQuietHours}, nil
		}
		hours, ok := booking.ParseTimesOfDay(text)
		if !ok {
			return nil, errTypedQuiet
		}
		quiet = &booking.Quiet{From: hours.From, To: hours.To % wholeDay}
	case to.Quiet >= 0 && to.Quiet < wholeDay*wholeDay:
		quiet = &booking.Quiet{From: int(to.Quiet / wholeDay), To: int(to.Quiet % wholeDay)}
	case to.Quiet != quietOff:
		return nil, errStaleStep
	}
	return s.save(ctx, func(c *booking.Contact) { c.Quiet = quiet })
}

func askQuietHours(d drawing) string { return d.in.Say("notifications.ask_quiet") }

// settingsView is a person's contact, nil where no club takes bookings, the channels of the installation, and whether the person gets broadcasts.
type settingsView struct {
	contact    *booking.Contact
	channels   []booking.Channel
	broadcasts bool
}

func (v settingsView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	title, lines := d.in.Say("language.settings"), []string{d.in.Say("language.present")}
	if v.contact != nil {
		title = d.in.Say("notifications.title")
		lines = v.channelOrder(d, k)
		v.addressButtons(d, k)
		lines = append(lines, v.quietHours(d, k))
	}
	k.add(d.in.Say("language.button", d.in.Say("language.name")), step{Verb: stepLanguages})
	if v.broadcasts {
		k.add(d.in.Say("broadcast.settings.stop"), step{Verb: stepBroadcasts, Choice: broadcastsOff})
		lines = append(lines, d.in.Say("broadcast.settings.on"))
	} else {
		k.add(d.in.Say("broadcast.settings.start"), step{Verb: stepBroadcasts, Choice: broadcastsOn})
		lines = append(lines, d.in.Say("broadcast.settings.off"))
	}
	return titled(title, lines, k)
}

// channelOrder writes the channels in the order in which they are tried. It adds a button to each but the first that makes it the first.
func (v settingsView) channelOrder(d drawing, k *keyboard) (lines []string) {
	for _, by := range v.contact.Channels {
		i := slices.Index(v.channels, by)
		if i < 0 {
			continue
		}
		name := d.in.Say("notifications." + string(by))
		if len(lines) > 0 {
			k.add(d.in.Say("notifications.first", name), step{Verb: stepFirstChannel, Choice: i})
		}
		lines = append(lines, d.in.Say("notifications.way", len(lines)+1, name, v.address(d, by)))
	}
	if len(lines) > 1 {
		lines = append(lines, d.in.Say("notifications.how"))
	}
	return lines
}

// address writes where a channel leads, and whether it can be used.
func (v settingsView) address(d drawing, by booking.Channel) string {
	if by == booking.ByTelegram {
		return d.in.Say("notifications.here")
	}
	a, ok := addressOf(*v.contact, by)
	switch {
	case !ok:
		return d.in.Say("notifications.none")
	case a.Refused:
		return a.Address + " " + d.in.Say("notifications.refused")
	case !a.Confirmed:
		return a.Address + " " + d.in.Say("notifications.unconfirmed")
	}
	return a.Address + " ✅"
}

func addressOf(c booking.Contact, by booking.Channel) (booking.Address, bool) {
	i := slices.IndexFunc(c.Addresses, func(a booking.Address) bool { return a.Channel == by })
	if i < 0 {
		return booking.Address{}, false
	}
	return c.Addresses[i], true
}

func (v settingsView) addressButtons(d drawing, k *keyboard) {
	for i, by := range v.channels {
		if by == booking.ByTelegram {
			continue
		}
		k.add(d.in.Say("notifications.set_"+string(by)), step{Verb: stepAddress, Choice: i})
		if a, ok := addressOf(*v.contact, by); ok {
			k.beside(d.in.Say("notifications.forget"), step{Verb: stepRemoveAddress, Choice: i})
			if !a.Confirmed {
				k.add(d.in.Say("notifications.enter_code"), step{Verb: stepCode, Choice: i})
			}
		}
	}
}

// quietHours writes the present quiet hours and adds the buttons that change them.
func (v settingsView) quietHours(d drawing, k *keyboard) string {
	var offered []choice
	for _, q := range []booking.Quiet{{From: 21 * 60, To: 7 * 60}, {From: 22 * 60, To: 7 * 60}, {From: 23 * 60, To: 8 * 60}} {
		offered = append(offered, choice{"🌙 " + d.timesOfDay(q.From, q.To), step{Verb: stepQuietHours, Quiet: quietCode(q)}})
	}
	k.row(offered...)
	k.add(d.in.Say("notifications.type_quiet"), step{Verb: stepQuietHours, Quiet: quietTyped})
	now := v.contact.Quiet
	if now == nil {
		return d.in.Say("notifications.no_quiet")
	}
	k.beside(d.in.Say("notifications.quiet_off"), step{Verb: stepQuietHours, Quiet: quietOff})
	return d.in.Say("notifications.quiet", d.minuteOfDay(now.From), d.minuteOfDay(now.To))
}
