package booking

import (
	"fmt"
	"strings"

	ics "github.com/arran4/golang-ical"
)

// Calendar writes a booking as an iCalendar file. After a change the file has the same UID and a higher SEQUENCE, so calendars update the event.
func (b Booking) Calendar(club Club, nets []Net) []byte { return calendarOf(club, nets, b) }

// calendarOf writes bookings as one iCalendar file. The METHOD is that of the first booking.
func calendarOf(club Club, nets []Net, list ...Booking) []byte {
	c := ics.NewCalendarFor("Pavilion")
	c.SetMethod(list[0].calendarMethod())
	for _, b := range list {
		b.addEvent(c, club, nets)
	}
	return []byte(c.Serialize(ics.WithNewLineWindows)) // CRLF, as RFC 5545 requires
}

func (b Booking) addEvent(c *ics.Calendar, club Club, nets []Net) {
	e := c.AddEvent(fmt.Sprintf("booking-%d-%d@pavilion", b.Club, b.ID))
	e.SetDtStampTime(b.ChangedAt)
	e.SetCreatedTime(b.CreatedAt)
	e.SetModifiedAt(b.ChangedAt)
	e.SetSequence(b.Version)
	e.SetStartAt(b.Span.Start)
	e.SetEndAt(b.Span.End)
	e.SetSummary(b.NetNames(nets) + " · " + club.Name)
	if club.Address != "" {
		e.SetLocation(club.Address)
	}
	if club.Place != nil {
		e.SetGeo(club.Place.Latitude, club.Place.Longitude)
	}
	switch {
	case b.calendarMethod() == ics.MethodCancel:
		e.SetStatus(ics.ObjectStatusCancelled)
	case b.State == Held:
		e.SetStatus(ics.ObjectStatusTentative)
	default:
		e.SetStatus(ics.ObjectStatusConfirmed)
	}
}

// CalendarType is the media type of the calendar file. Its method is that of the file (RFC 6047): mail programs remove an event by CANCEL only.
func (b Booking) CalendarType() string {
	return "text/calendar; charset=utf-8; method=" + string(b.calendarMethod())
}

func (b Booking) calendarMethod() ics.Method {
	if b.State.Live() || b.State == NoShow {
		return ics.MethodPublish
	}
	return ics.MethodCancel
}

// NetNames joins the names of a booking's nets with commas.
func (b Booking) NetNames(nets []Net) string {
	names := make([]string, len(b.Nets))
	for i, id := range b.Nets {
		names[i] = fmt.Sprintf("Net %d", id)
		for _, n := range nets {
			if n.ID == id {
				names[i] = n.Name
			}
		}
	}
	return strings.Join(names, ", ")
}
