package nets

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
	"pavilion/internal/phrase"
)

// screen is the values that one reply shows.
type screen interface {
	draw(d drawing) telegram.Reply
}

// drawing writes values in one person's language and makes buttons that only they may tap.
type drawing struct {
	in    *phrase.Speaker
	owner int64
	page  func(start string) string // see Deps.Page; nil where no button may open the Mini App
}

func (d drawing) keyboard() *keyboard { return &keyboard{owner: d.owner} }

// titled is a reply of a bold title, lines and buttons.
func titled(title string, lines []string, k *keyboard) telegram.Reply {
	return telegram.Reply{Text: strings.Join(slices.Insert(lines, 0, title), "\n"), Bold: len(title), Keyboard: k.rows}
}

const maxClubName = 100 // runes, in a title

func clubName(c booking.Club) string { return telegram.CleanLine(c.Name, maxClubName) }

func (d drawing) money(m booking.Money) string { return d.in.Money(m.Minor, m.Currency) }

// length writes how long something takes: 1 h 30 min.
func (d drawing) length(l time.Duration) string {
	hours, minutes := int(l/time.Hour), int(l%time.Hour/time.Minute)
	var parts []string
	if hours > 0 {
		parts = append(parts, d.in.Say("book.hours", hours))
	}
	if minutes > 0 || hours == 0 {
		parts = append(parts, d.in.Say("book.minutes", minutes))
	}
	return strings.Join(parts, " ")
}

func (d drawing) span(s booking.Span, zone *time.Location) string {
	return d.in.Span(s.Start.In(zone), s.End.In(zone))
}

// instant writes a day and a time of day: Sat 6 June 18:30.
func (d drawing) instant(t time.Time, zone *time.Location) string {
	local := t.In(zone)
	return d.in.Day(local) + " " + d.in.Clock(local)
}

// minuteOfDay writes a minute of the day, also one of the night after.
func (d drawing) minuteOfDay(m int) string {
	return d.in.Clock(time.Date(2000, 1, 1, 0, m%wholeDay, 0, 0, time.UTC))
}

// timesOfDay writes 18:00–22:00, or "all day".
func (d drawing) timesOfDay(from, to int) string {
	if from == 0 && to == wholeDay {
		return d.in.Say("all_day")
	}
	return d.minuteOfDay(from) + "–" + d.minuteOfDay(to)
}

const (
	daysInWeek   = 7
	everyWeekday = 7 // a weekday that stands for all of them
)

// weekdaysFromMonday are the weekdays as calendars and editors show them.
func weekdaysFromMonday() []int { return []int{1, 2, 3, 4, 5, 6, 0} }

// weekday writes a weekday in short.
func (d drawing) weekday(day int) string {
	if day >= everyWeekday {
		return d.in.Say("nets.every_day")
	}
	return d.in.Say("weekday." + strings.ToLower(time.Weekday(day).String()[:3]))
}

func (d drawing) month(m time.Month) string {
	return d.in.Say("month." + strings.ToLower(m.String()[:3]))
}

// priceLines write the parts of a price where there are several, and the total.
func (d drawing) priceLines(lines []booking.PriceLine, total booking.Money) []string {
	out := []string{""}
	if len(lines) > 1 {
		for _, l := range lines {
			out = append(out, telegram.CleanLine(l.Label, 40)+": "+d.money(l.Amount))
		}
	}
	return append(out, d.in.Say("book.total", d.money(total)))
}

// netName is a net's name; its number where it is not in the list.
func netName(nets []booking.Net, id booking.NetID, most int) string {
	for _, n := range nets {
		if n.ID == id {
			return telegram.CleanLine(n.Name, most)
		}
	}
	return "#" + strconv.FormatInt(int64(id), 10)
}

// dateOf is a day's midnight in no zone, for writing it.
func dateOf(d booking.Day) time.Time { return time.Unix(int64(d)*24*60*60, 0).UTC() }
