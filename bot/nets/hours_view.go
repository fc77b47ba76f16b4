package nets

import (
	"strings"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// weekView is the hours of a week: of one net, or for net 0 of all nets that have none for themselves.
type weekView struct {
	club  booking.Club
	nets  []booking.Net
	hours []booking.OpeningHours
	net   booking.NetID

	stranded int // number of bookings outside the saved hours or on retired nets
}

func (v weekView) draw(d drawing) telegram.Reply {
	var lines []string
	hours := hoursOf(v.hours, v.net)
	hasOwn := v.net != 0 && len(hours) > 0
	if v.net != 0 && !hasOwn {
		lines = append(lines, d.in.Say("nets.as_all"))
		hours = hoursOf(v.hours, 0)
	}
	var weekdays []choice
	for _, day := range append(weekdaysFromMonday(), everyWeekday) {
		if day != everyWeekday {
			lines = append(lines, d.weekday(day)+": "+v.times(d, hours, day))
		}
		weekdays = append(weekdays, choice{d.weekday(day), step{Verb: stepAskOpening, Club: v.club.ID, Net: v.net, Weekday: day}})
	}
	k := d.keyboard()
	d.strandedButton(k, v.club.ID, v.stranded)
	k.inPairs(weekdays)
	if hasOwn {
		k.add(d.in.Say("nets.drop_own"), step{Verb: stepSetClosed, Club: v.club.ID, Net: v.net, Weekday: ownHours})
	}
	k.inPairs(d.netChoices(v.nets, step{Verb: stepHours, Club: v.club.ID, Net: v.net}))
	k.add(d.in.Say("book.back"), step{Verb: stepNets, Club: v.club.ID})
	return titled("🕒 "+clubName(v.club)+" · "+d.netOrAll(v.nets, v.net), lines, k)
}

// times writes when a weekday is open.
func (v weekView) times(d drawing, hours []booking.OpeningHours, day int) string {
	var parts []string
	for _, h := range hours {
		if int(h.Weekday) == day {
			parts = append(parts, d.timesOfDay(h.Opens, h.Closes))
		}
	}
	if len(parts) == 0 {
		return d.in.Say("nets.shut")
	}
	return strings.Join(parts, ", ")
}

// timeOfDayView is a keyboard of whole hours: the opening of a weekday, or its closing.
type timeOfDayView struct {
	nets []booking.Net
	step step
}

const lastClosing = 26 // hours: two in the night after

func (v timeOfDayView) draw(d drawing) telegram.Reply {
	s := v.step
	k := d.keyboard()
	var hours []choice
	var line string
	if s.Verb == stepAskClosing {
		line = d.in.Say("nets.closes", d.minuteOfDay(s.Opens))
		first := s.Opens/60 + 1
		for hour := first; hour <= max(first, lastClosing); hour++ {
			to := s.with(stepSetHours)
			to.Closes = int64(hour * 60)
			hours = append(hours, choice{d.minuteOfDay(hour * 60), to})
		}
		k.inRows(hours, 6)
		k.add(d.in.Say("book.back"), s.with(stepAskOpening))
	} else {
		line = d.in.Say("nets.opens")
		for hour := range 24 {
			to := s.with(stepAskClosing)
			to.Opens = hour * 60
			hours = append(hours, choice{d.minuteOfDay(hour * 60), to})
		}
		k.inRows(hours, 6)
		k.add(d.in.Say("nets.type_hours"), s.with(stepTypeHours))
		k.add(d.in.Say("nets.shut_day"), s.with(stepSetClosed))
		k.add(d.in.Say("book.back"), s.with(stepHours))
	}
	return titled("🕒 "+d.netOrAll(v.nets, s.Net)+" · "+d.weekday(s.Weekday), []string{line}, k)
}
