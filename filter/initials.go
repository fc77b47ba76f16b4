package filter

import (
	"regexp"
	"slices"
)

// initialsReader adds readings of terms that are no acronym of a title: the initials of the words behind another word (gta sa, GTA San Andreas) or before it
// (nfs most wanted), and terms that a file has as initials (harry potter 1, HP 1).
type initialsReader struct {
	v  *Vocabulary
	in *interpretation
}

// add returns false if there are no such readings.
func (r initialsReader) add() bool {
	readings, acronyms := len(r.in.readings), len(r.in.acronyms)
	for i := range r.in.terms {
		r.addBeside(i)
		r.addShortened(i)
	}
	return len(r.in.readings) > readings || len(r.in.acronyms) > acronyms
}

// Letters of initials beside another word.
const (
	leastBeside = 2
	mostBeside  = 5
)

// besides are the words, or the initials of words, next to which an acronym stands in a name.
type besides struct {
	before         []string // the last words of what stands before it
	beforeInitials string
	behind         []string // the first words of what stands behind it
	behindInitials string
}

// addBeside takes a term for the initials of the words that stand beside the ones that a neighbouring term finds.
func (r initialsReader) addBeside(i int) {
	if !r.areInitials(i) {
		return
	}
	var b besides
	if i > 0 && r.isKnown(i-1) {
		for _, x := range r.in.readings {
			if x.to == i && len(x.words) > 0 {
				b.before = append(b.before, x.words[len(x.words)-1])
			}
		}
		if r.areInitials(i - 1) {
			b.beforeInitials = r.in.terms[i-1]
		}
	}
	keys := acronymReader{r.v}.longerKeys(r.in.terms[i])
	if i+1 < len(r.in.terms) && (r.isKnown(i+1) || len(keys) > 0) {
		for _, x := range r.in.readings {
			if x.from == i+1 && len(x.words) > 0 {
				b.behind = append(b.behind, x.words[0])
			}
		}
		if r.areInitials(i + 1) {
			b.behindInitials = r.in.terms[i+1]
		}
	}
	if b.before != nil || b.behind != nil {
		r.in.acronyms = append(r.in.acronyms, acronym{from: i, to: i + 1, letters: r.in.terms[i], beside: &b})
		for _, key := range keys {
			r.in.add(i, i+1, costAcronym, key)
		}
	}
}

// hasBesides reports that a term may be initials beside another word, which no list has.
func (in interpretation) hasBesides(i int) bool {
	return slices.ContainsFunc(in.acronyms, func(a acronym) bool { return a.beside != nil && a.from == i })
}

// letterAndNumber matches t2.
var letterAndNumber = regexp.MustCompile(`^[a-z]\d{1,2}$`)

// isKnown reports a term that carries meaning and of which the index knows a reading.
func (r initialsReader) isKnown(i int) bool {
	return carriesMeaning(r.in.terms[i]) && slices.ContainsFunc(r.in.readings, func(x reading) bool {
		return x.from <= i && i < x.to && len(x.words) > 0 && r.v.Count(x.words[0]) > 0
	})
}

func (r initialsReader) areInitials(i int) bool {
	t := r.in.terms[i]
	return isASCII(t) && (isLetters(t, leastBeside) || letterAndNumber.MatchString(t)) && len(t) <= mostBeside && carriesMeaning(t)
}

// addShortened adds the initials of neighbouring terms, if the index knows them as a word. Two or three words that are the whole query, that are chat, or
// that the index does not know, are no initials.
func (r initialsReader) addShortened(i int) {
	letters, plain, meaning := "", true, false
	for to := i; to < len(r.in.terms) && len(letters) < mostAcronym && isASCII(r.in.terms[to]) && isLetters(r.in.terms[to], 1); {
		t := r.in.terms[to]
		letters, plain, meaning = letters+t[:1], plain && !isChatWord(t) && r.v.Count(t) > 0, meaning || carriesMeaning(t)
		to++
		if n := len(letters); !meaning || n < 2 || n < leastCut && (!plain || n == len(r.in.terms)) || !carriesMeaning(letters) {
			continue
		}
		r.v.addKnown(r.in, i, to, costAcronym, letters)
	}
}

// matches reports that a name has the words of the acronym at an index.
func (a acronym) matches(tokens []string, at int) bool {
	n, ok := a.isSpelled(tokens[at:])
	return ok && (a.beside == nil || a.beside.standBefore(tokens[:at]) || a.beside.standBehind(tokens[at+n:]))
}

// standBefore reports that tokens end with the words before an acronym, apart from articles.
func (b *besides) standBefore(tokens []string) bool {
	for len(tokens) > 0 && articles[tokens[len(tokens)-1]] && !slices.Contains(b.before, tokens[len(tokens)-1]) {
		tokens = tokens[:len(tokens)-1]
	}
	if len(tokens) == 0 {
		return false
	}
	if slices.Contains(b.before, tokens[len(tokens)-1]) {
		return true
	}
	for from := max(0, len(tokens)-2*mostBeside); b.beforeInitials != "" && from < len(tokens); from++ {
		if n, ok := spells(tokens[from:], b.beforeInitials); ok && from+n == len(tokens) {
			return true
		}
	}
	return false
}

// standBehind reports that tokens begin with the words behind an acronym, apart from articles.
func (b *besides) standBehind(tokens []string) bool {
	for len(tokens) > 0 && articles[tokens[0]] && !slices.Contains(b.behind, tokens[0]) {
		tokens = tokens[1:]
	}
	_, spelled := spells(tokens, b.behindInitials)
	return len(tokens) > 0 && (slices.Contains(b.behind, tokens[0]) || b.behindInitials != "" && spelled)
}
