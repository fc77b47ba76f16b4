package nets

import (
	"context"
	"slices"
	"time"

	"pavilion/booking"
	"pavilion/bot/telegram"
)

// showFirstDays starts a booking in a club with today, tomorrow and the weekend.
func (c calendar) showFirstDays(ctx context.Context, s step) (screen, error) {
	club, err := c.Booking.Club(ctx, s.Club)
	if err != nil {
		return nil, err
	}
	at, err := c.clock(ctx)
	if err != nil {
		return nil, err
	}
	today := booking.DayIn(at, club.Zone)
	days, today, err := c.Booking.DayStatuses(ctx, s.Club, today, today+daysInWeek-1)
	if err != nil {
		return nil, err
	}
	return firstDaysView{club: club, days: days, today: today}, nil
}

// firstDaysView offers today, tomorrow and the weekend.
type firstDaysView struct {
	club  booking.Club
	days  []booking.DayStatus
	today booking.Day
}

func (v firstDaysView) draw(d drawing) telegram.Reply {
	var first, weekend []choice
	for _, x := range v.days {
		if x.Status == booking.Over || x.Status == booking.NotYet || x.Status == booking.ShortTerm {
			continue
		}
		c := choice{to: step{Verb: stepDay, Club: v.club.ID, Day: x.Day}}
		c.markDay(x.Status)
		switch day := x.Day.Weekday(); {
		case x.Day == v.today:
			c.text = d.in.Say("book.today") + c.text
			first = append(first, c)
		case x.Day == v.today+1:
			c.text = d.in.Say("book.tomorrow") + c.text
			first = append(first, c)
		case day == time.Saturday || day == time.Sunday:
			c.text = d.in.Day(dateOf(x.Day)) + c.text
			weekend = append(weekend, c)
		}
	}
	k := d.keyboard()
	k.row(first...)
	k.row(weekend...)
	k.add(d.in.Say("book.other_day"), step{Verb: stepMonth, Club: v.club.ID})
	lines := []string{d.in.Say("book.when")}
	if marks := d.dayMarks(slices.Concat(first, weekend)); marks != "" {
		lines = append(lines, marks)
	}
	return titled("🏏 "+clubName(v.club), lines, k)
}
