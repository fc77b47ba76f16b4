package httpapi

import (
	"context"
	"fmt"
	"strings"

	ics "github.com/arran4/golang-ical"

	"pavilion/booking"
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
		Body:               []byte(event(b, club, nets)),
	}, nil
}

// event writes a booking so that a calendar that has it already changes it: the same UID, a higher SEQUENCE.
func event(b booking.Booking, club booking.Club, nets []booking.Net) string {
	var names []string
	for _, id := range b.Nets {
		name := fmt.Sprintf("Net %d", id)
		for _, n := range nets {
			if n.ID == id {
				name = n.Name
			}
		}
		names = append(names, name)
	}
	c := ics.NewCalendarFor("Pavilion")
	c.SetMethod(ics.MethodPublish)
	e := c.AddEvent(fmt.Sprintf("booking-%d-%d@pavilion", b.Club, b.ID))
	e.SetDtStampTime(b.ChangedAt)
	e.SetCreatedTime(b.CreatedAt)
	e.SetModifiedAt(b.ChangedAt)
	e.SetSequence(b.Version)
	e.SetStartAt(b.Span.Start)
	e.SetEndAt(b.Span.End)
	e.SetSummary(strings.Join(names, ", ") + " · " + club.Name)
	switch {
	case b.State == booking.Held:
		e.SetStatus(ics.ObjectStatusTentative)
	case b.State.Live(), b.State == booking.NoShow:
		e.SetStatus(ics.ObjectStatusConfirmed)
	default:
		e.SetStatus(ics.ObjectStatusCancelled)
	}
	return c.Serialize()
}
