package filter

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A query is bounded, whatever is typed.
const (
	maxQueryRunes = 256
	maxQueryTerms = 12
	maxPrefixed   = 40 // words that the last one is taken as a prefix of
	maxSimilar    = 12 // words that a misspelled one is taken for
	maxVariants   = 6  // other spellings of the whole query
)

// query is what a person typed, taken apart.
type query struct {
	terms        []string // distinct, in order; all must be found
	lastIsPrefix bool     // the last word may be unfinished
}

func parseQuery(text string) query {
	if utf8.RuneCountInString(text) > maxQueryRunes {
		text = string([]rune(text)[:maxQueryRunes])
	}
	found := newTokenSet()
	all := tokenSequence(text)
	// "s01e05" gives both tokens, but only the exact episode is wanted; the season alone is implied.
	for i, t := range all {
		if seasonAlone.MatchString(t) && i+1 < len(all) && strings.HasPrefix(all[i+1], t+"e") {
			continue
		}
		found.add(t)
	}
	q := query{terms: found.list[:min(len(found.list), maxQueryTerms)]}
	if len(q.terms) > 0 {
		q.lastIsPrefix = canBePrefix(q.terms[len(q.terms)-1])
	}
	return q
}

// canBePrefix tells whether a word may be the beginning of another: not a year, nor a season, nor a bare small number.
func canBePrefix(t string) bool {
	switch {
	case isYear(t), seasonEpisode.MatchString(t), seasonAlone.MatchString(t):
		return false
	case isNumber(t, maxTokenSize):
		return len(t) >= 3
	}
	return len(t) >= 2
}

// lastTerm returns the word that may be unfinished.
func (q query) lastTerm() string { return q.terms[len(q.terms)-1] }

// titleWords are the title that the query would be: its words without years, unless there are no others.
func (q query) titleWords() []string {
	words := slices.DeleteFunc(slices.Clone(q.terms), isYear)
	if len(words) == 0 {
		words = q.terms
	}
	return words
}

func (q query) title() string { return joinTitle(q.titleWords()) }

// clause is one word with everything that it may stand for; a file must have one of them.
type clause struct{ words []string }

// plan is a conjunction of clauses. Each pool reads the shortest lists first.
type plan []clause

// exactPlan wants every word as it is.
func exactPlan(terms []string) plan {
	var p plan
	for _, t := range terms {
		p = append(p, clause{[]string{t}})
	}
	return p
}

// titlePlan wants the whole title, and the years beside it.
func titlePlan(q query) plan {
	p := plan{{[]string{titleKey(q.title())}}}
	for _, t := range q.terms {
		if isYear(t) && joinTitle(q.terms) != q.title() {
			p = append(p, clause{[]string{t}})
		}
	}
	return p
}

// prefixPlan takes the last word as the beginning of others; nil where nothing begins with it.
func (v *Vocabulary) prefixPlan(q query) plan {
	if !q.lastIsPrefix {
		return nil
	}
	var words []string
	for _, t := range v.Prefixed(q.lastTerm(), maxPrefixed+1) {
		if t.Text != q.lastTerm() {
			words = append(words, t.Text)
		}
	}
	if len(words) == 0 {
		return nil
	}
	p := plan{clause{words}}
	for _, t := range q.terms[:len(q.terms)-1] {
		p = append(p, clause{[]string{t}})
	}
	return p
}

// similarPlan takes words for misspelled. Without force only those that the index does not know; nil where there is nothing to take.
func (v *Vocabulary) similarPlan(q query, force bool) plan {
	var p plan
	changed := false
	for i, t := range q.terms {
		words := []string{t}
		if force || v.Count(t) == 0 {
			for _, s := range v.Similar(t, maxSimilar) {
				words, changed = append(words, s.Text), true
			}
		}
		if i == len(q.terms)-1 && q.lastIsPrefix {
			for _, s := range v.Prefixed(t, maxPrefixed) {
				if s.Text != t {
					words = append(words, s.Text)
				}
			}
		}
		p = append(p, clause{words})
	}
	if !changed {
		return nil
	}
	return p
}
