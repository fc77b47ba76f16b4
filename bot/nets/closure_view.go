package nets

import (
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

const closuresRows = 20

// closuresView is a club's closures that are not over, of which it lists closuresRows. A tap removes one.
type closuresView struct {
	club     booking.Club
	nets     []booking.Net
	closures []booking.Closure
	runs     []booking.ClosureRun // that are under way, or were until a day ago
	inside   int                  // bookings inside the closure that was just added
}

func (v closuresView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	var lines []string
	for _, c := range v.closures[:min(len(v.closures), closuresRows)] {
		words := v.closure(d, c)
		lines = append(lines, "• "+words)
		k.add("🗑 "+telegram.CleanLine(words, 50), step{Verb: stepRemoveClosure, Club: v.club.ID, Closure: c.ID})
	}
	lines = append(lines, d.in.Say("nets.some_closures", len(v.closures)))
	if v.inside > 0 {
		lines = append(lines, d.in.Say("nets.inside", v.inside))
	}
	for _, r := range v.runs {
		k.add(d.runLabel(v.club, r), step{Verb: stepClosing, Club: v.club.ID, Run: r.ID})
	}
	k.add(d.in.Say("nets.new_closure"), step{Verb: stepClosureMonth, Club: v.club.ID})
	k.add(d.in.Say("book.back"), step{Verb: stepNets, Club: v.club.ID})
	return titled("🚫 "+clubName(v.club), lines, k)
}

// closure writes when a closure is, how it repeats, its nets and its reason.
func (v closuresView) closure(d drawing, c booking.Closure) string {
	var parts []string
	switch c.Every {
	case booking.Once:
		parts = append(parts, d.span(c.During, v.club.Zone))
	case booking.EveryWeek:
		parts = append(parts, d.in.Say("nets.weekly", d.weekday(int(c.First.Weekday())), d.timesOfDay(c.From, c.To)))
	case booking.EveryYear:
		parts = append(parts, d.in.Say("nets.yearly", d.date(dateOf(c.First)), d.timesOfDay(c.From, c.To)))
	}
	if len(c.Nets) == 0 {
		parts = append(parts, d.in.Say("nets.all"))
	}
	for _, id := range c.Nets {
		parts = append(parts, d.netOrAll(v.nets, id))
	}
	if c.Reason != "" {
		parts = append(parts, telegram.CleanLine(c.Reason, maxLabel))
	}
	return strings.Join(parts, " · ")
}

// date writes a day that returns each year, without its weekday.
func (d drawing) date(t time.Time) string { return d.in.Say("nets.date", t.Day(), d.month(t.Month())) }

// closureDayView is a day on which nets are to be closed.
type closureDayView struct {
	club booking.Club
	nets []booking.Net
	step step
}

func (v closureDayView) draw(d drawing) telegram.Reply {
	s := v.step
	k := d.keyboard()
	k.inPairs(d.netChoices(v.nets, s))
	for i, text := range []string{d.in.Say("nets.close_once"), d.in.Say("nets.close_weekly", d.weekday(int(s.Day.Weekday()))), d.in.Say("nets.close_yearly")} {
		to := s.with(stepAddClosure)
		to.Choice = i
		k.add(text, to)
	}
	k.add(d.in.Say("nets.type_close"), s.with(stepTypeClosure))
	k.add(d.in.Say("closing.begin"), s.with(stepTypeClosing))
	day := dateOf(s.Day)
	k.add(d.in.Say("book.back"), step{Verb: stepClosureMonth, Club: s.Club, Page: monthNumber(day)})
	return titled("🚫 "+clubName(v.club)+" · "+d.in.Day(day), []string{d.in.Say("nets.close_what", d.netOrAll(v.nets, s.Net))}, k)
}
