package nets

import (
	"context"
	"slices"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// dayGrid shows one day in three parts. Each part is a grid with a row for each time and a column for each net.
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
	mine, err := myBookings(g).readFrom(ctx, s.Club, min(s.Day, booking.DayIn(found.At, found.Club.Zone))-usualDays)
	if err != nil {
		return nil, err
	}
	return dayView{found: found, mine: mine, step: s}, nil
}

// forMoved returns the length of the booking that is moved, and an actor that reads prices of its rate. For a new booking it returns 0 and actor itself.
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
	gridRows  = 12 // times on a page
	gridNets  = 3  // columns on a page; a phone has no room for a fourth with time and price
	usualDays = 60 // usualPart looks at bookings of the last 60 days
)

// dayView is one page of one part of a day. A cell is free if a booking of found.Length fits.
type dayView struct {
	found booking.Starts
	mine  []booking.Booking // the person's bookings, from usualDays before
	step  step
}

func (v dayView) draw(d drawing) telegram.Reply {
	g := newGrid(v.found)
	part := v.part(g)
	times := g.parts[part]
	row, column := g.pageOf(times, v.step.Page)
	nets := g.netsOn(column)
	k := d.keyboard()
	v.tabs(d, k, g, part)
	if len(g.nets) > 1 && len(times) > 0 {
		var head []choice
		for _, n := range nets {
			head = append(head, choice{text: telegram.CleanLine(n.Name, 20)})
		}
		k.row(head...)
	}
	shown := times[row*gridRows : min(len(times), (row+1)*gridRows)]
	var cells []choice
	for _, at := range shown {
		for _, n := range nets {
			cells = append(cells, v.cell(d, g.starts[at.Unix()][n.ID]))
		}
	}
	width := len(nets)
	if len(g.nets) == 1 {
		width = gridNets // with one net, several times share a row
	}
	k.inRows(cells, max(1, width))
	g.pageButtons(d, k, v, part, row, column)
	k.add(d.in.Say("book.other_day"), step{Verb: stepMonth, Club: v.step.Club, Page: monthNumber(dateOf(v.step.Day)), Booking: v.step.Booking})
	if v.step.Booking == 0 {
		k.openPage(d, d.in.Say("book.on_page"), v.step.Club, "d"+dateOf(v.step.Day).Format("20060102"))
	}
	title := "🏏 " + clubName(v.found.Club) + " · " + d.in.Day(dateOf(v.step.Day))
	if len(g.nets) == 1 {
		title += " · " + telegram.CleanLine(g.nets[0].Name, 40)
	}
	return titled(title, v.lines(d, g, part, cells), k)
}

// lines explains the prices and the signs of the cells.
func (v dayView) lines(d drawing, g grid, part dayPart, cells []choice) []string {
	switch {
	case len(g.parts[part]) == 0:
		return []string{d.in.Say("book.nothing_left")}
	case !g.isFree(v, part):
		if slices.ContainsFunc(g.shownParts(), func(p dayPart) bool { return g.isFree(v, p) }) {
			return append([]string{d.in.Say("book.part_full")}, v.legend(d, cells)...)
		}
		return append([]string{d.in.Say("book.full")}, v.legend(d, cells)...)
	}
	return append([]string{d.in.Say("book.pick_time", d.length(v.found.Length))}, v.legend(d, cells)...)
}

// The signs of cells that cannot be booked.
const (
	signTaken = "✖"
	signHeld  = "⏳"
	signOwn   = "⭐"
)

// legend explains the signs in use.
func (v dayView) legend(d drawing, cells []choice) []string {
	var parts []string
	for _, x := range []struct{ sign, key string }{{signOwn, "book.own"}, {signTaken, "book.is_taken"}, {signHeld, "book.may_free"}} {
		if slices.ContainsFunc(cells, func(c choice) bool { return strings.HasPrefix(c.text, x.sign) }) {
			parts = append(parts, x.sign+" "+d.in.Say(x.key))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{strings.Join(parts, " · ")}
}

// cell returns the button of one time on one net.
func (v dayView) cell(d drawing, start booking.Start) choice {
	to := step{
		Verb: stepSummary, Club: v.step.Club, Net: start.Net, Minute: unixMinute(start.At), Length: wholeMinutes(v.found.Length), Booking: v.step.Booking,
	}
	clock := d.in.Clock(start.At.In(v.found.Club.Zone))
	if own := v.ownAt(start); own != 0 {
		return choice{signOwn + " " + clock, step{Verb: stepBooking, Booking: own}}
	}
	switch {
	case v.isFree(start):
		return choice{clock + " " + d.money(start.Price), to}
	case start.Status == booking.OnHold:
		return choice{signHeld + " " + clock, to.with(stepTakenTime)}
	case start.Status == booking.Taken || start.Status == booking.Free:
		return choice{signTaken + " " + clock, to.with(stepTakenTime)}
	}
	return choice{text: "–"}
}

func (v dayView) isFree(start booking.Start) bool {
	return start.Status == booking.Free && start.Longest >= v.found.Length
}

// ownAt returns the person's live booking at a time on a net; 0 if there is none.
func (v dayView) ownAt(start booking.Start) booking.ID {
	for _, b := range v.mine {
		if b.LiveAt(v.found.At) && slices.Contains(b.Nets, start.Net) && !start.At.Before(b.Span.Start) && start.At.Before(b.Span.End) {
			return b.ID
		}
	}
	return 0
}

// tabs adds a button for each part of the day with times. It adds none if there is only one such part.
func (v dayView) tabs(d drawing, k *keyboard, g grid, chosen dayPart) {
	shown := g.shownParts()
	if len(shown) < 2 {
		return
	}
	var tabs []choice
	for _, p := range shown {
		c := choice{d.part(p), v.partStep(p)}
		if !g.isFree(v, p) {
			c.text += " " + signFull
		}
		if p == chosen {
			c.text = "● " + c.text
		}
		tabs = append(tabs, c)
	}
	k.row(tabs...)
}

// partStep leads to a part of the day.
func (v dayView) partStep(p dayPart) step {
	return step{Verb: stepDayPart, Club: v.step.Club, Day: v.step.Day, Choice: int(p), Booking: v.step.Booking}
}
