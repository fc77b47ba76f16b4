package nets

import (
	"context"
	"slices"
	"time"

	"pavilion/booking"
)

// closureEditor adds and removes closures of a club's nets, for its admins.
type closureEditor struct{ *visit }

func (c closureEditor) listClosures(ctx context.Context, club booking.ClubID) (screen, error) {
	return c.readClosures(ctx, club)
}

func (c closureEditor) readClosures(ctx context.Context, id booking.ClubID) (closuresView, error) {
	actor, club, nets, err := c.adminNets(ctx, id)
	if err != nil {
		return closuresView{}, err
	}
	list, err := c.Booking.Closures(ctx, id)
	if err != nil {
		return closuresView{}, err
	}
	at, err := c.clock(ctx)
	if err != nil {
		return closuresView{}, err
	}
	runs, err := c.Booking.ClosureRuns(ctx, actor, id)
	if err != nil {
		return closuresView{}, err
	}
	return closuresView{club: club, nets: nets, closures: closuresAhead(list, at, club.Zone), runs: runsNow(runs, at)}, nil
}

// runsNow leaves out closings that are done and older than a day.
func runsNow(runs []booking.ClosureRun, at time.Time) []booking.ClosureRun {
	return slices.DeleteFunc(slices.Clone(runs), func(r booking.ClosureRun) bool {
		return r.State() == booking.RunDone && at.Sub(r.StartedAt) > 24*time.Hour
	})
}

// closuresAhead leaves out closures that are over.
func closuresAhead(list []booking.Closure, at time.Time, zone *time.Location) []booking.Closure {
	today := booking.DayIn(at, zone)
	return slices.DeleteFunc(slices.Clone(list), func(c booking.Closure) bool {
		return c.Every == booking.Once && !c.During.End.After(at) || c.Last != nil && *c.Last < today
	})
}

// showClosureMonth is the calendar to choose a day from. A day beyond it is typed.
func (c closureEditor) showClosureMonth(ctx context.Context, s step) (screen, error) {
	if _, err := c.adminActor(ctx, s.Club); err != nil {
		return nil, err
	}
	return calendar(c).showMonth(ctx, s)
}

// day asks which nets are closed on the day, and how the closure repeats.
func (c closureEditor) day(ctx context.Context, s step) (screen, error) {
	_, club, nets, err := c.adminNets(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	return closureDayView{club: club, nets: nets, step: s}, nil
}

// repetitions are how a closure can repeat. Buttons name them by their place.
func repetitions() []booking.Every {
	return []booking.Every{booking.Once, booking.EveryWeek, booking.EveryYear}
}

func (c closureEditor) addWholeDay(ctx context.Context, s step) (screen, error) {
	every := repetitions()
	if s.Choice >= len(every) {
		return nil, errStaleStep
	}
	return c.addClosure(ctx, s, typedClosure{day: s.Day, hours: booking.TimesOfDay{From: 0, To: wholeDay}}, every[s.Choice])
}

// typeClosure takes hours and a reason, and the day where the step has none.
func (c closureEditor) typeClosure(ctx context.Context, s step) (screen, error) {
	if _, err := c.adminActor(ctx, s.Club); err != nil {
		return nil, err
	}
	text, typed := c.typed()
	if !typed {
		return question{answer: s, text: askClosure(s.Day)}, nil
	}
	var day *booking.Day
	if s.Day != 0 {
		day = &s.Day
	}
	closure, err := parseClosure(text, day)
	if err != nil {
		return nil, err
	}
	return c.addClosure(ctx, s, closure, booking.Once)
}

func askClosure(day booking.Day) func(d drawing) string {
	return func(d drawing) string {
		if day == 0 {
			return d.in.Say("nets.ask_day")
		}
		return d.in.Say("nets.ask_close", d.in.Day(dateOf(day)))
	}
}

// addClosure closes nets and reports the number of bookings inside, which stay. A person's taps run in order, so a second tap finds the closure and adds
// none.
func (c closureEditor) addClosure(ctx context.Context, s step, what typedClosure, every booking.Every) (screen, error) {
	actor, err := c.adminActor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	club, err := c.Booking.Club(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	closure := what.closure(every, s.Net, club.Zone)
	now, err := c.Booking.Closures(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(now, func(x booking.Closure) bool { return isSameClosure(x, closure) }) {
		return c.readClosures(ctx, s.Club)
	}
	_, inside, err := c.Booking.AddClosure(ctx, actor, s.Club, closure)
	if err != nil {
		return nil, err
	}
	v, err := c.readClosures(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	c.confirmSaved()
	v.inside = len(inside)
	return v, nil
}

func (c closureEditor) removeClosure(ctx context.Context, s step) (screen, error) {
	actor, err := c.adminActor(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	if err := c.Booking.RemoveClosure(ctx, actor, s.Club, s.Closure); err != nil {
		return nil, err
	}
	c.confirmSaved()
	return c.readClosures(ctx, s.Club)
}

// closure is the closure of a net, or of all nets for net 0.
func (t typedClosure) closure(every booking.Every, net booking.NetID, zone *time.Location) booking.Closure {
	c := booking.Closure{Every: every, Reason: t.reason, First: t.day, From: t.hours.From, To: t.hours.To}
	if every == booking.Once {
		c = booking.Closure{Every: every, Reason: t.reason, During: t.day.Between(t.hours.From, t.hours.To, zone)}
	}
	if net != 0 {
		c.Nets = []booking.NetID{net}
	}
	return c
}

func isSameClosure(a, b booking.Closure) bool {
	return a.Every == b.Every && a.Reason == b.Reason && a.First == b.First && a.From == b.From && a.To == b.To && slices.Equal(a.Nets, b.Nets) &&
		a.During.Start.Equal(b.During.Start) && a.During.End.Equal(b.During.End)
}
