package web

import (
	"context"
	"fmt"
)

const calendarType = "text/calendar"

// fileOut is an answer that is a file.
type fileOut struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

func (a *routes) calendar(ctx context.Context, in *bookingIn) (*fileOut, error) {
	b, err := a.readBooking(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	club, err := a.deps.Booking.Club(ctx, b.Club)
	if err != nil {
		return nil, err
	}
	nets, err := a.deps.Booking.Nets(ctx, b.Club)
	if err != nil {
		return nil, err
	}
	return &fileOut{
		ContentType:        calendarType + "; charset=utf-8",
		ContentDisposition: fmt.Sprintf(`attachment; filename="booking-%d.ics"`, b.ID),
		Body:               b.Calendar(club, nets),
	}, nil
}
