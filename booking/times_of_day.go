package booking

import (
	"regexp"
	"strconv"
	"strings"
)

// TimesOfDay is a period of a day, in minutes of the day. The end can be after midnight: more than 24*60.
type TimesOfDay struct{ From, To int }

const dayMinutes = 24 * 60

var timesForm = regexp.MustCompile(`^(\d{1,2})[:.](\d{2})\s*[-–—]\s*(\d{1,2})[:.](\d{2})$`)

// ParseTimesOfDay reads 06:00-22:00. An end before the begin is on the next day: 18:00-02:00.
func ParseTimesOfDay(text string) (TimesOfDay, bool) {
	m := timesForm.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return TimesOfDay{}, false
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	if n[0] > 23 || n[1] > 59 || n[2] > 26 || n[3] > 59 {
		return TimesOfDay{}, false
	}
	s := TimesOfDay{n[0]*60 + n[1], n[2]*60 + n[3]}
	if s.To < s.From {
		s.To += dayMinutes
	}
	return s, s.To > s.From && s.To <= 2*dayMinutes
}
