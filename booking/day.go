package booking

import (
	"fmt"
	"time"

	"pavilion/internal/fault"
)

// Day is a calendar date without a zone, as the number of days since 1970-01-01.
type Day int

const dayForm = "2006-01-02"

// The first and the last date that a request may name. JSON and RFC 3339 write years with four digits, so an instant near these dates can be
// written in every time zone, and so can the end of a series that begins on the last one.
const (
	firstDay Day = 0      // 1970-01-01
	lastDay  Day = 376199 // 2999-12-31
)

// Errors of dates.
var (
	ErrDay       = fault.New(fault.Invalid, "day")
	ErrTimeRange = fault.New(fault.Invalid, "time_range")
)

// ParseDay reads 2026-11-01.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(dayForm, text)
	if err != nil {
		return 0, fmt.Errorf("day %q: %w", text, ErrDay)
	}
	return dayOf(t), checkRange(t)
}

// ParseDays reads the first and the last day of some days.
func ParseDays(first, last string) (from, to Day, err error) {
	if from, err = ParseDay(first); err == nil {
		to, err = ParseDay(last)
	}
	return from, to, err
}

// checkRange refuses an instant before the first date or after the last one.
func checkRange(t time.Time) error {
	if day := DayIn(t, time.UTC); day < firstDay || day > lastDay {
		return ErrTimeRange
	}
	return nil
}

// DayIn is the local date in zone at t.
func DayIn(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return dayOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

// dayOf is the date of a midnight in UTC, the form in which pgx returns a date.
func dayOf(midnight time.Time) Day { return Day(midnight.Unix() / 86400) }

// date is midnight in UTC, the form in which pgx takes a date.
func (d Day) date() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.date().Weekday() }

// String writes the form that ParseDay reads.
func (d Day) String() string { return d.date().Format(dayForm) }

// week returns the first and last day of the week of d. Weeks begin on Monday.
func (d Day) week() (first, last Day) {
	first = d - Day((int(d.Weekday())+6)%7)
	return first, first + 6
}
