package nets

import (
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// grid holds a day's starts by part, time and net. It leaves out times that are over, too soon, or closed on every net.
type grid struct {
	nets   []booking.Net
	parts  [dayParts][]time.Time
	starts map[int64]map[booking.NetID]booking.Start // by Unix time
}

func newGrid(found booking.Starts) grid {
	g := grid{nets: found.Nets, starts: map[int64]map[booking.NetID]booking.Start{}}
	listed := map[int64]bool{}
	for _, x := range found.Starts {
		if x.Status == booking.Over || x.Status == booking.ShortTerm {
			continue
		}
		at := x.At.Unix()
		if g.starts[at] == nil {
			g.starts[at] = map[booking.NetID]booking.Start{}
		}
		g.starts[at][x.Net] = x
		if isOffered := x.Status == booking.Free || x.Status == booking.Taken || x.Status == booking.OnHold; isOffered && !listed[at] {
			listed[at] = true
			part := partOf(found.Day, x.At, found.Club.Zone)
			g.parts[part] = append(g.parts[part], x.At)
		}
	}
	return g
}

// shownParts returns the parts of the day with times.
func (g grid) shownParts() (shown []dayPart) {
	for p, times := range g.parts {
		if len(times) > 0 {
			shown = append(shown, dayPart(p))
		}
	}
	return shown
}

// isFree reports whether a part of the day has a time that can be booked.
func (g grid) isFree(v dayView, p dayPart) bool {
	for _, at := range g.parts[p] {
		for _, start := range g.starts[at.Unix()] {
			if v.isFree(start) {
				return true
			}
		}
	}
	return false
}

// netPages is the largest number of pages of nets. A page's number is row*netPages + column: the page of times and the page of nets.
const netPages = 100

// pageOf splits a page's number. A page beyond the end becomes the last one.
func (g grid) pageOf(times []time.Time, number int) (row, column int) {
	return min(number/netPages, lastPage(len(times), gridRows)), min(number%netPages, lastPage(len(g.nets), gridNets))
}

func lastPage(n, each int) int { return max(0, (n-1)/each) }

// netsOn returns the nets of a page. The sizes of the pages differ by at most one.
func (g grid) netsOn(page int) []booking.Net {
	pages := lastPage(len(g.nets), gridNets) + 1
	return g.nets[page*len(g.nets)/pages : (page+1)*len(g.nets)/pages]
}

// pageButtons adds the buttons to the neighbouring pages. Each is named by the first time or net of its page.
func (g grid) pageButtons(d drawing, k *keyboard, v dayView, part dayPart, row, column int) {
	var list []choice
	add := func(text string, row, column int) {
		to := v.partStep(part)
		to.Page = row*netPages + column
		list = append(list, choice{text, to})
	}
	times := g.parts[part]
	first := func(row int) string { return d.in.Clock(times[row*gridRows].In(v.found.Club.Zone)) }
	net := func(page int) string { return telegram.CleanLine(g.netsOn(page)[0].Name, 20) }
	if row > 0 {
		add("▲ "+first(row-1), row-1, column)
	}
	if row < lastPage(len(times), gridRows) {
		add("▼ "+first(row+1), row+1, column)
	}
	if len(times) > 0 && column > 0 {
		add("◀ "+net(column-1), row, column-1)
	}
	if len(times) > 0 && column < min(lastPage(len(g.nets), gridNets), netPages-1) {
		add(net(column+1)+" ▶", row, column+1)
	}
	k.row(list...)
}
