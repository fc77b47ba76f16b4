package nets

import (
	"context"
	"slices"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// How a member is told of things: which channel first, at which address, and when not.

var errTypedQuiet = fault.New(fault.Invalid, "typed_quiet", "Type two times of the day, like 22:00-07:00.")

// The special values of a quiet step.
const (
	quietOff   = -1
	quietTyped = -2
)

// channel is one of the installation's channels by its place, as buttons name it.
func (v *visit) channel(s step) (booking.Channel, error) {
	all := v.Channels
	if s.Page >= len(all) {
		return "", booking.ErrNotOffered
	}
	return all[s.Page], nil
}

// HandleSettings shows how the member is told.
func (s *Screens) HandleSettings(ctx context.Context, e *telegram.Event) error {
	return s.enter(ctx, e, func(ctx context.Context, v *visit) (telegram.Reply, error) { return v.told(ctx) })
}

func (v *visit) member() booking.MemberID { return booking.MemberID(v.event.From.ID) }

func (v *visit) told(ctx context.Context) (telegram.Reply, error) {
	c, err := v.service().Contact(ctx, v.member())
	if err != nil {
		return telegram.Reply{}, err
	}
	all := v.Channels
	k := v.buttons()
	title := v.in.Say("told.title")
	var t strings.Builder
	t.WriteString(title)
	place := 0
	for _, by := range c.Channels {
		if !slices.Contains(all, by) {
			continue
		}
		place++
		t.WriteString("\n" + v.in.Say("told.way", place, v.in.Say("told."+string(by)), v.whereabouts(c, by)))
		if place > 1 {
			k.row(v.in.Say("told.first", v.in.Say("told."+string(by))), step{Verb: stepFirst, Page: slices.Index(all, by)})
		}
	}
	if place > 1 {
		t.WriteString("\n" + v.in.Say("told.how"))
	}
	for i, by := range all {
		if by == booking.ByTelegram {
			continue
		}
		k.row(v.in.Say("told.set_"+string(by)), step{Verb: stepAddress, Page: i})
		if a, ok := addressOf(c, by); ok {
			k.beside(v.in.Say("told.forget"), step{Verb: stepForget, Page: i})
			if !a.Confirmed {
				k.row(v.in.Say("told.enter_code"), step{Verb: stepCode, Page: i})
			}
		}
	}
	v.quietButtons(k, &t, c.Quiet)
	return telegram.Reply{Text: t.String(), Bold: len(title), Keyboard: k.rows}, nil
}

func addressOf(c booking.Contact, by booking.Channel) (booking.Address, bool) {
	i := slices.IndexFunc(c.Addresses, func(a booking.Address) bool { return a.Channel == by })
	if i < 0 {
		return booking.Address{}, false
	}
	return c.Addresses[i], true
}

// whereabouts says where a channel leads, and whether it does.
func (v *visit) whereabouts(c booking.Contact, by booking.Channel) string {
	if by == booking.ByTelegram {
		return v.in.Say("told.here")
	}
	a, ok := addressOf(c, by)
	switch {
	case !ok:
		return v.in.Say("told.none")
	case a.Refused:
		return a.Address + " " + v.in.Say("told.refused")
	case !a.Confirmed:
		return a.Address + " " + v.in.Say("told.unconfirmed")
	}
	return a.Address + " ✅"
}

func (v *visit) quietButtons(k *buttons, t *strings.Builder, now *booking.Quiet) {
	line := v.in.Say("told.no_quiet")
	if now != nil {
		line = v.in.Say("told.quiet", v.minute(now.From), v.minute(now.To))
	}
	t.WriteString("\n" + line)
	var row []telegram.Button
	for _, q := range []booking.Quiet{{From: 21 * 60, To: 7 * 60}, {From: 22 * 60, To: 7 * 60}, {From: 23 * 60, To: 8 * 60}} {
		if b, ok := (step{Verb: stepQuiet, Seen: int64(q.From*wholeDay + q.To)}).button(k.owner, "🌙 "+v.minute(q.From)+"–"+v.minute(q.To)); ok {
			row = append(row, b)
		}
	}
	k.rows = append(k.rows, row)
	k.row(v.in.Say("told.type_quiet"), step{Verb: stepQuiet, Seen: quietTyped})
	if now != nil {
		k.beside(v.in.Say("told.quiet_off"), step{Verb: stepQuiet, Seen: quietOff})
	}
}

// minute writes a minute of the day, also one of the night after.
func (v *visit) minute(m int) string {
	return v.in.Clock(time.Date(2000, 1, 1, 0, m%wholeDay, 0, 0, time.UTC))
}

// saved is the screen after the member's choice was changed.
func (v *visit) saved(ctx context.Context, change func(c *booking.Contact)) (telegram.Reply, error) {
	c, err := v.service().Contact(ctx, v.member())
	if err != nil {
		return telegram.Reply{}, err
	}
	change(&c)
	if err := v.service().SaveContact(ctx, c); err != nil {
		return telegram.Reply{}, err
	}
	v.answer = v.in.Say("told.saved")
	return v.told(ctx)
}

func (v *visit) tellFirst(ctx context.Context, s step) (telegram.Reply, error) {
	by, err := v.channel(s)
	if err != nil {
		return telegram.Reply{}, err
	}
	return v.saved(ctx, func(c *booking.Contact) {
		c.Channels = slices.DeleteFunc(c.Channels, func(x booking.Channel) bool { return x == by })
		c.Channels = slices.Insert(c.Channels, 0, by)
	})
}

func (v *visit) setQuiet(ctx context.Context, s step) (telegram.Reply, error) {
	var q *booking.Quiet
	switch {
	case s.Seen == quietTyped:
		text, err := v.typed(ctx, s, v.in.Say("told.ask_quiet"))
		if err != nil {
			return telegram.Reply{}, err
		}
		hours, ok := parseStretch(text)
		if !ok {
			return telegram.Reply{}, errTypedQuiet
		}
		q = &booking.Quiet{From: hours.From, To: hours.To % wholeDay}
	case s.Seen >= 0 && s.Seen < wholeDay*wholeDay:
		q = &booking.Quiet{From: int(s.Seen / wholeDay), To: int(s.Seen % wholeDay)}
	case s.Seen != quietOff:
		return telegram.Reply{}, errStaleStep
	}
	return v.saved(ctx, func(c *booking.Contact) { c.Quiet = q })
}

// setAddress takes an address, has a code sent there, and asks for the code.
func (v *visit) setAddress(ctx context.Context, s step) (telegram.Reply, error) {
	by, err := v.channel(s)
	if err != nil || by == booking.ByTelegram {
		return telegram.Reply{}, booking.ErrNotOffered
	}
	text, err := v.typed(ctx, s, v.in.Say("told.ask_"+string(by)))
	if err != nil {
		return telegram.Reply{}, err
	}
	a, err := v.service().SetAddress(ctx, v.member(), by, text)
	if err != nil {
		return telegram.Reply{}, err
	}
	return telegram.Reply{}, v.askTyped(ctx, s.at(stepCode), v.in.Say("told.ask_code", a.Address))
}

// setCode takes the code that was sent.
func (v *visit) setCode(ctx context.Context, s step) (telegram.Reply, error) {
	by, err := v.channel(s)
	if err != nil {
		return telegram.Reply{}, err
	}
	c, err := v.service().Contact(ctx, v.member())
	if err != nil {
		return telegram.Reply{}, err
	}
	a, ok := addressOf(c, by)
	if !ok || a.Confirmed {
		return v.told(ctx) // a button of before
	}
	text, err := v.typed(ctx, s, v.in.Say("told.ask_code", a.Address))
	if err != nil {
		return telegram.Reply{}, err
	}
	if err := v.service().ConfirmAddress(ctx, v.member(), by, strings.ReplaceAll(text, " ", "")); err != nil {
		return telegram.Reply{}, err
	}
	return v.told(ctx)
}

func (v *visit) forgetAddress(ctx context.Context, s step) (telegram.Reply, error) {
	by, err := v.channel(s)
	if err != nil {
		return telegram.Reply{}, err
	}
	if err := v.service().RemoveAddress(ctx, v.member(), by); err != nil {
		return telegram.Reply{}, err
	}
	v.answer = v.in.Say("told.saved")
	return v.told(ctx)
}

// weekdayName is a weekday in short; 7 is every one.
func (v *visit) weekdayName(day int) string {
	if day >= daysInRow {
		return v.in.Say("nets.every_day")
	}
	return v.in.Say("weekday." + strings.ToLower(time.Weekday(day).String()[:3]))
}

// tellScreen is a screen of how the member is told.
func (v *visit) tellScreen(ctx context.Context, s step) (telegram.Reply, error) {
	switch s.Verb {
	case stepFirst:
		return v.tellFirst(ctx, s)
	case stepAddress:
		return v.setAddress(ctx, s)
	case stepCode:
		return v.setCode(ctx, s)
	case stepForget:
		return v.forgetAddress(ctx, s)
	case stepQuiet:
		return v.setQuiet(ctx, s)
	default:
		return v.told(ctx)
	}
}
