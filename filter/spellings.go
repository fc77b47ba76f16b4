package filter

import (
	"strconv"
	"strings"
)

// alternatives are words that people use for each other. A query is also searched with a term replaced by an alternative that the index knows. The
// tokens of names stay as they are.
//
//nolint:gochecknoglobals // a table, never written
var alternatives = buildAlternatives(append(languageGroups(),
	[]string{"1", "i", "one", "वन"}, []string{"2", "ii", "two", "टू"}, []string{"3", "iii", "three", "थ्री"}, []string{"4", "iv", "four", "फोर"},
	[]string{"5", "v", "five", "फाइव"}, []string{"6", "vi", "six", "सिक्स"}, []string{"7", "vii", "seven", "सेवन"}, []string{"8", "viii", "eight", "एट"},
	[]string{"9", "ix", "nine", "नाइन"}, []string{"10", "x", "ten", "टेन"},
	[]string{"11", "xi", "eleven"}, []string{"12", "xii", "twelve"}, []string{"13", "xiii", "thirteen"}, []string{"14", "xiv", "fourteen"},
	[]string{"15", "xv", "fifteen"}, []string{"16", "xvi", "sixteen"}, []string{"17", "xvii", "seventeen"}, []string{"18", "xviii", "eighteen"},
	[]string{"19", "xix", "nineteen"}, []string{"20", "xx", "twenty"}, []string{"30", "thirty"}, []string{"40", "forty"}, []string{"50", "fifty"},
	[]string{"100", "hundred"}, []string{"1000", "thousand"},
	[]string{"1st", "first"}, []string{"2nd", "second"}, []string{"3rd", "third"}, []string{"4th", "fourth"}, []string{"5th", "fifth"}, []string{"6th", "sixth"},
	[]string{"7th", "seventh"}, []string{"8th", "eighth"}, []string{"9th", "ninth"}, []string{"10th", "tenth"}, []string{"11th", "eleventh"},
	[]string{"12th", "twelfth"}, []string{"13th", "thirteenth"},
	[]string{"vs", "v", "versus"}, []string{"vol", "volume"}, []string{"pt", "part", "पार्ट"}, []string{"ch", "chapter", "चैप्टर"}, []string{"dr", "doctor", "डॉक्टर"},
	[]string{"mr", "mister", "मिस्टर"}, []string{"st", "saint"},
	[]string{"480", "480p"}, []string{"720", "720p"}, []string{"1080", "1080p"}, []string{"2160p", "4k", "2160", "uhd"},
)...)

// buildAlternatives maps each word to the other words of its groups.
func buildAlternatives(groups ...[]string) map[string][]string {
	others := map[string][]string{}
	for _, g := range groups {
		for _, w := range g {
			for _, o := range g {
				if o != w {
					others[w] = append(others[w], o)
				}
			}
		}
	}
	return others
}

// partWords stand before the number of a film or a book.
//
//nolint:gochecknoglobals // a table, never written
var partWords = foldedSet("part", "pt", "chapter", "ch", "vol", "volume", "bhaag", "भाग", "पार्ट", "चैप्टर")

func withAlternatives(word string) []string { return append([]string{word}, alternatives[word]...) }

// splitPoints returns the offsets at which a word may be two words: anywhere in a word of letters, at the digits of T20, H264 or 3idiots. A last letter
// alone is more often an ending than a word, except in two initials: MS, M.S.
func splitPoints(t string) []int {
	letters := strings.TrimRight(t, "0123456789")
	figures := len(t) - len(strings.TrimLeft(t, "0123456789"))
	switch {
	case letters == "" || len(t) > 4*24:
		return nil
	case figures > 0 && isLetters(t[figures:], 3):
		return []int{figures}
	case strings.ContainsAny(letters, "0123456789"):
		return nil
	case len(letters) < len(t):
		if _, err := strconv.Atoi(t[len(letters):]); err != nil || t[len(letters)] == '0' {
			return nil // no token has leading zeros
		}
		return []int{len(letters)}
	}
	var at []int
	for i := range t {
		if i > 0 {
			at = append(at, i)
		}
	}
	if len(at) > 0 && (len(t) > 2 || !isASCII(t)) {
		at = at[:len(at)-1]
	}
	return at
}
