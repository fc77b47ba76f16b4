package nets

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// calendar begins a booking: the clubs where there are several, and the days of a month.
type calendar struct{ *visit }

// HandleBook answers /book.
func (s *Screens) HandleBook(ctx context.Context, e *telegram.Event) error {
	return s.begin(ctx, e, func(ctx context.Context, v *visit) (screen, error) { return calendar{v}.start(ctx) })
}

// start shows the clubs, or the first days of the only one.
func (c calendar) start(ctx context.Context) (screen, error) {
	clubs, err := c.Booking.Clubs(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(clubs) == 0:
		return nil, errNoClub
	case len(clubs) == 1:
		return c.showFirstDays(ctx, step{Verb: stepFirstDays, Club: clubs[0].ID})
	}
	return clubsView{clubs}, nil
}

type clubsView struct{ clubs []booking.Club }

const maxClubButton = 48 // runes

func (v clubsView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	for _, c := range v.clubs {
		k.add(telegram.CleanLine(c.Name, maxClubButton), step{Verb: stepFirstDays, Club: c.ID})
	}
	return telegram.Reply{Text: d.in.Say("book.clubs"), Keyboard: k.rows}
}

// showMonth is the calendar of a booking, of a move, or of a new closure.
func (c calendar) showMonth(ctx context.Context, s step) (screen, error) { return c.readMonth(ctx, s) }

func (c calendar) readMonth(ctx context.Context, s step) (monthView, error) {
	club, err := c.Booking.Club(ctx, s.Club)
	if err != nil {
		return monthView{}, err
	}
	at, err := c.clock(ctx)
	if err != nil {
		return monthView{}, err
	}
	v := newMonthView(club, at, s)
	v.days, v.today, err = c.Booking.DayStatuses(ctx, s.Club, booking.DayIn(v.begin, time.UTC), booking.DayIn(v.begin.AddDate(0, 1, -1), time.UTC))
	return v, err
}

// monthView is one month of a club. Its step decides where a day leads.
type monthView struct {
	club        booking.Club
	step        step
	begin       time.Time // the first day, in no zone
	page        int       // the number of the month
	first, last int       // the months that there are
	days        []booking.DayStatus
	today       booking.Day
	forBlock    bool
}

// newMonthView picks the month: the step's, within those from now to the club's horizon.
func newMonthView(club booking.Club, at time.Time, s step) monthView {
	now := at.In(club.Zone)
	v := monthView{club: club, step: s, first: monthNumber(now), last: monthNumber(now.AddDate(0, 0, club.Policy.Horizon))}
	v.page = min(max(s.Page, v.first), v.last)
	v.begin = time.Date(v.page/12, time.Month(v.page%12+1), 1, 0, 0, 0, 0, time.UTC)
	return v
}

// monthNumber counts months, so that the next month has the next number.
func monthNumber(t time.Time) int { return t.Year()*12 + int(t.Month()) - 1 }

func (v monthView) draw(d drawing) telegram.Reply {
	k := d.keyboard()
	var week []choice
	for _, day := range weekdaysFromMonday() {
		week = append(week, choice{text: d.weekday(day)})
	}
	k.row(week...)
	days := slices.Repeat([]choice{{text: "·"}}, (int(v.begin.Weekday())+6)%daysInWeek)
	for _, day := range v.days {
		days = append(days, v.dayChoice(day))
	}
	for len(days)%daysInWeek > 0 {
		days = append(days, choice{text: "·"})
	}
	k.inRows(days, daysInWeek)
	k.pageButtons(v.page, v.first, v.last, v.step)
	switch {
	case v.step.Booking != 0:
		k.add(d.in.Say("book.back"), step{Verb: stepBooking, Booking: v.step.Booking})
	case v.step.Verb == stepMonth && !v.forBlock:
		k.add(d.in.Say("book.back"), step{Verb: stepFirstDays, Club: v.step.Club})
	}
	if v.step.Verb == stepClosureMonth {
		k.add(d.in.Say("nets.type_day"), step{Verb: stepTypeClosure, Club: v.step.Club})
		k.add(d.in.Say("book.back"), step{Verb: stepClosures, Club: v.step.Club})
	}
	month := d.month(v.begin.Month()) + " " + strconv.Itoa(v.begin.Year())
	lines := []string{d.in.Say("book.pick_day")}
	if v.step.Booking != 0 {
		lines[0] = d.in.Say("book.pick_new_day")
	}
	if marks := d.dayMarks(days); marks != "" {
		lines = append(lines, marks)
	}
	if v.forBlock {
		lines = append(lines, d.in.Say("block.how"))
	}
	return titled("🏏 "+clubName(v.club)+" · "+month, lines, k)
}

// dayChoice marks days that are full or closed. Days that are over or too far ahead lead nowhere.
func (v monthView) dayChoice(x booking.DayStatus) choice {
	forClosure := v.step.Verb == stepClosureMonth
	c := choice{strconv.Itoa(dateOf(x.Day).Day()), step{Verb: stepDay, Club: v.step.Club, Day: x.Day, Booking: v.step.Booking}}
	if forClosure {
		c.to = step{Verb: stepClosureDay, Club: v.step.Club, Day: x.Day}
	}
	if x.Day == v.today {
		c.text = "[" + c.text + "]"
	}
	if x.Status == booking.Over || x.Status == booking.NotYet {
		return choice{text: "·"}
	}
	to := c.to
	c.markDay(x.Status)
	if forClosure {
		c.to = to // other nets can be closed on a closed day
	}
	return c
}

// The signs of days.
const (
	signFull   = "🔴"
	signClosed = "✖"
)

// markDay marks a full or closed day. A closed day has no step.
func (c *choice) markDay(status booking.Status) {
	switch status {
	case booking.Taken, booking.OnHold:
		c.text += signFull
	case booking.Shut:
		c.text += signClosed
		c.to = step{}
	case booking.Free, booking.ShortTerm, booking.Over, booking.NotYet:
	}
}

// dayMarks explains the signs in use. It is empty if no day has one.
func (d drawing) dayMarks(days []choice) string {
	var parts []string
	for _, x := range []struct{ sign, key string }{{signFull, "book.is_full"}, {signClosed, "book.is_closed"}} {
		if slices.ContainsFunc(days, func(c choice) bool { return strings.HasSuffix(c.text, x.sign) }) {
			parts = append(parts, x.sign+" "+d.in.Say(x.key))
		}
	}
	return strings.Join(parts, " · ")
}
