package nets

import (
	"context"
	"errors"
	"slices"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// summary is the last screen before a hold: how long, with which add-ons, for how much.
type summary struct{ *visit }

func (y summary) showSummary(ctx context.Context, s step) (screen, error) {
	actor, err := y.actor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	club, err := y.Booking.Club(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	quote, err := y.Booking.Quote(ctx, actor, s.slot())
	if err != nil {
		return nil, err
	}
	found, err := y.Booking.Starts(ctx, actor, s.Club, quote.Day, 0)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(found.Starts, func(x booking.Start) bool { return x.Net == s.Net && x.At.Equal(s.startsAt()) })
	if i < 0 || found.Starts[i].Longest < s.length() {
		return nil, booking.ErrSlotTaken
	}
	return summaryView{club: club, nets: found.Nets, at: found.At, quote: quote, longest: found.Starts[i].Longest, step: s, staff: isStaff(actor)}, nil
}

func (s step) slot() booking.SlotRequest {
	span := s.span()
	return booking.SlotRequest{Club: s.Club, Nets: []booking.NetID{s.Net}, Start: span.Start, End: span.End, AddOns: s.AddOns.ids()}
}

// hold reserves the time for a while.
func (y summary) hold(ctx context.Context, s step) (screen, error) {
	actor, err := y.actor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	id, err := y.once(ctx, s, func(ctx context.Context, service *booking.Service) (booking.ID, error) {
		b, err := service.Hold(ctx, actor, booking.HoldRequest{SlotRequest: s.slot()})
		return b.ID, err
	})
	if errors.Is(err, booking.ErrSlotTaken) { // perhaps by the same member, in another message or in the Mini App
		own, oerr := y.ownBookingAt(ctx, actor, s)
		if oerr != nil || own == 0 {
			return nil, errors.Join(err, oerr)
		}
		id, err = own, nil
	}
	if err != nil {
		return nil, err
	}
	return bookingScreen(y).showBooking(ctx, id)
}

// ownBookingAt finds a live hold or booking of the member at exactly the step's net and time; 0 where there is none.
func (y summary) ownBookingAt(ctx context.Context, actor booking.Actor, s step) (booking.ID, error) {
	club, err := y.Booking.Club(ctx, s.Club)
	if err != nil {
		return 0, err
	}
	list, err := y.Booking.MemberBookings(ctx, actor, booking.MemberBookingsQuery{Club: s.Club, From: booking.DayIn(s.startsAt(), club.Zone) - 1, Limit: 200})
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

// summaryView is a time that can be held.
type summaryView struct {
	club    booking.Club
	nets    []booking.Net
	at      time.Time
	quote   booking.Quote
	longest time.Duration
	step    step
	staff   bool
}

func (v summaryView) draw(d drawing) telegram.Reply {
	s := v.step
	k := d.keyboard()
	k.inRows(v.lengthChoices(d), 4)
	for _, n := range v.nets {
		if n.ID == s.Net {
			v.addOnButtons(d, k, n)
		}
	}
	k.add(d.in.Say("book.hold", d.money(v.quote.Total)), s.with(stepHold))
	if v.staff {
		d.blockButton(k, s)
	}
	k.add(d.in.Say("book.back"), partStep(s.Club, v.quote.Day, s.startsAt(), v.club.Zone))
	lines := append([]string{d.span(s.span(), v.club.Zone)}, d.priceLines(v.quote.Lines, v.quote.Total)...)
	lines = append(lines, d.cancelRule(v.club, s.startsAt(), v.quote.Total, v.at)...)
	return titled("🏏 "+netName(v.nets, s.Net, 60)+" · "+clubName(v.club), lines, k)
}

const maxLengths = 12

// lengthChoices are the lengths that are free, the chosen one marked; none where there is only one.
func (v summaryView) lengthChoices(d drawing) (choices []choice) {
	p := v.club.Policy
	for l := p.Shortest(); l <= v.longest && len(choices) < maxLengths; l += p.Grid {
		c := choice{d.length(l), v.step}
		if c.to.Length = wholeMinutes(l); c.to.Length == v.step.Length {
			c.text = "● " + c.text
		}
		choices = append(choices, c)
	}
	if len(choices) < 2 {
		return nil
	}
	return choices
}

// addOnButtons choose add-ons of a net.
func (v summaryView) addOnButtons(d drawing, k *keyboard, n booking.Net) {
	for _, a := range n.AddOns {
		to := v.step
		var room bool
		if to.AddOns, room = v.step.AddOns.toggled(a.ID); !a.Active || !room {
			continue
		}
		mark, price := "☐ ", d.money(a.Price)
		if slices.Contains(v.step.AddOns[:], a.ID) {
			mark = "☑ "
		}
		if a.PerHour {
			price = d.in.Say("book.per_hour", price)
		}
		k.add(mark+telegram.CleanLine(a.Name, 30)+" · "+price, to)
	}
}
