package phrase

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Speaker formats phrases, money and dates in one language.
type Speaker struct {
	tag     language.Tag
	printer *message.Printer
	known   map[string][]string
}

// Language returns the language tag, for HTML.
func (s *Speaker) Language() string { return s.tag.String() }

// Knows reports whether a phrase exists, for keys that are made at run time.
func (s *Speaker) Knows(key string) bool {
	_, ok := s.known[key]
	return ok
}

// Error is the sentence of an error's code, empty where the catalogue has none.
func (s *Speaker) Error(code string) string {
	if key := "error." + code; s.Knows(key) {
		return s.Say(key)
	}
	return ""
}

// Say formats the phrase of a key. Pass numbers as they are, and money and dates as the strings that the other methods return.
func (s *Speaker) Say(key string, args ...any) string { return s.printer.Sprintf(key, args...) }

// Money formats an amount, given in the smallest unit of its currency: ₹1,50,000 or $12.50. Decimals that are all zero are left out.
func (s *Speaker) Money(minor int64, code string) string {
	if code == "XTR" { // Telegram Stars; not an ISO currency
		return s.Say("stars", minor)
	}
	unit, err := currency.ParseISO(code)
	if err != nil {
		return s.printer.Sprintf("%d", minor) + "\u00a0" + code
	}
	scale, _ := currency.Standard.Rounding(unit)
	power := int64(1)
	for range scale {
		power *= 10
	}
	sign, whole, rest := "", minor/power, minor%power
	if minor < 0 {
		sign, whole, rest = "−", -whole, -rest
	}
	printer := s.printer
	if base, _ := s.tag.Base(); code == "INR" { // English also groups rupees in lakhs
		if tag, err := language.Compose(base, language.MustParseRegion("IN")); err == nil {
			printer = message.NewPrinter(tag)
		}
	}
	amount := printer.Sprint(number.Decimal(whole))
	if rest != 0 {
		point := strings.Trim(printer.Sprint(number.Decimal(0.5)), "05")
		amount += point + fmt.Sprintf("%0*d", scale, rest)
	}
	symbol := fmt.Sprint(currency.NarrowSymbol(unit))
	if last, _ := utf8.DecodeLastRuneInString(symbol); unicode.IsLetter(last) {
		symbol += "\u00a0"
	}
	return sign + s.Say("money", symbol, amount)
}

// Day formats a date in the zone of t: Sat 6 June.
func (s *Speaker) Day(t time.Time) string {
	weekday := s.Say("weekday." + strings.ToLower(t.Weekday().String()[:3]))
	month := s.Say("month." + strings.ToLower(t.Month().String()[:3]))
	return s.Say("day", weekday, t.Day(), month)
}

// Clock formats the time of day in the zone of t.
func (s *Speaker) Clock(t time.Time) string { return t.Format(s.Say("clock")) }

// Times formats the hours of a period: 18:00–19:00, or "all day" for whole days.
func (s *Speaker) Times(start, end time.Time) string {
	if wholeDays(start, end) > 0 {
		return s.Say("all_day")
	}
	return s.Say("times", s.Clock(start), s.Clock(end))
}

// Span formats a period: Sat 6 June, 18:00–19:00. An end on another day has its date. Whole days have no hours.
func (s *Speaker) Span(start, end time.Time) string {
	switch days := wholeDays(start, end); {
	case days == 1:
		return s.Say("span_day", s.Day(start))
	case days > 1:
		return s.Say("span_days", s.Day(start), s.Day(end.AddDate(0, 0, -1)))
	}
	until := s.Clock(end)
	if y, m, d := end.Date(); !time.Date(y, m, d, 0, 0, 0, 0, end.Location()).Equal(midnight(start)) && end.Sub(midnight(start)) > 24*time.Hour {
		until = s.Day(end) + " " + until
	}
	return s.Say("span", s.Day(start), s.Clock(start), until)
}

// wholeDays counts the days of a period that begins and ends at midnight; 0 for other periods. A day can have 23 or 25 hours.
func wholeDays(start, end time.Time) int {
	if !midnight(start).Equal(start) || !midnight(end).Equal(end) {
		return 0
	}
	days := 0
	for day := start; day.Before(end); day = midnight(day.AddDate(0, 0, 1)) {
		days++
	}
	return days
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}
