package nets

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"pavilion/booking"
	"pavilion/internal/fault"
)

// Errors of typed answers.
var (
	errTypedHours = fault.New(fault.Invalid, "typed_hours")
	errTypedPrice = fault.New(fault.Invalid, "typed_price")
	errTypedRule  = fault.New(fault.Invalid, "typed_rule")
	errTypedDay   = fault.New(fault.Invalid, "typed_day")
)

const (
	maxTimes = 6  // opening hours in one answer
	maxLabel = 60 // runes, of a price or of a closure's reason
)

var timesAnywhere = regexp.MustCompile(`\d{1,2}[:.]\d{2}\s*[-–—]\s*\d{1,2}[:.]\d{2}`)

// parseHours reads one or several times of the day, separated by commas.
func parseHours(text string) (list []booking.TimesOfDay, err error) {
	for part := range strings.SplitSeq(text, ",") {
		s, ok := booking.ParseTimesOfDay(part)
		if !ok || len(list) == maxTimes {
			return nil, errTypedHours
		}
		list = append(list, s)
	}
	return list, nil
}

// parseNames reads names, separated by commas or line breaks; a dash means no names.
func parseNames(text string) []string {
	if strings.TrimSpace(text) == "-" {
		return nil
	}
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '،' || r == '\n' })
}

// parseRates reads the amounts for members and for guests; one amount is for both.
func parseRates(text, currency string) (member, guest booking.Money, err error) {
	words := strings.Fields(strings.NewReplacer("/", " ", ",", " ").Replace(text))
	if len(words) != 1 && len(words) != 2 {
		return member, guest, errTypedPrice
	}
	if member, err = booking.ParseMoney(words[0], currency); err != nil {
		return member, guest, errTypedPrice
	}
	if guest, err = booking.ParseMoney(words[len(words)-1], currency); err != nil {
		return member, guest, errTypedPrice
	}
	return member, guest, nil
}

// parseRule reads a new price: Evening 17:00-22:00 300 450.
func parseRule(text, currency string) (r booking.PriceRule, err error) {
	at := timesAnywhere.FindStringIndex(text)
	if at == nil {
		return r, errTypedRule
	}
	s, ok := booking.ParseTimesOfDay(text[at[0]:at[1]])
	r.Label, r.From, r.To = strings.TrimSpace(text[:at[0]]), s.From, s.To
	if !ok || !isLabel(r.Label) || r.Label == "" {
		return r, errTypedRule
	}
	if r.Member, r.Guest, err = parseRates(text[at[1]:], currency); err != nil {
		return r, errTypedRule
	}
	return r, nil
}

// typedClosure is the day, the hours and the reason of a closure.
type typedClosure struct {
	day    booking.Day
	hours  booking.TimesOfDay
	reason string
}

// parseClosure reads 2027-01-26 14:00-18:00 Tournament. The text has no day where day is given; hours and reason are optional.
func parseClosure(text string, day *booking.Day) (c typedClosure, err error) {
	text = strings.TrimSpace(text)
	if day == nil {
		word, rest, _ := strings.Cut(text, " ")
		at, err := time.Parse(time.DateOnly, word)
		if err != nil || at.Year() < 2020 || at.Year() > 2200 {
			return c, errTypedDay
		}
		c.day, text = booking.DayIn(at, time.UTC), strings.TrimSpace(rest)
	} else {
		c.day = *day
	}
	c.hours = booking.TimesOfDay{From: 0, To: wholeDay}
	if at := timesAnywhere.FindStringIndex(text); at != nil && at[0] == 0 {
		var ok bool
		if c.hours, ok = booking.ParseTimesOfDay(text[:at[1]]); !ok {
			return c, errTypedDay
		}
		text = strings.TrimSpace(text[at[1]:])
	}
	if !isLabel(text) {
		return c, errTypedDay
	}
	c.reason = text
	return c, nil
}

func isLabel(text string) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= maxLabel && !strings.ContainsAny(text, "\r\n\t")
}
