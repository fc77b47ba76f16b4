package nets

import (
	"context"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// dayGrid is one day: a row for each time, a column for each net, a price where the net is free.
type dayGrid struct{ *visit }

func (g dayGrid) showDay(ctx context.Context, s step) (screen, error) {
	actor, err := g.actor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	actor, length, err := g.forMoved(ctx, actor, s)
	if err != nil {
		return nil, err
	}
	found, err := g.Booking.Starts(ctx, actor, s.Club, s.Day, length)
	if err != nil {
		return nil, err
	}
	return dayView{found: found, step: s}, nil
}

// forMoved is the length of the booking that moves, and the actor who reads prices of its rate; where a new one is chosen, 0 and the actor itself.
func (g dayGrid) forMoved(ctx context.Context, actor booking.Actor, s step) (booking.Actor, time.Duration, error) {
	if s.Booking == 0 {
		return actor, 0, nil
	}
	b, err := g.Booking.Booking(ctx, actor, s.Booking)
	if err != nil {
		return actor, 0, err
	}
	return actor.QuotedAs(b), b.Span.Length(), nil
}

const (
	gridRows = 12 // times on a page
	gridNets = 4  // columns on a page
)

// dayView is one page of a day's grid. A net is offered where a booking of found.Length fits.
type dayView struct {
	found booking.Starts
	step  step
}

func (v dayView) draw(d drawing) telegram.Reply {
	g := newGrid(v.found)
	row, column := g.pageOf(v.step.Page)
	nets := g.nets[column*gridNets : min(len(g.nets), (column+1)*gridNets)]
	times := g.times[row*gridRows : min(len(g.times), (row+1)*gridRows)]
	k := d.keyboard()
	free := 0
	if len(times) > 0 && len(nets) > 0 {
		head := []choice{{text: "🕒"}}
		for _, n := range nets {
			head = append(head, choice{text: telegram.CleanLine(n.Name, 20)})
		}
		k.row(head...)
		for _, at := range times {
			cells := []choice{{text: d.in.Clock(at.In(v.found.Club.Zone))}}
			for _, n := range nets {
				cell, bookable := v.cell(d, g.starts[at.Unix()][n.ID])
				if bookable {
					free++
				}
				cells = append(cells, cell)
			}
			k.row(cells...)
		}
	}
	g.pageButtons(k, v.step, row, column)
	k.add(d.in.Say("book.other_day"), step{Verb: stepMonth, Club: v.step.Club, Page: monthNumber(dateOf(v.step.Day)), Booking: v.step.Booking})
	line := d.in.Say("book.pick_time", d.length(v.found.Length))
	switch {
	case len(times) == 0 || len(nets) == 0:
		line = d.in.Say("book.nothing_left")
	case free == 0:
		line = d.in.Say("book.full")
	}
	return titled("🏏 "+clubName(v.found.Club)+" · "+d.in.Day(dateOf(v.step.Day)), []string{line}, k)
}

// cell is one time on one net, and whether it can be booked.
func (v dayView) cell(d drawing, start booking.Start) (choice, bool) {
	to := step{
		Verb: stepSummary, Club: v.step.Club, Net: start.Net, Minute: unixMinute(start.At), Length: wholeMinutes(v.found.Length), Booking: v.step.Booking,
	}
	switch {
	case start.Status == booking.Free && start.Longest >= v.found.Length:
		return choice{d.money(start.Price), to}, true
	case start.Status == booking.OnHold:
		return choice{"⏳", to.with(stepTakenTime)}, false
	case start.Status == booking.Taken || start.Status == booking.Free:
		return choice{"✖", to.with(stepTakenTime)}, false
	}
	return choice{text: "–"}, false
}

// grid is a day's starts by time and net, without the times that are over on every net.
type grid struct {
	nets   []booking.Net
	times  []time.Time
	starts map[int64]map[booking.NetID]booking.Start // by Unix time
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

// netPages is how many pages of nets there can be: a page's number is netPages for each page of times, and one for each page of nets.
const netPages = 10

// pageOf splits a page's number. For a page beyond the end it gives the last one.
func (g grid) pageOf(number int) (row, column int) {
	last := func(n, each int) int { return max(0, (n-1)/each) }
	return min(number/netPages, last(len(g.times), gridRows)), min(number%netPages, last(len(g.nets), gridNets))
}

// pageButtons adds the buttons to earlier and later times and to other nets.
func (g grid) pageButtons(k *keyboard, s step, row, column int) {
	var list []choice
	add := func(exists bool, text string, row, column int) {
		if exists {
			s.Page = row*netPages + column
			list = append(list, choice{text, s})
		}
	}
	add(row > 0, "▲", row-1, column)
	add((row+1)*gridRows < len(g.times), "▼", row+1, column)
	add(column > 0, "◀", row, column-1)
	add((column+1)*gridNets < len(g.nets) && column < netPages-1, "▶", row, column+1)
	k.row(list...)
}
