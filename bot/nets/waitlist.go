package nets

import (
	"context"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// waitlist lists and changes the places of a person in the waitlists of all clubs.
type waitlist struct{ *visit }

// HandleWaitlist answers /waitlist.
func (s *Screens) HandleWaitlist(ctx context.Context, e *telegram.Event) error {
	return s.begin(ctx, e, func(ctx context.Context, v *visit) (screen, error) { return waitlist{v}.listWaits(ctx) })
}

func (w waitlist) listWaits(ctx context.Context) (screen, error) {
	clubs, err := w.Booking.Clubs(ctx)
	if err != nil {
		return nil, err
	}
	var v waitlistView
	for _, c := range clubs {
		waits, err := w.Booking.Waits(ctx, booking.Actor{ID: w.member()}, c.ID)
		if err != nil {
			return nil, err
		}
		nets, err := w.Booking.NamedNets(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, x := range waits {
			v.places = append(v.places, waitPlace{wait: x, zone: c.Zone, nets: nets})
		}
	}
	return v, nil
}

// join adds the person to the waitlist of a time that is taken.
func (w waitlist) join(ctx context.Context, s step) (screen, error) {
	actor, err := w.actor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	span := s.span()
	wait, err := w.Booking.JoinWaitlist(ctx, actor, booking.WaitRequest{Club: s.Club, Net: s.Net, Start: span.Start, End: span.End})
	if err != nil {
		return nil, err
	}
	club, err := w.Booking.Club(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	return joinedView{club: club, wait: wait}, nil
}

func (w waitlist) leave(ctx context.Context, s step) (screen, error) {
	if err := w.Booking.LeaveWaitlist(ctx, booking.Actor{ID: w.member(), Origin: booking.OriginChat}, s.Wait); err != nil {
		return nil, err
	}
	return w.listWaits(ctx)
}

// waitPlace is one place in a waitlist, with the zone and the nets of its club.
type waitPlace struct {
	wait booking.Wait
	zone *time.Location
	nets []booking.Net
}

// waitlistView is a person's places. A tap leaves the waitlist, or leads to the booking that is offered.
type waitlistView struct{ places []waitPlace }

func (v waitlistView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	for _, p := range v.places {
		text := d.instant(p.wait.Span.Start, p.zone)
		if p.wait.Net != 0 {
			text += " · " + netName(p.nets, p.wait.Net, 20)
		}
		if p.wait.Offer != 0 {
			k.add("🎾 "+text, step{Verb: stepBooking, Booking: p.wait.Offer})
		} else {
			if p.wait.Place > 0 {
				text += " · " + d.in.Say("wait.place", p.wait.Place)
			}
			k.add("✕ "+text, step{Verb: stepLeaveWaitlist, Wait: p.wait.ID})
		}
	}
	k.add(d.in.Say("mine.book"), step{Verb: stepClubs})
	return titled(d.in.Say("wait.title"), []string{d.in.Say("wait.some", len(v.places))}, k)
}

// joinedView is a place in the waitlist that the person has just taken.
type joinedView struct {
	club booking.Club
	wait booking.Wait
}

func (v joinedView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	k.add(d.in.Say("wait.leave"), step{Verb: stepLeaveWaitlist, Wait: v.wait.ID})
	k.add(d.in.Say("book.whole_day"), partStep(v.club.ID, booking.DayIn(v.wait.Span.Start, v.club.Zone), v.wait.Span.Start, v.club.Zone))
	return titled(d.in.Say("wait.joined"), []string{d.span(v.wait.Span, v.club.Zone), d.in.Say("wait.your_place", v.wait.Place), d.in.Say("wait.how")}, k)
}
