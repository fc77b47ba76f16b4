package nets

import (
	"context"
	"slices"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// The wizard for a club's admins: hours, prices and closures of its nets. Each screen edits in place and leads back; what no keyboard has room
// for is typed. Rights are asked for at every step, and decided where booking writes.

var errLastHours = fault.New(fault.Invalid, "last_hours", "A net without hours of its own has those of all nets. To keep it shut, add a closure.")

// everyWeekday stands for all of them; ownHours for the hours that a net has for itself.
const (
	everyWeekday = 7
	ownHours     = 8
)

// adminOf is the person as an admin of a club, and the club; or a refusal.
func (v *visit) adminOf(ctx context.Context, id booking.ClubID) (booking.Actor, booking.Club, error) {
	actor, err := v.actor(ctx, id)
	if err == nil && actor.Role != booking.Admin {
		err = booking.ErrForbidden
	}
	if err != nil {
		return actor, booking.Club{}, err
	}
	club, err := v.service().Club(ctx, id)
	return actor, club, err
}

// adminNets is the club, with its nets, to one of its admins; or a refusal.
func (v *visit) adminNets(ctx context.Context, id booking.ClubID) (booking.Club, []booking.Net, error) {
	_, club, err := v.adminOf(ctx, id)
	if err != nil {
		return club, nil, err
	}
	nets, err := v.service().Nets(ctx, id)
	return club, nets, err
}

// HandleNets begins with the club's nets: the first club of which the person is an admin.
func (s *Screens) HandleNets(ctx context.Context, e *telegram.Event) error {
	return s.enter(ctx, e, func(ctx context.Context, v *visit) (telegram.Reply, error) {
		clubs, err := v.service().Clubs(ctx)
		if err != nil {
			return telegram.Reply{}, err
		}
		err = errNoClub
		for _, c := range clubs {
			if _, _, err = v.adminOf(ctx, c.ID); err == nil {
				return v.nets(ctx, step{Verb: stepNets, Club: c.ID})
			}
		}
		return telegram.Reply{}, err
	})
}

func (v *visit) nets(ctx context.Context, s step) (telegram.Reply, error) {
	actor, club, err := v.adminOf(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	nets, err := v.service().AllNets(ctx, actor, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	title := "🛠 " + telegram.CleanLine(club.Name, 100)
	var t strings.Builder
	t.WriteString(title)
	for _, n := range nets {
		mark := "🏏 "
		if !n.Active {
			mark = "💤 "
		}
		t.WriteString("\n" + mark + telegram.CleanLine(n.Name, 40))
	}
	t.WriteString("\n" + v.in.Say("nets.what"))
	k := v.buttons()
	k.row(v.in.Say("nets.hours"), step{Verb: stepHours, Club: s.Club})
	k.row(v.in.Say("nets.prices"), step{Verb: stepPrices, Club: s.Club})
	k.row(v.in.Say("nets.closures"), step{Verb: stepClosures, Club: s.Club})
	return telegram.Reply{Text: t.String(), Bold: len(title), Keyboard: k.rows}, nil
}

// netName is a net's name; that of 0 is "all nets".
func (v *visit) netName(nets []booking.Net, id booking.NetID) string {
	for _, n := range nets {
		if n.ID == id {
			return telegram.CleanLine(n.Name, 30)
		}
	}
	return v.in.Say("nets.all")
}

// netRow adds a button for each net and one for all of them.
func (v *visit) netRow(k *buttons, nets []booking.Net, s step) {
	chosen := s.Net
	ids := []booking.NetID{0}
	for _, n := range nets {
		if n.Active {
			ids = append(ids, n.ID)
		}
	}
	for i, id := range ids {
		text := v.netName(nets, id)
		if id == chosen {
			text = "● " + text
		}
		s.Net = id
		if i%2 == 0 {
			k.row(text, s)
		} else {
			k.beside(text, s)
		}
	}
}

// hours is a week of one net's hours, or of those that all nets have in common.
func (v *visit) hours(ctx context.Context, s step) (telegram.Reply, error) {
	club, nets, err := v.adminNets(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	all, err := v.service().Hours(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	k := v.buttons()
	title := "🕒 " + telegram.CleanLine(club.Name, 100) + " · " + v.netName(nets, s.Net)
	var t strings.Builder
	t.WriteString(title)
	own := hoursOf(all, s.Net)
	if s.Net != 0 && len(own) == 0 {
		t.WriteString("\n" + v.in.Say("nets.as_all"))
		own = hoursOf(all, 0)
	}
	for i := range daysInRow {
		day := (i + 1) % daysInRow
		t.WriteString("\n" + v.weekdayName(day) + ": " + v.stretches(own, day))
		to := step{Verb: stepWeekday, Club: s.Club, Net: s.Net, Page: day}
		if i%2 == 0 {
			k.row(v.weekdayName(day), to)
		} else {
			k.beside(v.weekdayName(day), to)
		}
	}
	k.beside(v.weekdayName(everyWeekday), step{Verb: stepWeekday, Club: s.Club, Net: s.Net, Page: everyWeekday})
	if s.Net != 0 && len(hoursOf(all, s.Net)) > 0 {
		k.row(v.in.Say("nets.drop_own"), step{Verb: stepShut, Club: s.Club, Net: s.Net, Page: ownHours})
	}
	v.netRow(k, nets, step{Verb: stepHours, Club: s.Club, Net: s.Net})
	k.row(v.in.Say("book.back"), step{Verb: stepNets, Club: s.Club})
	return telegram.Reply{Text: t.String(), Bold: len(title), Keyboard: k.rows}, nil
}

func hoursOf(all []booking.OpeningHours, net booking.NetID) (list []booking.OpeningHours) {
	for _, h := range all {
		if h.Net == net {
			list = append(list, h)
		}
	}
	return list
}

// stretches writes when a weekday is open.
func (v *visit) stretches(list []booking.OpeningHours, day int) string {
	var parts []string
	for _, h := range list {
		if int(h.Weekday) == day {
			parts = append(parts, v.minute(h.Opens)+"–"+v.minute(h.Closes))
		}
	}
	if len(parts) == 0 {
		return v.in.Say("nets.shut")
	}
	return strings.Join(parts, ", ")
}

// weekday asks when a weekday opens; opens, when it closes.
func (v *visit) weekday(ctx context.Context, s step) (telegram.Reply, error) {
	return v.clockFace(ctx, s, v.in.Say("nets.opens"), 0, 23, func(hour int) step {
		return step{Verb: stepOpens, Club: s.Club, Net: s.Net, Page: s.Page, Length: hour * 60}
	}, func(k *buttons) {
		k.row(v.in.Say("nets.type_hours"), s.at(stepTypeHours))
		k.row(v.in.Say("nets.shut_day"), s.at(stepShut))
		k.row(v.in.Say("book.back"), s.at(stepHours))
	})
}

func (v *visit) opens(ctx context.Context, s step) (telegram.Reply, error) {
	first := s.Length/60 + 1
	return v.clockFace(ctx, s, v.in.Say("nets.closes", v.minute(s.Length)), first, max(first, 26), func(hour int) step {
		to := s.at(stepCloses)
		to.Seen = int64(hour * 60)
		return to
	}, func(k *buttons) {
		k.row(v.in.Say("book.back"), s.at(stepWeekday))
	})
}

// clockFace is a keyboard of whole hours.
func (v *visit) clockFace(ctx context.Context, s step, words string, from, to int, lead func(hour int) step, more func(k *buttons)) (telegram.Reply, error) {
	_, nets, err := v.adminNets(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	if s.Page > everyWeekday {
		return telegram.Reply{}, errStaleStep
	}
	k := v.buttons()
	var hours []telegram.Button
	for hour := from; hour <= to; hour++ {
		if b, ok := lead(hour).button(k.owner, v.minute(hour*60)); ok {
			hours = append(hours, b)
		}
	}
	k.inRows(hours, 6)
	more(k)
	title := "🕒 " + v.netName(nets, s.Net) + " · " + v.weekdayName(s.Page)
	return telegram.Reply{Text: title + "\n" + words, Bold: len(title), Keyboard: k.rows}, nil
}

func (v *visit) closes(ctx context.Context, s step) (telegram.Reply, error) {
	return v.setDay(ctx, s, []stretch{{s.Length, int(s.Seen)}})
}

func (v *visit) shut(ctx context.Context, s step) (telegram.Reply, error) {
	return v.setDay(ctx, s, nil)
}

func (v *visit) typeHours(ctx context.Context, s step) (telegram.Reply, error) {
	if _, _, err := v.adminOf(ctx, s.Club); err != nil {
		return telegram.Reply{}, err
	}
	text, err := v.typed(ctx, s, v.in.Say("nets.ask_hours", v.weekdayName(s.Page)))
	if err != nil {
		return telegram.Reply{}, err
	}
	list, err := parseStretches(text)
	if err != nil {
		return telegram.Reply{}, err
	}
	return v.setDay(ctx, s, list)
}

// setDay puts the hours of a weekday in the place of those that it has, and shows the week.
func (v *visit) setDay(ctx context.Context, s step, list []stretch) (telegram.Reply, error) {
	actor, _, err := v.adminOf(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	if s.Page > ownHours {
		return telegram.Reply{}, errStaleStep
	}
	err = v.service().EditHours(ctx, actor, s.Club, func(now []booking.OpeningHours) ([]booking.OpeningHours, error) {
		if s.Net != 0 && s.Page != ownHours && len(hoursOf(now, s.Net)) == 0 { // it begins with those that it had in common
			for _, h := range hoursOf(now, 0) {
				h.Net = s.Net
				now = append(now, h)
			}
		}
		now = slices.DeleteFunc(now, func(h booking.OpeningHours) bool {
			return h.Net == s.Net && (s.Page >= everyWeekday || int(h.Weekday) == s.Page)
		})
		for day := range booking.Day(daysInRow) {
			for _, x := range list {
				if s.Page == everyWeekday || s.Page == int(day.Weekday()) {
					now = append(now, booking.OpeningHours{Net: s.Net, Weekday: day.Weekday(), Opens: x.From, Closes: x.To})
				}
			}
		}
		if s.Net != 0 && s.Page != ownHours && len(hoursOf(now, s.Net)) == 0 {
			return nil, errLastHours
		}
		return now, nil
	})
	if err != nil {
		return telegram.Reply{}, err
	}
	v.answer = v.in.Say("told.saved")
	return v.hours(ctx, s)
}

// hoursScreen is a screen of the nets and their hours.
func (v *visit) hoursScreen(ctx context.Context, s step) (telegram.Reply, error) {
	switch s.Verb {
	case stepHours:
		return v.hours(ctx, s)
	case stepWeekday:
		return v.weekday(ctx, s)
	case stepOpens:
		return v.opens(ctx, s)
	case stepCloses:
		return v.closes(ctx, s)
	case stepShut:
		return v.shut(ctx, s)
	case stepTypeHours:
		return v.typeHours(ctx, s)
	default:
		return v.nets(ctx, s)
	}
}
