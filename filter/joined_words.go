package filter

import (
	"cmp"
	"slices"
	"strings"
)

// joinedWords adds readings of a term as several words that are written as one.
type joinedWords struct {
	v  *Vocabulary
	in *interpretation
}

// add reads an unknown term as a word and a letter (walle, WALL-E), as two initials and a name (hcverma), as three words and more (lalaland), or as a number
// and several words (13reasonswhy).
func (j joinedWords) add(i int) {
	t := j.in.terms[i]
	if letters := strings.TrimLeft(t, "0123456789"); letters != t && isLetters(letters, 4) {
		number := t[:len(t)-len(letters)]
		for _, cut := range splitPoints(letters) {
			j.v.addKnown(j.in, i, i+1, costSpelled, number, letters[:cut], letters[cut:])
		}
		for _, words := range j.segment(letters) {
			j.in.add(i, i+1, costSpelled, append([]string{number}, words...)...)
		}
	}
	if last := len(t) - 1; last > 2 && isLetters(t, 4) {
		j.v.addKnown(j.in, i, i+1, costSpelled, t[:last], t[last:])
	}
	if isLetters(t, 6) {
		j.v.addKnown(j.in, i, i+1, costSpelled, t[:1], t[1:2], t[2:])
		for _, words := range j.segment(t) {
			j.in.add(i, i+1, costSpelled, words...)
		}
	}
}

// addRegrouped reads a term and the next one, if the index does not know one of them, as two words between which the blank stands elsewhere: gb whatsapp,
// GBWhatsApp; spide rman, Spider-Man. It also reads three terms as one word, or as two: spi der man.
func (j joinedWords) addRegrouped(i int) {
	t, next := j.in.terms[i], j.in.terms[i+1]
	if !isASCII(t) || !isASCII(next) || j.v.Count(t) > 0 && j.v.Count(next) > 0 {
		return
	}
	j.addCuts(i, i+2, t+next)
	if i+2 < len(j.in.terms) && isASCII(j.in.terms[i+2]) {
		j.v.addKnown(j.in, i, i+3, costSpelled, t+next+j.in.terms[i+2])
		j.addCuts(i, i+3, t+next+j.in.terms[i+2])
	}
}

// addCuts reads terms as a text that is two words.
func (j joinedWords) addCuts(from, to int, text string) {
	if len(text) < 6 || len(text) > maxSegmented {
		return
	}
	for _, cut := range splitPoints(text) {
		j.v.addKnown(j.in, from, to, costSpelled, text[:cut], text[cut:])
	}
}

const (
	maxSegments   = 7 // words that are written as one
	maxSegmented  = 40
	segmentations = 3 // that are kept for each number of words
)

// segment writes a text as known words, three or more. Of the ways with equally many words, it prefers long words.
func (j joinedWords) segment(text string) [][]string {
	if len(text) > maxSegmented || !isASCII(text) {
		return nil
	}
	type way struct {
		words []string
		score int
	}
	ways := make([][maxSegments + 1][]way, len(text)+1) // of the first bytes of the text, by the number of words
	ways[0][0] = []way{{}}
	for end := 2; end <= len(text); end++ {
		for start := max(0, end-maxSegmented/2); start+2 <= end; start++ {
			word := text[start:end]
			if !slices.ContainsFunc(ways[start][:maxSegments], func(w []way) bool { return len(w) > 0 }) || j.v.Count(word) == 0 {
				continue
			}
			for n := range maxSegments {
				for _, w := range ways[start][n] {
					ways[end][n+1] = append(ways[end][n+1], way{append(slices.Clip(w.words), word), w.score + len(word)*len(word)})
				}
			}
		}
		for n := range ways[end] {
			slices.SortStableFunc(ways[end][n], func(a, b way) int { return cmp.Compare(b.score, a.score) })
			ways[end][n] = ways[end][n][:min(segmentations, len(ways[end][n]))]
		}
	}
	var found [][]string
	for _, some := range ways[len(text)][3:] {
		for _, w := range some {
			found = append(found, w.words)
		}
	}
	return found
}

// addHeard reads a term as two words of another script that are heard in it: स्पाइडरमैन, Spider-Man.
func (j joinedWords) addHeard(i int) {
	t := j.in.terms[i]
	if soundKey(t) == "" || len(t) < 4 {
		return
	}
	inLatin := !isASCII(t)
	heard := func(part string) []heardWord {
		if key := soundKey(part); key == "" || inLatin && mostHeard(key) == 0 { // it begins with the sign of a vowel, or many words sound so
			return nil
		}
		return j.v.soundsLike(part, inLatin, inLatin, maxParts)
	}
	for _, cut := range splitPoints(t) {
		first := heard(t[:cut])
		if len(first) == 0 {
			continue
		}
		for _, b := range heard(t[cut:]) {
			for _, a := range first {
				j.in.add(i, i+1, costEdit+costHeard*int32(a.distance+b.distance), a.Text, b.Text) //nolint:gosec // small
			}
		}
	}
}

// addMistyped reads a term as two words, one of them misspelled: spdierman, Spider-Man.
func (j joinedWords) addMistyped(i int) {
	t := j.in.terms[i]
	if !isASCII(t) {
		return
	}
	for _, cut := range splitPoints(t) {
		a, b := t[:cut], t[cut:]
		if len(a) < 3 || len(b) < 3 {
			continue
		}
		knownA, knownB := j.v.Count(a) > 0, j.v.Count(b) > 0
		if knownB { // bigboss, Bigg Boss
			for _, w := range j.v.soundsLike(a, true, false, maxParts) {
				j.in.add(i, i+1, costEdit+costSpelled, w.Text, b)
			}
		}
		if knownA {
			for _, w := range j.v.soundsLike(b, true, false, maxParts) {
				j.in.add(i, i+1, costEdit+costSpelled, a, w.Text)
			}
		}
		switch {
		case knownA && !knownB:
			for _, w := range j.v.Similar(b, maxParts) {
				j.in.add(i, i+1, costEdit+costSpelled, a, w.Text)
			}
		case knownB && !knownA:
			for _, w := range j.v.Similar(a, maxParts) {
				j.in.add(i, i+1, costEdit+costSpelled, w.Text, b)
			}
		}
	}
}
