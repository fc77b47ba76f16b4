package nets

import (
	"context"
	"slices"
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

const mineRows = 8

// HandleMine lists what the person has booked.
func (s *Screens) HandleMine(ctx context.Context, e *telegram.Event) error {
	return s.enter(ctx, e, func(ctx context.Context, v *visit) (telegram.Reply, error) { return v.mine(ctx, step{Verb: stepMine}) })
}

// mine is the list of what is ahead, in all clubs; each leads to its screen.
func (v *visit) mine(ctx context.Context, s step) (telegram.Reply, error) {
	clubs, err := v.service().Clubs(ctx)
	if err != nil {
		return telegram.Reply{}, err
	}
	_, at, err := v.service().Glance(ctx, nil)
	if err != nil {
		return telegram.Reply{}, err
	}
	var ahead []booking.Booking
	zones := map[booking.ClubID]booking.Club{}
	for _, c := range clubs {
		zones[c.ID] = c
		list, err := v.allMine(ctx, c, booking.DayIn(at, c.Zone)-1)
		if err != nil {
			return telegram.Reply{}, err
		}
		ahead = append(ahead, slices.DeleteFunc(list, func(b booking.Booking) bool { return !b.LiveAt(at) || !b.Span.End.After(at) })...)
	}
	slices.SortStableFunc(ahead, func(x, y booking.Booking) int { return x.Span.Start.Compare(y.Span.Start) })
	shown, page, last := pageOf(ahead, mineRows, s.Page)
	k := v.buttons()
	for _, b := range shown {
		start := b.Span.Start.In(zones[b.Club].Zone)
		k.row(mark(b)+" "+v.in.Day(start)+" "+v.in.Clock(start), step{Verb: stepShow, Booking: b.ID})
	}
	k.turn(page, 0, last, s)
	k.row(v.in.Say("mine.book"), step{Verb: stepClubs})
	k.beside(v.in.Say("mine.waits"), step{Verb: stepWaits})
	title := v.in.Say("mine.title")
	text := title + "\n" + v.in.Say("mine.some", len(ahead))
	return telegram.Reply{Text: text, Bold: len(title), Keyboard: k.rows}, nil
}

// allMine reads a member's bookings of a club from a day on.
func (v *visit) allMine(ctx context.Context, club booking.Club, from booking.Day) (all []booking.Booking, err error) {
	const each = 200
	query := booking.MineQuery{Club: club.ID, From: from, Limit: each}
	for {
		list, err := v.service().Mine(ctx, booking.Actor{ID: booking.MemberID(v.event.From.ID)}, query)
		if err != nil {
			return nil, err
		}
		if all = append(all, list...); len(list) < each {
			return all, nil
		}
		query.After = list[len(list)-1].ID
	}
}

// mark is the sign of how a booking stands.
func mark(b booking.Booking) string {
	switch {
	case b.Kind == booking.Block:
		return "🚧"
	case b.Kind == booking.Offer:
		return "🎾"
	case b.State == booking.Held:
		return "⏳"
	case b.State == booking.CheckedIn:
		return "☑️"
	case b.State == booking.NoShow:
		return "👻"
	}
	return "✅"
}

// pageOf is the part of a list that a page shows; where that page is beyond the end, the last one's.
func pageOf[T any](list []T, rows, wanted int) (shown []T, page, last int) {
	last = max(0, len(list)-1) / rows
	page = min(wanted, last)
	return list[page*rows : min(len(list), (page+1)*rows)], page, last
}

// turn adds the buttons to the pages before and after, in a row of their own.
func (k *buttons) turn(page, first, last int, s step) {
	for _, t := range []struct {
		there bool
		text  string
		page  int
	}{{page > first, "◀", page - 1}, {page < last, "▶", page + 1}} {
		if !t.there {
			continue
		}
		s.Page = t.page
		if t.text == "▶" && page > first {
			k.beside(t.text, s)
		} else {
			k.row(t.text, s)
		}
	}
}

// askCancel says what cancelling would give back and keep, before anything is done.
func (v *visit) askCancel(ctx context.Context, s step) (telegram.Reply, error) {
	x, err := v.look(ctx, s.Booking)
	if err != nil {
		return telegram.Reply{}, err
	}
	if !x.live() {
		return telegram.Reply{}, booking.ErrState
	}
	actor, err := v.actor(ctx, x.booking.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	terms, err := v.service().CancelTerms(ctx, actor, s.Booking)
	if err != nil {
		return telegram.Reply{}, err
	}
	title := v.in.Say("drop.title")
	span := x.booking.Span
	var t strings.Builder
	t.WriteString(title + "\n🏏 " + telegram.CleanLine(x.booking.NetNames(x.nets), 100) + " · " + v.in.Span(span.Start.In(x.club.Zone), span.End.In(x.club.Zone)))
	for _, back := range terms.Back {
		t.WriteString("\n" + v.in.Say("drop.back", v.money(back)))
	}
	free := terms.FreeUntil.In(x.club.Zone)
	if terms.Fee.Minor > 0 {
		t.WriteString("\n" + v.in.Say("drop.fee", v.money(terms.Fee)))
	} else if terms.FreeUntil.After(x.at) {
		t.WriteString("\n" + v.in.Say("drop.free", v.in.Day(free), v.in.Clock(free)))
	}
	k := v.buttons()
	k.row(v.in.Say("drop.do"), step{Verb: stepCancel, Booking: s.Booking})
	k.row(v.in.Say("drop.keep"), step{Verb: stepShow, Booking: s.Booking})
	return telegram.Reply{Text: t.String(), Bold: len(title), Keyboard: k.rows}, nil
}

func (v *visit) cancel(ctx context.Context, s step) (telegram.Reply, error) {
	return v.shownAfter(ctx, s, v.bookingStep(ctx, s, func(ctx context.Context, actor booking.Actor, _ booking.Booking) error {
		_, err := v.service().Cancel(ctx, actor, s.Booking, false)
		return err
	}))
}

// attend notes that the member came, or that nobody did.
func (v *visit) attend(ctx context.Context, s step, note func(ctx context.Context, actor booking.Actor, id booking.ID) (booking.Booking, error)) (telegram.Reply, error) {
	return v.shownAfter(ctx, s, v.bookingStep(ctx, s, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		if s.Verb == stepNoShow { // staff say that, also of a booking of their own
			var err error
			if actor, err = v.actor(ctx, b.Club); err != nil {
				return err
			}
		}
		_, err := note(ctx, actor, s.Booking)
		return err
	}))
}
