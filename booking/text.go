package booking

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lineBreaks become \n. U+2028 and U+2029 also end a line in some calendar programs.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n") //nolint:gochecknoglobals // never changes

// cleanText is the rule for notes, reasons, addresses and names of guests: lines end with \n, and other control characters are dropped. A bare CR would
// begin a line of its own in a calendar file.
func cleanText(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, lineBreaks.Replace(text))
}

// tooLong counts characters, as the CHECKs of the schema do.
func tooLong(text string, most int) bool { return utf8.RuneCountInString(text) > most }

// badName reports whether a name of a club, net, add-on or price has control characters, line breaks or no visible character.
func badName(name string) bool {
	return strings.ContainsFunc(name, unicode.IsControl) || strings.ContainsAny(name, "\u2028\u2029") ||
		!strings.ContainsFunc(name, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}
