package filter

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// heardTerms adds readings of terms as words that sound like them. far allows differences, which count as mistakes.
type heardTerms struct {
	v  *Vocabulary
	in *interpretation
}

// add adds the words of other scripts that sound like a text. A word in Latin letters is heard in every other script, another word in Latin letters only.
func (h heardTerms) add(from, to int, text string, far bool) {
	for _, w := range h.v.soundsLike(text, !isASCII(text), far, maxSimilar) {
		if !far {
			h.in.add(from, to, costSound, w.Text)
		} else if w.distance > 0 {
			h.in.add(from, to, costEdit+costHeard*int32(w.distance-1), w.Text) //nolint:gosec // small
		}
	}
}

// addTogether adds the words of other scripts that sound like three terms: shrimad bhagwat geeta, श्रीमद्भगवद्गीता.
func (h heardTerms) addTogether(i int, far bool) {
	if i+2 >= len(h.in.terms) {
		return
	}
	words := h.in.terms[i : i+3]
	if !slices.ContainsFunc(words, func(t string) bool { return !isLetters(t, 3) || isChatWord(t) }) {
		h.add(i, i+3, strings.Join(words, ""), far)
	}
}

// addAlike adds the words of the same script that sound like a term, and behind them those of other Indic scripts: শোলে, शोले. Words in Latin letters come
// before those of other Indic scripts.
func (h heardTerms) addAlike(i int, far bool) {
	t := h.in.terms[i]
	if utf8.RuneCountInString(t) < 3 { // "mi" is rather Mission Impossible than "me"
		return
	}
	same, other := 0, 0
	for _, w := range h.v.soundsLike(t, isASCII(t), far, 2*maxSimilar) {
		heard := costHeard * int32(w.distance) //nolint:gosec // small
		switch {
		case !isSameScript(t, w.Text):
			if other++; other <= maxParts {
				h.in.add(i, i+1, costEdit+heard, w.Text)
			}
		case same >= maxParts:
		case far:
			h.in.add(i, i+1, costEdit+heard, w.Text)
			same++
		default:
			h.in.add(i, i+1, costAlike, w.Text)
			same++
		}
	}
}
