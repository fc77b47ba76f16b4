package nets

import (
	"context"
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

const daysInRow = 7

// month is the calendar: what is closed or full is marked, what is over or too far ahead cannot be tapped.
func (v *visit) month(ctx context.Context, s step) (telegram.Reply, error) {
	club, err := v.service().Club(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	_, at, err := v.service().Glance(ctx, nil)
	if err != nil {
		return telegram.Reply{}, err
	}
	now := at.In(club.Zone)
	first, last := monthOf(now), monthOf(now.AddDate(0, 0, club.Policy.Horizon))
	page := min(max(s.Page, first), last)
	begin := time.Date(page/12, time.Month(page%12+1), 1, 0, 0, 0, 0, time.UTC)
	from, to := booking.DayIn(begin, time.UTC), booking.DayIn(begin.AddDate(0, 1, -1), time.UTC)
	days, today, err := v.service().DayStatuses(ctx, s.Club, from, to)
	if err != nil {
		return telegram.Reply{}, err
	}

	k := v.buttons()
	var names []telegram.Button
	for i := range daysInRow {
		names = append(names, k.label(v.in.Say("weekday."+strings.ToLower(time.Weekday((i + 1) % daysInRow).String()[:3]))))
	}
	k.rows = append(k.rows, names)
	week := make([]telegram.Button, 0, daysInRow)
	for range (int(begin.Weekday()) + 6) % daysInRow {
		week = append(week, k.label("·"))
	}
	for _, d := range days {
		week = append(week, v.dayButton(k, s, d, today))
		if len(week) == daysInRow {
			k.rows, week = append(k.rows, week), make([]telegram.Button, 0, daysInRow)
		}
	}
	for len(week) > 0 && len(week) < daysInRow {
		week = append(week, k.label("·"))
	}
	if len(week) > 0 {
		k.rows = append(k.rows, week)
	}
	k.turn(page, first, last, s)
	if s.Booking != 0 {
		k.row(v.in.Say("book.back"), step{Verb: stepShow, Booking: s.Booking})
	}
	title := "🏏 " + telegram.CleanLine(club.Name, 100) + " · " + v.in.Say("month."+strings.ToLower(begin.Month().String()[:3])) + " " + strconv.Itoa(begin.Year())
	what := v.in.Say("book.pick_day")
	if s.Booking != 0 {
		what = v.in.Say("book.pick_new_day")
	}
	return telegram.Reply{Text: title + "\n" + what, Bold: len(title), Keyboard: k.rows}, nil
}

func monthOf(t time.Time) int { return t.Year()*12 + int(t.Month()) - 1 }

// dayButton is one day of the calendar.
func (v *visit) dayButton(k *buttons, s step, d booking.DayStatus, today booking.Day) telegram.Button {
	number := strconv.Itoa(dateOf(d.Day).Day())
	if d.Day == today {
		number = "[" + number + "]"
	}
	switch d.Status {
	case booking.Free, booking.ShortTerm:
	case booking.Taken, booking.OnHold:
		number += "🔴"
	case booking.Shut:
		if s.Verb != stepShutMonth {
			return k.label(number + "✖")
		}
		number += "✖"
	case booking.Over, booking.NotYet:
		return k.label("·")
	}
	to := step{Verb: stepDay, Club: s.Club, Day: d.Day, Booking: s.Booking}
	if s.Verb == stepShutMonth {
		to = step{Verb: stepShutDay, Club: s.Club, Day: d.Day}
	}
	b, _ := to.button(k.owner, number)
	return b
}

// dateOf is a day as a time in no zone, for its name.
func dateOf(d booking.Day) time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }
