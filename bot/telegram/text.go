package telegram

import (
	"strings"
	"unicode"

	"github.com/gotd/td/telegram/message/entity"
)

// Telegram's limits, in UTF-16 units.
const (
	maxText      = 4096 // of a message
	maxCaption   = 1024
	maxTapAnswer = 200
)

// cutText shortens a text to a number of UTF-16 units, the unit in which Telegram counts.
func cutText(s string, most int) string {
	if len(s) <= most || entity.ComputeLength(s) <= most {
		return s
	}
	units := 0
	for i, r := range s {
		n := 1
		if r > 0xffff {
			n = 2
		}
		if units+n > most-1 { // one for the ellipsis
			return s[:i] + "…"
		}
		units += n
	}
	return s
}

// CleanLine makes a name of foreign origin safe to show: one line of at most so many runes, without control characters and without those that
// reverse or hide text.
func CleanLine(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200d' || r == '\u200c': // joiners are part of emoji and of Indic and Persian words
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = strings.TrimSpace(string(r[:most-1])) + "…"
	}
	return s
}
