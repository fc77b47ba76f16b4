package nets

import (
	"context"
	"fmt"
)

const calendarType = "text/calendar"

// fileOut is an answer with a file to download.
type fileOut struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	Body               []byte
}

func (h bookings) downloadCalendar(ctx context.Context, in *bookingIn) (*fileOut, error) {
	_, b, err := h.readBooking(ctx, in.InBooking)
	if err != nil {
		return nil, err
	}
	club, err := h.booking.Club(ctx, b.Club)
	if err != nil {
		return nil, err
	}
	nets, err := h.booking.NamedNets(ctx, b.Club)
	if err != nil {
		return nil, err
	}
	return &fileOut{
		ContentType:        b.CalendarType(),
		ContentDisposition: fmt.Sprintf(`attachment; filename="booking-%d.ics"`, b.ID),
		Body:               b.Calendar(club, nets),
	}, nil
}
