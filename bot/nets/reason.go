package nets

import (
	"context"
	"strings"

	"pavilion/booking"
)

// reason returns the typed reason for a step, empty if the staff skipped the question. It returns false if the question was not asked yet.
func (v *visit) reason(s step) (string, bool) {
	if text, typed := v.typed(); typed {
		return strings.Join(strings.Fields(text), " "), true
	}
	return "", s.NoReason
}

// askReason asks for the reason for a step. A button skips the question.
func askReason(s step) question {
	skip := s
	skip.NoReason = true
	return question{answer: s, text: func(d drawing) string { return d.in.Say("desk.ask_reason") }, skip: &skip}
}

// decide asks staff for a reason. Once it is given or skipped, decide makes the change and shows the booking.
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

// decideOrDo makes a change of the person's own booking at once. For staff and another person's booking it calls decide.
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
