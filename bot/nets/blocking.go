package nets

import (
	"context"
	"errors"
	"fmt"

	"github.com/cespare/xxhash/v2"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// blocking keeps a time for the club.
type blocking struct{ *visit }

// HandleBlock answers /block with the calendar. The screens of a free and of a taken time have the button that blocks it.
func (s *Screens) HandleBlock(ctx context.Context, e *telegram.Event) error {
	return s.begin(ctx, e, func(ctx context.Context, v *visit) (screen, error) {
		club, err := v.firstClub(ctx, v.staffActor)
		if err != nil {
			return nil, err
		}
		month, err := calendar{v}.readMonth(ctx, step{Verb: stepMonth, Club: club.ID})
		month.forBlock = true
		return month, err
	})
}

// blockButton adds the button that blocks a time. A booking that moves has none.
func (d drawing) blockButton(k *keyboard, s step) {
	if s.Booking == 0 {
		k.add(d.in.Say("block.do", d.length(s.length())), step{Verb: stepBlock, Club: s.Club, Net: s.Net, Minute: s.Minute, Length: s.Length})
	}
}

// block blocks a time. Bookings in the way are listed first. They are cancelled without a fee when the button was made for exactly them.
func (k blocking) block(ctx context.Context, s step) (screen, error) {
	actor, err := k.staffActor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	span := s.span()
	request := booking.BlockRequest{Club: s.Club, Nets: []booking.NetID{s.Net}, Start: span.Start, End: span.End}
	block, err := k.Booking.Block(ctx, actor, request)
	if conflict, ok := errors.AsType[*booking.BlockConflictError](err); ok {
		if s.Conflict == 0 || s.Conflict != hashBookings(conflict.Bookings) {
			return k.readConflict(ctx, s, conflict.Bookings)
		}
		reason, given := k.reason(s)
		if !given {
			return askReason(s), nil
		}
		actor.Reason = reason
		request.Resolve = map[booking.ID]booking.Resolution{}
		seen := booking.Seen{Bookings: map[booking.ID]int{}}
		for _, b := range conflict.Bookings {
			request.Resolve[b.ID], seen.Bookings[b.ID] = booking.Resolution{}, b.Revision
		}
		block, err = k.Booking.IfSeen(seen).Block(ctx, actor, request)
	}
	if err != nil {
		return nil, err
	}
	return bookingScreen(k).showBooking(ctx, block.ID)
}

func (k blocking) readConflict(ctx context.Context, s step, inWay []booking.Booking) (screen, error) {
	club, err := k.Booking.Club(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	return blockConflictView{club: club, inWay: inWay, names: k.names(ctx, membersOf(inWay)), step: s}, nil
}

// hashBookings returns a short hash of the bookings' ids and versions.
func hashBookings(list []booking.Booking) int64 {
	h := xxhash.New()
	for _, b := range list {
		fmt.Fprintf(h, "%d %d ", b.ID, b.Revision)
	}
	return booking.ShortenHash(h.Sum64())
}

// blockConflictView is the bookings in the way of a block, at least one.
type blockConflictView struct {
	club  booking.Club
	inWay []booking.Booking
	names map[booking.MemberID]string
	step  step
}

func (v blockConflictView) draw(d drawing) telegram.Reply {
	var lines []string
	for _, b := range v.inWay {
		lines = append(lines, stateMark(b)+" "+d.span(b.Span, v.club.Zone)+" · "+v.names[b.Member])
	}
	k := d.keyboard()
	to := v.step.with(stepBlock)
	to.Conflict = hashBookings(v.inWay)
	k.add(d.in.Say("block.anyway"), to)
	k.add(d.in.Say("book.back"), step{Verb: stepDay, Club: v.step.Club, Day: v.inWay[0].Day})
	return titled(d.in.Say("block.in_way", len(v.inWay)), lines, k)
}
