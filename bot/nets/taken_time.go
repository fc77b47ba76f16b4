package nets

import (
	"context"
	"slices"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// takenTime offers the free times near one that is taken, and the waitlist.
type takenTime struct{ *visit }

func (t takenTime) showAlternatives(ctx context.Context, s step) (screen, error) {
	return t.readStarts(ctx, s)
}

// showLost is for a time that was taken while the person chose it.
func (t takenTime) showLost(ctx context.Context, s step) (screen, error) {
	v, err := t.readStarts(ctx, s)
	v.lost = true
	return v, err
}

func (t takenTime) readStarts(ctx context.Context, s step) (takenView, error) {
	actor, err := t.actor(ctx, s.Club)
	if err != nil {
		return takenView{}, err
	}
	club, err := t.Booking.Club(ctx, s.Club)
	if err != nil {
		return takenView{}, err
	}
	actor, length, err := dayGrid(t).forMoved(ctx, actor, s)
	if err != nil {
		return takenView{}, err
	}
	if s.Booking == 0 {
		length = s.length()
	}
	found, err := t.startsAround(ctx, actor, club, s, length)
	if err != nil {
		return takenView{}, err
	}
	found.Starts = slices.DeleteFunc(found.Starts, func(x booking.Start) bool { return x.Longest < found.Length })
	s.Length = wholeMinutes(found.Length)
	return takenView{found: found, step: s, staff: isStaff(actor)}, nil
}

// startsAround reads the day to which a time belongs, for bookings of a length. A time after midnight can belong to the evening before.
func (t takenTime) startsAround(ctx context.Context, actor booking.Actor, club booking.Club, s step, length time.Duration) (booking.Starts, error) {
	day := booking.DayIn(s.startsAt(), club.Zone)
	found, err := t.Booking.Starts(ctx, actor, club.ID, day, length)
	if err != nil || day == 0 || slices.ContainsFunc(found.Starts, func(x booking.Start) bool { return x.At.Equal(s.startsAt()) }) {
		return found, err
	}
	return t.Booking.Starts(ctx, actor, club.ID, day-1, length)
}

// nearbyMost is how many nearby times are offered.
const nearbyMost = 6

// takenView is a time that is taken. Its starts are those that are free for long enough.
type takenView struct {
	found booking.Starts
	step  step
	staff bool
	lost  bool
}

func (v takenView) draw(d drawing) telegram.Reply {
	s, zone := v.step, v.found.Club.Zone
	near := v.found.Near(s.Net, s.startsAt(), nearbyMost)
	var choices []choice
	for _, x := range near {
		to := step{Verb: stepSummary, Club: s.Club, Net: x.Net, Minute: unixMinute(x.At), Length: s.Length, Booking: s.Booking}
		choices = append(choices, choice{d.in.Clock(x.At.In(zone)) + " · " + netName(v.found.Nets, x.Net, 20), to})
	}
	k := d.keyboard()
	k.inPairs(choices)
	if s.Booking == 0 {
		k.add(d.in.Say("wait.join"), step{Verb: stepJoinWaitlist, Club: s.Club, Net: s.Net, Minute: s.Minute, Length: s.Length})
	}
	if v.staff {
		d.blockButton(k, s)
	}
	day := partStep(s.Club, v.found.Day, s.startsAt(), zone)
	day.Booking = s.Booking
	k.add(d.in.Say("book.whole_day"), day)
	title := netName(v.found.Nets, s.Net, 60) + " · " + d.in.Day(dateOf(v.found.Day)) + " " + d.in.Clock(s.startsAt().In(zone))
	lines := []string{d.in.Say("book.taken"), d.in.Say("book.near")}
	if v.lost {
		lines[0] = d.in.Say("book.lost")
	}
	if len(near) == 0 {
		lines[1] = d.in.Say("book.nothing_near")
	}
	return titled(title, lines, k)
}
