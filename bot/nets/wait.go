package nets

import (
	"context"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// HandleWaitlist lists what the person waits for.
func (s *Screens) HandleWaitlist(ctx context.Context, e *telegram.Event) error {
	return s.enter(ctx, e, func(ctx context.Context, v *visit) (telegram.Reply, error) { return v.waits(ctx) })
}

// waits lists what the person waits for; a tap gives the place up, or leads to what is offered.
func (v *visit) waits(ctx context.Context) (telegram.Reply, error) {
	clubs, err := v.service().Clubs(ctx)
	if err != nil {
		return telegram.Reply{}, err
	}
	k := v.buttons()
	waiting := 0
	for _, c := range clubs {
		list, err := v.service().Waits(ctx, booking.Actor{ID: booking.MemberID(v.event.From.ID)}, c.ID)
		if err != nil {
			return telegram.Reply{}, err
		}
		nets, err := v.service().Nets(ctx, c.ID)
		if err != nil {
			return telegram.Reply{}, err
		}
		for _, w := range list {
			waiting++
			start := w.Span.Start.In(c.Zone)
			when := v.in.Day(start) + " " + v.in.Clock(start)
			if w.Net != 0 {
				when += " · " + telegram.CleanLine(netName(nets, w.Net), 20)
			}
			if w.Offer != 0 {
				k.row("🎾 "+when, step{Verb: stepShow, Booking: w.Offer})
			} else {
				k.row("✕ "+when, step{Verb: stepLeave, Wait: w.ID})
			}
		}
	}
	k.row(v.in.Say("mine.book"), step{Verb: stepClubs})
	title := v.in.Say("wait.title")
	return telegram.Reply{Text: title + "\n" + v.in.Say("wait.some", waiting), Bold: len(title), Keyboard: k.rows}, nil
}

// wait puts the person in line for a time that is taken.
func (v *visit) wait(ctx context.Context, s step) (telegram.Reply, error) {
	actor, err := v.actor(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	span := s.span()
	w, err := v.service().JoinWaitlist(ctx, actor, booking.WaitRequest{Club: s.Club, Net: s.Net, Start: span.Start, End: span.End})
	if err != nil {
		return telegram.Reply{}, err
	}
	club, err := v.service().Club(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	k := v.buttons()
	k.row(v.in.Say("wait.leave"), step{Verb: stepLeave, Wait: w.ID})
	k.row(v.in.Say("book.whole_day"), step{Verb: stepDay, Club: s.Club, Day: booking.DayIn(span.Start, club.Zone)})
	title := v.in.Say("wait.joined")
	return telegram.Reply{Text: title + "\n" + v.in.Span(span.Start.In(club.Zone), span.End.In(club.Zone)) + "\n" + v.in.Say("wait.how"), Bold: len(title), Keyboard: k.rows}, nil
}

func (v *visit) leave(ctx context.Context, s step) (telegram.Reply, error) {
	if err := v.service().LeaveWaitlist(ctx, booking.Actor{ID: booking.MemberID(v.event.From.ID), Origin: "bot"}, s.Wait); err != nil {
		return telegram.Reply{}, err
	}
	return v.waits(ctx)
}
