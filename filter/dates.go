package filter

import (
	"strconv"
	"strings"
)

//nolint:gochecknoglobals // a table, never written
var months = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// normaliseDates writes every date as year, English month name and day without zeros, in the order of the text: 20260612 → 2026 june 12,
// 5/6/2026 → 5 june 2026, Jun 12th → june 12. A month's name is completed only next to a number.
func normaliseDates(in []string) []string {
	out := make([]string, 0, len(in))
	for i := 0; i < len(in); {
		parts, used := readDate(in[i:])
		switch {
		case used > 0:
			out = append(out, parts...)
			i += used
		case monthNextToNumber(in, i) != "":
			out = append(out, monthNextToNumber(in, i))
			i++
		default:
			out = append(out, dayNextToMonth(in, i))
			i++
		}
	}
	return out
}

// readDate parses a date in digits at the start of in. It returns used 0 when there is none.
func readDate(in []string) (parts []string, used int) {
	first := in[0]
	if len(first) == 8 && isNumber(first, 8) && isYear(first[:4]) {
		if month, day, ok := parseMonthDay(first[4:6], first[6:]); ok {
			return []string{first[:4], month, day}, 1
		}
	}
	if len(in) < 3 {
		return nil, 0
	}
	if isYear(first) && len(in[1]) == 2 {
		if month, day, ok := parseMonthDay(in[1], in[2]); ok {
			return []string{first, month, day}, 3
		}
	}
	if isYear(in[2]) {
		if month, day, ok := parseMonthDay(in[1], first); ok {
			return []string{day, month, in[2]}, 3
		}
		if month, day, ok := parseMonthDay(first, in[1]); ok { // the American order, when day first is impossible
			return []string{month, day, in[2]}, 3
		}
	}
	return nil, 0
}

func parseMonthDay(month, day string) (name, number string, ok bool) {
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

// monthNextToNumber returns the month that in[i] names, empty unless a number is next to it.
func monthNextToNumber(in []string, i int) string {
	name := monthName(in[i])
	if name != "" && (i > 0 && isNumber(trimOrdinal(in[i-1]), 4) || i+1 < len(in) && isNumber(trimOrdinal(in[i+1]), 4)) {
		return name
	}
	return ""
}

// dayNextToMonth returns in[i]. An ordinal next to a month loses its ending: 12th june → 12 june.
func dayNextToMonth(in []string, i int) string {
	day := trimOrdinal(in[i])
	if day != in[i] && (i > 0 && monthName(in[i-1]) != "" || i+1 < len(in) && monthName(in[i+1]) != "") {
		return day
	}
	return in[i]
}

// trimOrdinal cuts the ending of 1st, 2nd, 3rd and 12th and returns other words unchanged.
func trimOrdinal(w string) string {
	for _, end := range []string{"st", "nd", "rd", "th"} {
		if n, ok := strings.CutSuffix(w, end); ok && isNumber(n, 2) {
			return n
		}
	}
	return w
}

// monthName returns the English month that begins with s, which has at least three letters.
func monthName(s string) string {
	if len(s) < 3 || strings.IndexByte("adfjmnos", s[0]) < 0 {
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

// trimLeadingZeros cuts leading zeros, so that episode 005 equals episode 5.
func trimLeadingZeros(in []string) []string {
	for i, w := range in {
		if w[0] == '0' && isNumber(w, maxTokenSize) {
			if in[i] = strings.TrimLeft(w, "0"); in[i] == "" {
				in[i] = "0"
			}
		}
	}
	return in
}
