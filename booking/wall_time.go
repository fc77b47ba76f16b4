package booking

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"pavilion/internal/fault"
)

// Repeat chooses between the two instants of a local time that occurs twice because the clock is set back.
type Repeat string

// The choices. The zero value makes no choice: Instant then returns an AmbiguousTimeError.
const (
	Ask     Repeat = ""
	Earlier Repeat = "earlier"
	Later   Repeat = "later"
)

// Errors of local times.
var (
	ErrNoSuchTime    = fault.New(fault.Invalid, "no_such_time")
	ErrAmbiguousTime = fault.New(fault.Invalid, "ambiguous_time")
	ErrTimeForm      = fault.New(fault.Invalid, "time_form")
)

// AmbiguousTimeError holds the two instants of a local time that occurs twice.
type AmbiguousTimeError struct{ Earlier, Later time.Time }

// Error names both instants.
func (e *AmbiguousTimeError) Error() string {
	return fmt.Sprintf("%v: %s or %s", ErrAmbiguousTime, e.Earlier.Format(time.RFC3339), e.Later.Format(time.RFC3339))
}

// Unwrap returns ErrAmbiguousTime.
func (e *AmbiguousTimeError) Unwrap() error { return ErrAmbiguousTime }

// Instant converts a local time to an instant. All code converts here, because Go and Postgres resolve skipped and repeated times differently.
// minute counts from midnight of day and may exceed 1440, into the night after. A time that the clock skips is ErrNoSuchTime; one that occurs
// twice needs repeat, otherwise it is an AmbiguousTimeError.
func Instant(day Day, minute int, zone *time.Location, repeat Repeat) (time.Time, error) {
	found := instantsOf(day, minute, zone)
	switch {
	case len(found) == 0:
		return time.Time{}, fmt.Errorf("%s, minute %d in %s: %w", day, minute, zone, ErrNoSuchTime)
	case len(found) == 1 || repeat == Earlier:
		return found[0], nil
	case repeat == Later:
		return found[len(found)-1], nil
	}
	return time.Time{}, &AmbiguousTimeError{Earlier: found[0], Later: found[len(found)-1]}
}

// instantsOf returns the instants of a local time, in order: none when the clock skips it, two when it occurs twice. It tries the offsets of a
// day before and a day after, which are the offsets before and after a change of the clock.
func instantsOf(day Day, minute int, zone *time.Location) []time.Time {
	wall := time.Unix(int64(day)*86400+int64(minute)*60, 0).UTC()
	var found []time.Time
	for _, near := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, offset := wall.Add(near).In(zone).Zone()
		t := wall.Add(-time.Duration(offset) * time.Second)
		if _, then := t.In(zone).Zone(); then != offset {
			continue
		}
		if len(found) == 0 || !found[0].Equal(t) {
			found = append(found, t.In(zone))
		}
	}
	if len(found) == 2 && found[1].Before(found[0]) {
		found[0], found[1] = found[1], found[0]
	}
	return found
}

// boundary is the instant of an opening or closing time. A time that the clock skips counts as the instant of the jump. Of a time that occurs
// twice, callers pass Earlier for opening and Later for closing, so both hours are open.
func boundary(day Day, minute int, zone *time.Location, repeat Repeat) time.Time {
	t, err := Instant(day, minute, zone, repeat)
	if err == nil {
		return t
	}
	wall := time.Unix(int64(day)*86400+int64(minute)*60, 0).UTC()
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	jump, _ := wall.Add(-time.Duration(before) * time.Second).In(zone).ZoneBounds() // with the old offset, the instant lies just after the jump
	return jump
}

// Between is the span between two minutes of a day. The second may exceed 1440, into the night after.
func (d Day) Between(from, to int, zone *time.Location) Span {
	return Span{boundary(d, from, zone, Earlier), boundary(d, to, zone, Later)}
}

// ParseInstant reads a time. One without an offset is a local time in zone.
func ParseInstant(text string, zone *time.Location) (time.Time, error) {
	t, err := parseTime(text, func() (*time.Location, error) { return zone, nil })
	if err != nil {
		return time.Time{}, err
	}
	return t.In(zone), nil
}

// ParseSpan reads two times as ParseInstant does. It calls zone only for a time without an offset.
func ParseSpan(start, end string, zone func() (*time.Location, error)) (Span, error) {
	from, err := parseTime(start, zone)
	if err != nil {
		return Span{}, err
	}
	to, err := parseTime(end, zone)
	return Span{Start: from, End: to}, err
}

func parseTime(text string, zone func() (*time.Location, error)) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(form, text); err == nil {
			return t, checkRange(t)
		}
	}
	for _, form := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		t, err := time.Parse(form, text)
		if err != nil {
			continue
		}
		if t.Second() != 0 || t.Nanosecond() != 0 {
			return time.Time{}, fmt.Errorf("%q: %w", text, ErrTimeForm)
		}
		if err := checkRange(t); err != nil {
			return time.Time{}, err
		}
		local, err := zone()
		if err != nil {
			return time.Time{}, err
		}
		return Instant(DayIn(t, time.UTC), t.Hour()*60+t.Minute(), local, Ask)
	}
	return time.Time{}, fmt.Errorf("%q: %w", text, ErrTimeForm)
}

// ErrZone refuses an unknown time zone.
var ErrZone = fault.New(fault.Invalid, "time_zone")

// commonZone refuses names of a host's zone files that mean another zone on another host, or another way to count seconds.
func commonZone(name string) bool {
	switch area, _, _ := strings.Cut(name, "/"); area {
	case "", "Local", "localtime", "posixrules", "Factory", "posix", "right":
		return false
	}
	return true
}

// ParseNewZone reads the name of a time zone that a club may choose.
func ParseNewZone(name string) (*time.Location, error) {
	zone, err := ParseZone(name)
	if err == nil && !commonZone(name) {
		err = fmt.Errorf("time zone %q: %w", name, ErrZone)
	}
	return zone, err
}

// ParseZone reads the name of a stored time zone. It accepts names that ParseNewZone refuses.
func ParseZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, errors.Join(fmt.Errorf("time zone %q: %w", name, ErrZone), err)
	}
	return zone, nil
}
