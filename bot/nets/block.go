package nets

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cespare/xxhash/v2"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// HandleBlock begins with the day; every time of it, free or taken, has a button to keep it for the club.
func (s *Screens) HandleBlock(ctx context.Context, e *telegram.Event) error {
	return s.enter(ctx, e, func(ctx context.Context, v *visit) (telegram.Reply, error) {
		club, err := v.staffClub(ctx)
		if err != nil {
			return telegram.Reply{}, err
		}
		reply, err := v.month(ctx, step{Verb: stepMonth, Club: club.ID})
		reply.Text += "\n" + v.in.Say("block.how")
		return reply, err
	})
}

// offerBlock adds the button that keeps a time for the club, for its staff.
func (v *visit) offerBlock(k *buttons, actor booking.Actor, s step) {
	if s.Booking == 0 && (actor.Role == booking.Staff || actor.Role == booking.Admin) {
		k.row(v.in.Say("block.do", v.length(s.span().Length())), step{Verb: stepBlock, Club: s.Club, Net: s.Net, Minute: s.Minute, Length: s.Length})
	}
}

// block keeps a time for the club. Bookings in the way are listed first; they are cancelled, without a fee, only when the staff have seen
// exactly those.
func (v *visit) block(ctx context.Context, s step) (telegram.Reply, error) {
	actor, err := v.staffActor(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	span := s.span()
	r := booking.BlockRequest{Club: s.Club, Nets: []booking.NetID{s.Net}, Start: span.Start, End: span.End}
	made, err := v.service().Block(ctx, actor, r)
	var inWay *booking.BlockConflictError
	if !errors.As(err, &inWay) {
		return v.blocked(ctx, made, err)
	}
	if s.Seen == 0 || s.Seen != seenIDs(inWay.Bookings) {
		return v.askBlock(ctx, s, inWay.Bookings)
	}
	r.Resolve = map[booking.ID]booking.Resolution{}
	for _, b := range inWay.Bookings {
		r.Resolve[b.ID] = booking.Resolution{}
	}
	made, err = v.service().Block(ctx, actor, r)
	return v.blocked(ctx, made, err)
}

func (v *visit) blocked(ctx context.Context, made booking.Booking, err error) (telegram.Reply, error) {
	if err != nil {
		return telegram.Reply{}, err
	}
	return v.show(ctx, made.ID)
}

// seenIDs is a number that stands for exactly these bookings.
func seenIDs(list []booking.Booking) int64 {
	h := xxhash.New()
	for _, b := range list {
		fmt.Fprintf(h, "%d ", b.ID)
	}
	return int64(h.Sum64()>>16) + 1
}

func (v *visit) askBlock(ctx context.Context, s step, list []booking.Booking) (telegram.Reply, error) {
	club, err := v.service().Club(ctx, s.Club)
	if err != nil {
		return telegram.Reply{}, err
	}
	names := v.names(ctx, list)
	title := v.in.Say("block.in_way", len(list))
	var t strings.Builder
	t.WriteString(title)
	for _, b := range list {
		t.WriteString("\n" + mark(b) + " " + v.in.Span(b.Span.Start.In(club.Zone), b.Span.End.In(club.Zone)) + " · " + names[b.Member])
	}
	s.Verb, s.Seen = stepBlock, seenIDs(list)
	k := v.buttons()
	k.row(v.in.Say("block.anyway"), s)
	k.row(v.in.Say("book.back"), step{Verb: stepDay, Club: s.Club, Day: list[0].Day})
	return telegram.Reply{Text: t.String(), Bold: len(title), Keyboard: k.rows}, nil
}
