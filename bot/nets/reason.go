package nets

import (
	"context"
	"strings"

	"pavilion/booking"
)

// reason is why the staff do a step: typed, or nothing where they skipped the question. It is false while the question has not been asked.
func (v *visit) reason(s step) (string, bool) {
	if text, typed := v.typed(); typed {
		return strings.Join(strings.Fields(text), " "), true
	}
	return "", s.NoReason
}

// askReason asks the staff why they do a step. A button skips the question.
func askReason(s step) question {
	skip := s
	skip.NoReason = true
	return question{answer: s, text: func(d drawing) string { return d.in.Say("desk.ask_reason") }, skip: &skip}
}

// decide asks for a reason, makes a decision of the staff about a booking and shows the booking.
func (v *visit) decide(ctx context.Context, s step, change changeBooking) (screen, error) {
	reason, given := v.reason(s)
	err := v.asStaff(ctx, s.Booking, func(ctx context.Context, actor booking.Actor, b booking.Booking) error {
		if !given {
			return nil
		}
		actor.Reason = reason
		return change(ctx, actor, b)
	})
	if err == nil && !given {
		return askReason(s), nil
	}
	return bookingScreen{v}.showAfter(ctx, s, err)
}

// decideOrDo does a step on the person's own booking, or decides it as the staff.
func (v *visit) decideOrDo(ctx context.Context, s step, change changeBooking) (screen, error) {
	b, _, err := v.readBooking(ctx, s.Booking)
	if err != nil {
		return nil, err
	}
	actor, err := v.actor(ctx, b.Club)
	if err != nil {
		return nil, err
	}
	if isStaff(actor) && !v.isOwn(b) {
		return v.decide(ctx, s, change)
	}
	return bookingScreen{v}.showAfter(ctx, s, v.asMember(ctx, s.Booking, change))
}
