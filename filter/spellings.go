package filter

import (
	"slices"
	"strconv"
	"strings"
)

// alternatives are words that people use for each other. A query is also searched with a term replaced by an alternative that the index knows. The
// tokens of names stay as they are.
//
//nolint:gochecknoglobals // a table, never written
var alternatives = buildAlternatives(
	[]string{"2", "ii", "two"}, []string{"3", "iii", "three"}, []string{"4", "iv", "four"}, []string{"5", "v", "five"}, []string{"6", "vi", "six"},
	[]string{"7", "vii", "seven"}, []string{"8", "viii", "eight"}, []string{"9", "ix", "nine"}, []string{"10", "x", "ten"}, []string{"1", "one"},
	[]string{"1st", "first"}, []string{"2nd", "second"}, []string{"3rd", "third"},
	[]string{"vs", "v", "versus"}, []string{"vol", "volume"}, []string{"pt", "part"},
	[]string{"480", "480p"}, []string{"720", "720p"}, []string{"1080", "1080p"}, []string{"2160p", "4k", "2160", "uhd"},
)

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

// variant is another spelling of a whole query.
type variant struct {
	terms []string
	pair  []string // two words that must be next to each other, or nil
}

// variants returns other spellings of the query (Spider-Man, Spiderman; Part 2, Part II) whose words the index knows.
func (v *Vocabulary) variants(q query) []variant {
	var out []variant
	swap := func(from, to int, words ...string) []string {
		return slices.Concat(q.terms[:from], words, q.terms[to:])
	}
	for i, t := range q.terms {
		if i+1 < len(q.terms) && v.Count(t+q.terms[i+1]) > 0 {
			out = append(out, variant{terms: swap(i, i+2, t+q.terms[i+1])})
		}
		for _, other := range alternatives[t] {
			if v.Count(other) > 0 && !slices.Contains(q.terms, other) {
				out = append(out, variant{terms: swap(i, i+1, other)})
			}
		}
		if t == "and" && i > 0 && i+1 < len(q.terms) { // Fast & Furious
			out = append(out, variant{terms: swap(i, i+1), pair: []string{q.terms[i-1], q.terms[i+1]}})
		}
		if month, _, ok := parseMonthDay(t, "1"); ok && i > 0 && i == len(q.terms)-1 && isYear(q.terms[i-1]) { // 2026-06
			out = append(out, variant{terms: swap(i, i+1, month)})
		}
		for _, cut := range splitPoints(t) {
			if a, b := t[:cut], t[cut:]; v.Count(a) > 0 && v.Count(b) > 0 {
				out = append(out, variant{terms: swap(i, i+1, a, b), pair: []string{a, b}})
			}
		}
	}
	return out[:min(len(out), maxVariants)]
}

// splitPoints returns the offsets at which a word may be two words: anywhere in a word of letters, before the digits in T20 or H264.
func splitPoints(t string) []int {
	letters := strings.TrimRight(t, "0123456789")
	switch {
	case letters == "" || len(t) > 4*24 || strings.ContainsAny(letters, "0123456789"):
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
	if len(at) > 0 {
		at = at[:len(at)-1] // a last letter alone is more often an ending than a word
	}
	return at
}
