package filter

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a query.
const (
	maxQueryRunes = 256
	maxQueryTerms = 12
	maxPrefixed   = 40 // words that begin with the last term
	maxSimilar    = 12 // words near a misspelled term
	maxVariants   = 6  // other spellings of the whole query
)

// query is the parsed text of a search.
type query struct {
	terms        []string // distinct, in order; a file must match all
	lastIsPrefix bool     // the last term may be unfinished
}

func parseQuery(text string) query {
	if utf8.RuneCountInString(text) > maxQueryRunes {
		text = string([]rune(text)[:maxQueryRunes])
	}
	found := newTokenSet()
	all := tokenSequence(text)
	// "s01e05" becomes the tokens s01 and s01e05; the second implies the first.
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

// canBePrefix reports whether a term may be an unfinished word. Years, seasons and numbers of one or two digits are complete.
func canBePrefix(t string) bool {
	switch {
	case isYear(t), seasonEpisode.MatchString(t), seasonAlone.MatchString(t):
		return false
	case isNumber(t, maxTokenSize):
		return len(t) >= 3
	}
	return len(t) >= 2
}

// lastTerm returns the term that may be unfinished.
func (q query) lastTerm() string { return q.terms[len(q.terms)-1] }

// titleWords returns the terms without years, which make up the title if the query is one. A query of years only is kept.
func (q query) titleWords() []string {
	words := slices.DeleteFunc(slices.Clone(q.terms), isYear)
	if len(words) == 0 {
		words = q.terms
	}
	return words
}

func (q query) title() string { return joinTitle(q.titleWords()) }

// clause is a disjunction: a file must have one of the words.
type clause struct{ words []string }

// plan is a conjunction of clauses. A pool reads the shortest lists first.
type plan []clause

// exactPlan requires every term itself.
func exactPlan(terms []string) plan {
	var p plan
	for _, t := range terms {
		p = append(p, clause{[]string{t}})
	}
	return p
}

// titlePlan requires the list of the title, and the years of the query.
func titlePlan(q query) plan {
	p := plan{{[]string{titleKey(q.title())}}}
	for _, t := range q.terms {
		if isYear(t) && joinTitle(q.terms) != q.title() {
			p = append(p, clause{[]string{t}})
		}
	}
	return p
}

// prefixPlan replaces the last term by the words that begin with it. It returns nil when there are none.
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

// similarPlan allows similar words for misspelled terms: for terms that the index does not know or, with force, for all. It returns nil when there
// are no similar words.
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
