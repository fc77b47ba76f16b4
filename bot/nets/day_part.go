package nets

import (
	"time"

	"pavilion/booking"
)

// dayPart is a part of a day. Buttons carry its number.
type dayPart int

const (
	inMorning   dayPart = iota
	inAfternoon         // from noon
	inEvening           // from 17:00 until after midnight
)

const dayParts = 3

const (
	afternoonFrom = 12 // o'clock
	eveningFrom   = 17
)

// partOf returns the part of an opening day to which a time belongs.
func partOf(day booking.Day, at time.Time, zone *time.Location) dayPart {
	hour := at.In(zone).Hour()
	switch {
	case booking.DayIn(at, zone) > day || hour >= eveningFrom:
		return inEvening
	case hour >= afternoonFrom:
		return inAfternoon
	}
	return inMorning
}

// partStep leads to the part of an opening day to which a time belongs.
func partStep(club booking.ClubID, day booking.Day, at time.Time, zone *time.Location) step {
	return step{Verb: stepDayPart, Club: club, Day: day, Choice: int(partOf(day, at, zone))}
}

// part writes the name of a part of the day.
func (d drawing) part(p dayPart) string {
	switch p {
	case inMorning:
		return d.in.Say("book.morning")
	case inAfternoon:
		return d.in.Say("book.afternoon")
	case inEvening:
	}
	return d.in.Say("book.evening")
}

// part returns the part of the day to show: the one that a tab names, else the person's usual part, else the first part with a free time. A part without
// times is skipped.
func (v dayView) part(g grid) dayPart {
	if asked := dayPart(v.step.Choice); v.step.Verb == stepDayPart && asked < dayParts && len(g.parts[asked]) > 0 {
		return asked
	}
	if usual, known := v.usualPart(); known && len(g.parts[usual]) > 0 {
		return usual
	}
	shown := g.shownParts()
	for _, p := range shown {
		if g.isFree(v, p) {
			return p
		}
	}
	if len(shown) > 0 {
		return shown[0]
	}
	return inMorning
}

// usualPart returns the part of the booking that is moved, else the part with most of the person's bookings. If two parts have equally many, the latest
// booking decides.
func (v dayView) usualPart() (usual dayPart, known bool) {
	var times [dayParts]int
	var latest [dayParts]time.Time
	for _, b := range v.mine {
		part := partOf(b.Day, b.Span.Start, v.found.Club.Zone)
		if b.ID == v.step.Booking {
			return part, true
		}
		if b.State != booking.Confirmed && b.State != booking.CheckedIn {
			continue
		}
		times[part]++
		if b.Span.Start.After(latest[part]) {
			latest[part] = b.Span.Start
		}
	}
	for p := range dayPart(dayParts) {
		if times[p] > times[usual] || times[p] == times[usual] && latest[p].After(latest[usual]) {
			usual = p
		}
	}
	return usual, times[usual] > 0
}
