package booking

import (
	"fmt"
	"slices"
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

// addEvent cleans every text: golang-ical escapes \n and not \r, and old rows may have one.
func (b Booking) addEvent(c *ics.Calendar, club Club, nets []Net) *ics.VEvent {
	e := c.AddEvent(fmt.Sprintf("booking-%d-%d@pavilion", b.Club, b.ID))
	e.SetDtStampTime(b.ChangedAt)
	e.SetCreatedTime(b.CreatedAt)
	e.SetModifiedAt(b.ChangedAt)
	e.SetSequence(b.Version)
	e.SetStartAt(b.Span.Start)
	e.SetEndAt(b.Span.End)
	e.SetSummary(cleanText(b.NetNames(nets) + " · " + club.Name))
	if club.Address != "" {
		e.SetLocation(cleanText(club.Address))
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
	return e
}

// feedRefresh is the time after which a feed asks calendar programs to read it again.
const feedRefresh = "PT15M"

// feedCalendar writes a feed. The member's number, the note and the guests are written only for staff, and not in a feed of one's own bookings.
func (s *setup) feedCalendar(f Feed, list []Booking, actor Actor) []byte {
	c := ics.NewCalendarFor("Pavilion")
	c.SetMethod(ics.MethodPublish)
	name := s.club.Name
	if f.Kind == NetFeed {
		name = Booking{Nets: []NetID{f.Net}}.NetNames(s.nets) + " · " + name
	}
	c.SetName(cleanText(name))
	c.SetRefreshInterval(feedRefresh)
	c.SetXPublishedTTL(feedRefresh)
	for _, b := range list {
		e := b.addEvent(c, s.club, s.nets)
		if actor.isStaff() && f.Kind != MemberFeed {
			lines := append([]string{fmt.Sprint(b.Member), b.Note}, b.Guests...)
			e.SetDescription(cleanText(strings.Join(slices.DeleteFunc(lines, func(x string) bool { return x == "" }), "\n")))
		}
	}
	return []byte(c.Serialize(ics.WithNewLineWindows))
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
