package nets

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

const maxLengths = 12

// slip is the summary before anything is taken: how long, with what, for how much.
func (v *visit) slip(ctx context.Context, s step) (telegram.Reply, error) {
	actor, err := v.actor(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	if s.Booking != 0 {
		return v.moveSlip(ctx, actor, s)
	}
	club, err := v.service().Club(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	quote, err := v.service().Quote(ctx, actor, s.slot())
	if err != nil {
		return telegram.Reply{}, err
	}
	found, err := v.service().Starts(ctx, actor, s.Club, quote.Day)
	if err != nil {
		return telegram.Reply{}, err
	}
	i := slices.IndexFunc(found.Starts, func(x booking.Start) bool { return x.Net == s.Net && x.At.Equal(s.start()) })
	if i < 0 || found.Starts[i].Longest < s.span().Length() {
		return telegram.Reply{}, booking.ErrSlotTaken
	}
	k := v.buttons()
	v.lengths(k, s, club.Policy, found.Starts[i].Longest)
	for _, n := range found.Nets {
		if n.ID == s.Net {
			v.hire(k, s, n)
		}
	}
	k.row(v.in.Say("book.hold", v.money(quote.Total)), s.at(stepHold))
	v.offerBlock(k, actor, s)
	k.row(v.in.Say("book.back"), step{Verb: stepDay, Club: s.Club, Day: quote.Day})
	title := "🏏 " + telegram.CleanLine(netName(found.Nets, s.Net), 60) + " · " + telegram.CleanLine(club.Name, 100)
	text := title + "\n" + v.in.Span(s.span().Start.In(club.Zone), s.span().End.In(club.Zone)) + "\n" + v.prices(quote.Lines, quote.Total)
	return telegram.Reply{Text: text, Bold: len(title), Keyboard: k.rows}, nil
}

func (s step) slot() booking.SlotRequest {
	span := s.span()
	return booking.SlotRequest{Club: s.Club, Nets: []booking.NetID{s.Net}, Start: span.Start, End: span.End, AddOns: s.AddOns.list()}
}

// lengths offers every length that is free, the chosen one marked.
func (v *visit) lengths(k *buttons, s step, p booking.Policy, longest time.Duration) {
	var offered []time.Duration
	for d := p.Shortest(); d <= longest && len(offered) < maxLengths; d += p.Grid {
		offered = append(offered, d)
	}
	if len(offered) < 2 {
		return
	}
	var list []telegram.Button
	for _, d := range offered {
		text := v.length(d)
		to := s
		if to.Length = int(d / time.Minute); to.Length == s.Length {
			text = "● " + text
		}
		if b, ok := to.button(k.owner, text); ok {
			list = append(list, b)
		}
	}
	k.inRows(list, 4)
}

// hire offers what can be hired with the net.
func (v *visit) hire(k *buttons, s step, n booking.Net) {
	for _, a := range n.AddOns {
		to := s
		var room bool
		if to.AddOns, room = s.AddOns.toggled(a.ID); !a.Active || !room {
			continue
		}
		mark, price := "☐ ", v.money(a.Price)
		if slices.Contains(s.AddOns[:], a.ID) {
			mark = "☑ "
		}
		if a.PerHour {
			price = v.in.Say("book.per_hour", price)
		}
		k.row(mark+telegram.CleanLine(a.Name, 30)+" · "+price, to)
	}
}

func (v *visit) money(m booking.Money) string { return v.in.Money(m.Minor, m.Currency) }

// prices writes what makes up a price, and the sum.
func (v *visit) prices(lines []booking.PriceLine, total booking.Money) string {
	var t strings.Builder
	if len(lines) > 1 {
		for _, l := range lines {
			t.WriteString("\n" + telegram.CleanLine(l.Label, 40) + ": " + v.money(l.Amount))
		}
	}
	return t.String() + "\n" + v.in.Say("book.total", v.money(total))
}

// hold takes the time for a while.
func (v *visit) hold(ctx context.Context, s step) (telegram.Reply, error) {
	actor, err := v.actor(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	id, err := v.once(ctx, s, func(ctx context.Context, inner *booking.Service) (booking.ID, error) {
		b, err := inner.Hold(ctx, actor, booking.HoldRequest{SlotRequest: s.slot()})
		return b.ID, err
	})
	if errors.Is(err, booking.ErrSlotTaken) { // by the same member, in another message or in the app?
		own, oerr := v.ownHold(ctx, actor, s)
		if oerr != nil || own == 0 {
			return telegram.Reply{}, errors.Join(err, oerr)
		}
		id, err = own, nil
	}
	if err != nil {
		return telegram.Reply{}, err
	}
	return v.show(ctx, id)
}

// ownHold finds a live hold or booking of the member's at exactly that time and net.
func (v *visit) ownHold(ctx context.Context, actor booking.Actor, s step) (booking.ID, error) {
	club, err := v.service().Club(ctx, s.Club)
	if err != nil {
		return 0, err
	}
	list, err := v.service().Mine(ctx, actor, booking.MineQuery{Club: s.Club, From: booking.DayIn(s.start(), club.Zone) - 1, Limit: 200})
	if err != nil {
		return 0, err
	}
	for _, b := range list {
		if b.State.Live() && slices.Contains(b.Nets, s.Net) && b.Span.Start.Equal(s.span().Start) && b.Span.End.Equal(s.span().End) {
			return b.ID, nil
		}
	}
	return 0, nil
}
