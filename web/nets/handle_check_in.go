package nets

import (
	"context"
	"fmt"

	"rsc.io/qr"

	"pavilion/booking"
	"pavilion/web"
)

// CheckInCodeBody is the code of a booking, for the staff to scan or to type.
type CheckInCodeBody struct {
	Code    string `json:"code" example:"123-K7QM2XWIPA"`
	Picture []byte `json:"picture" doc:"The code as a QR code: a PNG."`
}

type checkInByCodeIn struct {
	InClub
	web.Keyed
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"100" doc:"As it was scanned or typed."`
		Day  string `json:"day" format:"date" doc:"The opening day of the sheet that is open."`
	}
}

func (h bookings) readCheckInCode(ctx context.Context, in *bookingIn) (*web.Body[CheckInCodeBody], error) {
	actor, id, err := h.actorOn(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	code, err := h.booking.CheckInCode(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	drawn, err := qr.Encode(code, qr.M)
	if err != nil {
		return nil, fmt.Errorf("draw the code of booking %d: %w", id, err)
	}
	return &web.Body[CheckInCodeBody]{Body: CheckInCodeBody{code, drawn.PNG()}}, nil
}

func (h sheets) checkInByCode(ctx context.Context, in *checkInByCodeIn) (effect[BookingBody], error) {
	actor, err := h.actorIn(ctx, in.Club)
	if err != nil {
		return nil, err
	}
	day, err := booking.ParseDay(in.Body.Day)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, s *booking.Service) (BookingBody, error) {
		b, err := s.CheckInByCode(ctx, actor, booking.ClubID(in.Club), day, in.Body.Code)
		return bookingOf(b), err
	}, nil
}
