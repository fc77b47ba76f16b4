package booking

import (
	"fmt"
	"time"

	"pavilion/internal/fault"
)

// Day is a date of the calendar without a zone: days since 1970-01-01. It orders, adds and is a map key.
type Day int

const dayForm = "2006-01-02"

// ErrDay is text that is no date.
var ErrDay = fault.New(fault.Invalid, "day", "That is not a date: use 2026-11-01.")

// ParseDay reads 2026-11-01.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(dayForm, text)
	if err != nil {
		return 0, fmt.Errorf("day %q: %w", text, ErrDay)
	}
	return dayOf(t), nil
}

// DayIn is the date that a clock on the wall in zone shows at t.
func DayIn(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return dayOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

// dayOf is the date of a midnight in UTC, which is how Postgres hands out a date.
func dayOf(midnight time.Time) Day { return Day(midnight.Unix() / 86400) }

// date is the day as Postgres takes a date.
func (d Day) date() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// Weekday of the day.
func (d Day) Weekday() time.Weekday { return d.date().Weekday() }

// String is the form that ParseDay reads.
func (d Day) String() string { return d.date().Format(dayForm) }

// week is the first and last day of the week around d; weeks begin on Monday.
func (d Day) week() (first, last Day) {
	first = d - Day((int(d.Weekday())+6)%7)
	return first, first + 6
}
