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
)

// query is the parsed text of a search.
type query struct {
	terms     []string // distinct, in order; a file must match all
	beginning string   // of the words that the last term may become; empty when it is complete
	fragment  bool     // the last term is no word yet: s01e0
	onlyTitle bool     // only a file whose title it is matches: a word between words of small talk
	begins    bool     // only a file whose name begins with the terms matches
	unwanted  []string // languages; a file that has these languages only does not match
	wishes    bool     // a file may lack the terms that are wishes
}

func parseQuery(text string) query {
	if utf8.RuneCountInString(text) > maxQueryRunes {
		text = string([]rune(text)[:maxQueryRunes])
	}
	words, unfinished := unfinishedEpisode(respellQuery(splitWords(text)))
	all := trimLeadingZeros(normaliseDates(normaliseSeasons(splitTokens(words))))
	found := newTokenSet()
	// "s01e05" becomes the tokens s01 and s01e05; the second implies the first.
	for i, t := range all {
		if seasonAlone.MatchString(t) && i+1 < len(all) && strings.HasPrefix(all[i+1], t+"e") {
			continue
		}
		found.add(t)
	}
	if unfinished != "" {
		found.add(unfinished)
	}
	q := query{terms: found.list[:min(len(found.list), maxQueryTerms)], beginning: unfinished, fragment: unfinished != ""}
	if len(q.terms) > 0 && unfinished == "" {
		q.beginning = beginningOf(q.lastTerm(), text, len(q.terms) > 1)
	}
	return q
}

// beginningOf returns what the word that is typed now begins with: the term itself, or the beginning of an episode with one figure. It is empty for
// complete terms: years, seasons, episodes with two figures. A single letter counts when other terms come before it.
func beginningOf(term, text string, follows bool) string {
	switch {
	case seasonEpisode.MatchString(term):
		if season, digit := term[:4], term[len(term)-1:]; strings.HasSuffix(text, digit) && !endsInTwoFigures(text) {
			return season + digit
		}
		return ""
	case term == "s00":
		return "s0"
	case isYear(term), seasonAlone.MatchString(term):
		return ""
	case isNumber(term, maxTokenSize) && len(term) < 3:
		return ""
	case len(term) < 2 && !follows:
		return ""
	}
	return term
}

func endsInTwoFigures(text string) bool {
	return len(text) > 1 && isNumber(text[len(text)-2:], 2)
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

// titlePlan requires the list of the title beside every term.
func titlePlan(q query) plan {
	return append(plan{{[]string{titleKey(q.title())}}}, exactPlan(q.terms)...)
}

func (p plan) equal(o plan) bool {
	return slices.EqualFunc(p, o, func(a, b clause) bool { return slices.Equal(a.words, b.words) })
}

// QueryWords returns the words of a query as a search compares them, in their order, joined by blanks.
func QueryWords(text string) string { return strings.Join(parseQuery(text).terms, " ") }
