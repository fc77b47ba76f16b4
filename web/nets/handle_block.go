package nets

import (
	"context"

	"pavilion/booking"
	"pavilion/web"
)

// ResolutionBody is the admin's decision about one booking in the way of a block.
type ResolutionBody struct {
	Booking int64   `json:"booking" minimum:"1"`
	Version int     `json:"version" minimum:"1" doc:"Of the booking as it was seen."`
	Action  string  `json:"action" enum:"cancel,move" doc:"Cancel it without a fee, or move it."`
	Nets    []int64 `json:"nets,omitempty" maxItems:"20" doc:"To move it: the same nets where it is missing."`
	Start   string  `json:"start,omitempty" maxLength:"40"`
	End     string  `json:"end,omitempty" maxLength:"40"`
}

type blockIn struct {
	InClub
	web.Keyed
	Body struct {
		ReasonBody
		Nets    []int64          `json:"nets" minItems:"1" maxItems:"50"`
		Start   string           `json:"start" maxLength:"40"`
		End     string           `json:"end" maxLength:"40"`
		Note    string           `json:"note,omitempty" maxLength:"500"`
		Resolve []ResolutionBody `json:"resolve,omitempty" maxItems:"500" doc:"One for each booking that the refusal listed."`
	}
}

func (h netAdmin) blockNets(ctx context.Context, in *blockIn) (effect[BookingBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	span, err := h.spanOf(ctx, in.Club, in.Body.Start, in.Body.End)
	if err != nil {
		return nil, err
	}
	r := booking.BlockRequest{
		Club: booking.ClubID(in.Club), Nets: toNets(in.Body.Nets), Start: span.Start, End: span.End, Note: in.Body.Note, Resolve: map[booking.ID]booking.Resolution{},
	}
	seen := booking.Seen{Bookings: map[booking.ID]int{}}
	for _, one := range in.Body.Resolve {
		seen.Bookings[booking.ID(one.Booking)] = one.Version
		var to booking.Resolution
		if one.Action == "move" {
			span, err := h.spanOf(ctx, in.Club, one.Start, one.End)
			if err != nil {
				return nil, err
			}
			to.Move = &booking.RescheduleRequest{Nets: toNets(one.Nets), Start: span.Start, End: span.End}
		}
		r.Resolve[booking.ID(one.Booking)] = to
	}
	actor.Reason = in.Body.Reason
	return func(ctx context.Context, s *booking.Service) (BookingBody, error) {
		b, err := s.IfSeen(seen).Block(ctx, actor, r)
		return bookingOf(b), err
	}, nil
}
