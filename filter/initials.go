package filter

import (
	"slices"
	"strings"
)

// initialsReader adds readings of terms that are no acronym of a title: the initials of the words behind another word (gta sa, GTA San Andreas), and terms
// that a file has as initials (harry potter 1, HP 1).
type initialsReader struct {
	v  *Vocabulary
	in *interpretation
}

func (r initialsReader) add() {
	for i := range r.in.terms {
		r.addBehind(i)
		r.addShortened(i)
	}
}

const (
	leastBehind = 2 // letters of initials behind another word
	mostBehind  = 5
)

// addBehind takes a term for the initials of the words behind the one that the term before it finds.
func (r initialsReader) addBehind(i int) {
	t := r.in.terms[i]
	if i == 0 || !isASCII(t) || !isLetters(t, leastBehind) || len(t) > mostBehind || !carriesMeaning(t) || !carriesMeaning(r.in.terms[i-1]) {
		return
	}
	var behind []string
	for _, x := range r.in.readings {
		if x.to == i && len(x.words) > 0 {
			behind = append(behind, x.words[len(x.words)-1])
		}
	}
	r.in.acronyms = append(r.in.acronyms, acronym{from: i, to: i + 1, letters: t, behind: behind})
}

// addShortened adds the initials of neighbouring terms, if the index knows them as a word. Two or three words that are chat, or that the index does not know,
// are no initials, nor are two terms alone.
func (r initialsReader) addShortened(i int) {
	letters, plain, meaning := "", true, false
	for to := i; to < len(r.in.terms) && len(letters) < mostAcronym && isASCII(r.in.terms[to]) && isLetters(r.in.terms[to], 1); {
		t := r.in.terms[to]
		letters, plain, meaning = letters+t[:1], plain && !isChatWord(t) && r.v.Count(t) > 0, meaning || carriesMeaning(t)
		to++
		if n := len(letters); !meaning || n < 2 || n == 2 && len(r.in.terms) == 2 || n < leastCut && !plain {
			continue
		}
		r.v.addKnown(r.in, i, to, costAcronym, letters)
	}
}

// isBehind reports that the word before an index, apart from articles, is one of those behind which the acronym stands.
func (a acronym) isBehind(tokens []string, at int) bool {
	for at--; at > 0 && articles[tokens[at]]; at-- {
	}
	return at >= 0 && slices.Contains(a.behind, tokens[at])
}

// matches reports that a name has the words of the acronym at an index.
func (a acronym) matches(tokens []string, at int) bool {
	if !strings.HasPrefix(tokens[at], a.letters[:1]) && withoutArticle(a.letters) == "" {
		return false
	}
	_, ok := a.isSpelled(tokens[at:])
	return ok && (a.behind == nil || a.isBehind(tokens, at))
}
