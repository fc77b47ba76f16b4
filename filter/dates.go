package filter

import (
	"strconv"
	"strings"
)

//nolint:gochecknoglobals // a table, never written
var months = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// dates writes dates by their parts as people say them: 2026 06 12, 20260612, 5/6/2026, 12 jun, June 12th → 12 june 2026, in the order of
// the text. A month's name counts only beside a number.
func dates(in []string) []string {
	out := make([]string, 0, len(in))
	for i := 0; i < len(in); {
		parts, used := readDate(in[i:])
		switch {
		case used > 0:
			out = append(out, parts...)
			i += used
		case monthBeside(in, i) != "":
			out = append(out, monthBeside(in, i))
			i++
		default:
			out = append(out, dayBeside(in, i))
			i++
		}
	}
	return out
}

// readDate reads a date in figures from the front of in; used is 0 where there is none.
func readDate(in []string) (parts []string, used int) {
	first := in[0]
	if len(first) == 8 && isNumber(first, 8) && isYear(first[:4]) {
		if month, day, ok := monthDay(first[4:6], first[6:]); ok {
			return []string{first[:4], month, day}, 1
		}
	}
	if len(in) < 3 {
		return nil, 0
	}
	if isYear(first) && len(in[1]) == 2 {
		if month, day, ok := monthDay(in[1], in[2]); ok {
			return []string{first, month, day}, 3
		}
	}
	if isYear(in[2]) {
		if month, day, ok := monthDay(in[1], first); ok {
			return []string{day, month, in[2]}, 3
		}
		if month, day, ok := monthDay(first, in[1]); ok { // as Americans write it; only where it cannot be the other way round
			return []string{month, day, in[2]}, 3
		}
	}
	return nil, 0
}

func monthDay(month, day string) (name, number string, ok bool) {
	if !isNumber(month, 2) || !isNumber(day, 2) {
		return "", "", false
	}
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return "", "", false
	}
	return months[m-1], strconv.Itoa(d), true
}

// monthBeside is the month that a word names, where a number stands beside it.
func monthBeside(in []string, i int) string {
	name := monthName(in[i])
	if name != "" && (i > 0 && isNumber(ordinal(in[i-1]), 4) || i+1 < len(in) && isNumber(ordinal(in[i+1]), 4)) {
		return name
	}
	return ""
}

// dayBeside is a word, without the ending of an ordinal number where a month stands beside it: 12th june → 12 june.
func dayBeside(in []string, i int) string {
	day := ordinal(in[i])
	if day != in[i] && (i > 0 && monthName(in[i-1]) != "" || i+1 < len(in) && monthName(in[i+1]) != "") {
		return day
	}
	return in[i]
}

// ordinal takes the ending off 1st, 2nd, 3rd, 12th; other words stay.
func ordinal(w string) string {
	for _, end := range []string{"st", "nd", "rd", "th"} {
		if n, ok := strings.CutSuffix(w, end); ok && isNumber(n, 2) {
			return n
		}
	}
	return w
}

// monthName completes an English month of at least three letters.
func monthName(s string) string {
	if len(s) < 3 || isNumber(s[:1], 1) {
		return ""
	}
	for _, m := range months {
		if strings.HasPrefix(m, s) || s == "sept" && m == "september" {
			return m
		}
	}
	return ""
}

func isYear(s string) bool {
	return len(s) == 4 && isNumber(s, 4) && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20"))
}

// plainNumbers drops leading zeros: episode 005 is episode 5.
func plainNumbers(in []string) []string {
	for i, w := range in {
		if w[0] == '0' && isNumber(w, maxTokenSize) {
			if in[i] = strings.TrimLeft(w, "0"); in[i] == "" {
				in[i] = "0"
			}
		}
	}
	return in
}
