package nets

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

const (
	gridRows = 12 // times on a page
	gridNets = 4  // columns on a page
)

// day is the grid of one day: a row for each time, a column for each net, a price where it is free.
func (v *visit) day(ctx context.Context, s step) (telegram.Reply, error) {
	actor, err := v.actor(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	found, err := v.service().Starts(ctx, actor, s.Club, s.Day)
	if err != nil {
		return telegram.Reply{}, err
	}
	length, err := v.lengthFor(ctx, actor, s, found)
	if err != nil {
		return telegram.Reply{}, err
	}
	g := newGrid(found)
	page, column := g.clamp(s.Page)
	nets := g.nets[column*gridNets : min(len(g.nets), (column+1)*gridNets)]

	k := v.buttons()
	head := []telegram.Button{k.label("🕒")}
	for _, n := range nets {
		head = append(head, k.label(telegram.CleanLine(n.Name, 20)))
	}
	k.rows = append(k.rows, head)
	free := 0
	for _, at := range g.times[page*gridRows : min(len(g.times), (page+1)*gridRows)] {
		row := []telegram.Button{k.label(v.in.Clock(at.In(found.Club.Zone)))}
		for _, n := range nets {
			b, ok := v.cell(k, s, g.starts[at.Unix()][n.ID], length)
			if ok {
				free++
			}
			row = append(row, b)
		}
		k.rows = append(k.rows, row)
	}
	if len(g.times) == 0 || len(nets) == 0 {
		k.rows = nil
	}
	g.turns(k, s, page, column)
	k.row(v.in.Say("book.other_day"), step{Verb: stepMonth, Club: s.Club, Page: monthOf(dateOf(s.Day)), Booking: s.Booking})

	title := "🏏 " + telegram.CleanLine(found.Club.Name, 100) + " · " + v.in.Day(dateOf(s.Day))
	what := v.in.Say("book.pick_time", v.length(length))
	switch {
	case len(g.times) == 0 || len(nets) == 0:
		what = v.in.Say("book.nothing_left")
	case free == 0:
		what = v.in.Say("book.full")
	}
	return telegram.Reply{Text: title + "\n" + what, Bold: len(title), Keyboard: k.rows}, nil
}

// lengthFor is how long a time must be free to be offered: the shortest booking, or the one that is moved.
func (v *visit) lengthFor(ctx context.Context, actor booking.Actor, s step, found booking.Starts) (time.Duration, error) {
	if s.Booking == 0 {
		return found.Length, nil
	}
	b, err := v.service().Booking(ctx, actor, s.Booking)
	if err != nil {
		return 0, err
	}
	return b.Span.Length(), nil
}

// cell is one time on one net; false where it cannot be booked.
func (v *visit) cell(k *buttons, s step, start booking.Start, length time.Duration) (telegram.Button, bool) {
	to := step{Verb: stepSlip, Club: s.Club, Net: start.Net, Minute: minuteOf(start.At), Length: int(length / time.Minute), Booking: s.Booking}
	switch {
	case start.Status == booking.Free && start.Longest >= length:
		if b, ok := to.button(k.owner, v.in.Money(start.Price.Minor, start.Price.Currency)); ok {
			return b, true
		}
	case start.Status == booking.Taken || start.Status == booking.OnHold || start.Status == booking.Free:
		mark := "✖"
		if start.Status == booking.OnHold {
			mark = "⏳"
		}
		if b, ok := to.at(stepTaken).button(k.owner, mark); ok {
			return b, false
		}
	}
	return k.label("–"), false
}

// grid is a day's starts by time and net, without the times that are over on every net.
type grid struct {
	nets   []booking.Net
	times  []time.Time
	starts map[int64]map[booking.NetID]booking.Start
}

func newGrid(found booking.Starts) grid {
	g := grid{nets: found.Nets, starts: map[int64]map[booking.NetID]booking.Start{}}
	for _, x := range found.Starts {
		if x.Status == booking.Over || x.Status == booking.ShortTerm {
			continue
		}
		if g.starts[x.At.Unix()] == nil {
			g.starts[x.At.Unix()] = map[booking.NetID]booking.Start{}
			g.times = append(g.times, x.At)
		}
		g.starts[x.At.Unix()][x.Net] = x
	}
	return g
}

// A page counts times in its tens and nets in its units.
const netPages = 10

func (g grid) clamp(page int) (times, nets int) {
	last := func(n, each int) int { return max(0, (n-1)/each) }
	return min(page/netPages, last(len(g.times), gridRows)), min(page%netPages, last(len(g.nets), gridNets))
}

// turns adds the buttons to earlier and later times and to other nets.
func (g grid) turns(k *buttons, s step, page, column int) {
	var row []telegram.Button
	add := func(there bool, text string, page, column int) {
		next := s
		next.Page = page*netPages + column
		if b, ok := next.button(k.owner, text); ok && there {
			row = append(row, b)
		}
	}
	add(page > 0, "▲", page-1, column)
	add((page+1)*gridRows < len(g.times), "▼", page+1, column)
	add(column > 0, "◀", page, column-1)
	add((column+1)*gridNets < len(g.nets) && column < netPages-1, "▶", page, column+1)
	if len(row) > 0 {
		k.rows = append(k.rows, row)
	}
}

// length writes how long something takes: 1 h 30 min.
func (v *visit) length(d time.Duration) string {
	hours, minutes := int(d/time.Hour), int(d%time.Hour/time.Minute)
	var parts []string
	if hours > 0 {
		parts = append(parts, v.in.Say("book.hours", hours))
	}
	if minutes > 0 || hours == 0 {
		parts = append(parts, v.in.Say("book.minutes", minutes))
	}
	return strings.Join(parts, " ")
}

// nearMost is how many other times are offered to who cannot have the one they wanted.
const nearMost = 6

// taken offers what is free near a time that is not.
func (v *visit) taken(ctx context.Context, s step, why string) (telegram.Reply, error) {
	actor, err := v.actor(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	club, err := v.service().Club(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	day := booking.DayIn(s.start(), club.Zone)
	found, err := v.service().Starts(ctx, actor, s.Club, day)
	if err != nil {
		return telegram.Reply{}, err
	}
	if slices.IndexFunc(found.Starts, func(x booking.Start) bool { return x.At.Equal(s.start()) }) < 0 { // after midnight, of the evening before
		if day--; day >= 0 {
			if found, err = v.service().Starts(ctx, actor, s.Club, day); err != nil {
				return telegram.Reply{}, err
			}
		}
	}
	length, err := v.lengthFor(ctx, actor, s, found)
	if err != nil {
		return telegram.Reply{}, err
	}
	if s.Booking == 0 {
		length = max(length, time.Duration(s.Length)*time.Minute)
	}
	found.Starts = slices.DeleteFunc(found.Starts, func(x booking.Start) bool { return x.Longest < length })
	k := v.buttons()
	free := found.Near(s.Net, s.start(), nearMost)
	for _, x := range free {
		to := step{Verb: stepSlip, Club: s.Club, Net: x.Net, Minute: minuteOf(x.At), Length: int(length / time.Minute), Booking: s.Booking}
		k.beside(v.in.Clock(x.At.In(found.Club.Zone))+" · "+telegram.CleanLine(netName(found.Nets, x.Net), 20), to)
	}
	if s.Booking == 0 {
		k.row(v.in.Say("wait.join"), step{Verb: stepWait, Club: s.Club, Net: s.Net, Minute: s.Minute, Length: int(length / time.Minute)})
	}
	s.Length = int(length / time.Minute)
	v.offerBlock(k, actor, s)
	k.row(v.in.Say("book.whole_day"), step{Verb: stepDay, Club: s.Club, Day: day, Booking: s.Booking})
	title := telegram.CleanLine(netName(found.Nets, s.Net), 60) + " · " + v.in.Day(dateOf(day)) + " " + v.in.Clock(s.start().In(found.Club.Zone))
	near := v.in.Say("book.near")
	if len(free) == 0 {
		near = v.in.Say("book.nothing_near")
	}
	return telegram.Reply{Text: title + "\n" + why + "\n" + near, Bold: len(title), Keyboard: k.rows}, nil
}

func netName(nets []booking.Net, id booking.NetID) string {
	for _, n := range nets {
		if n.ID == id {
			return n.Name
		}
	}
	return "#" + strconv.FormatInt(int64(id), 10)
}
