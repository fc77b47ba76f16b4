package filter

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxTries    = 7 // shorter queries that suggest searches for
	ofSureTerms = 2 // the index of sureTerms among them
)

// suggest returns a similar query with results for a query without results. It drops the terms without a known word near them, or one other term, and keeps
// at least half of the terms that carry meaning. It reduces several terms to a single one only if the query is not chatter. That term must match a title, or
// be typed in the query and long enough (isLong), because the correction of a single word is too uncertain. found are the results of the query.
func (s *Searcher) suggest(ctx context.Context, q query, text string, found *results) string {
	if title := s.titleAmong(ctx, q, found); title != "" {
		return title
	}
	clauses := s.clauses(q, text)
	if title := s.titleClause(ctx, clauses, found); title != "" {
		return title
	}
	asked, _ := s.vocab.withoutChat(q)
	all := countMeaning(asked.terms)
	if q.asksAtAll() {
		asked, _ = q.withoutTalk(s.vocab)
	}
	known := s.knownTerms(asked)
	tries := [][]string{s.knownTerms(q), known, s.vocab.sureTerms(asked)}
	for _, i := range s.vocab.commonFirst(known) { // each term left out once, the most frequent first
		tries = append(tries, slices.Delete(slices.Clone(known), i, i+1))
	}
	meaning := countMeaning(asked.terms)
	if meaning > 1 && !q.isChatter() {
		for _, shorter := range q.withoutOneNumber() {
			r := found.another()
			if s.findInterpreted(ctx, r, s.vocab.interpret(shorter)); len(r.byID) == 0 {
				s.findMisspelled(ctx, r, shorter)
			}
			if len(r.byID) > 0 {
				return strings.Join(shorter.terms, " ")
			}
		}
	}
	for i, terms := range tries[:min(len(tries), maxTries)] {
		left := countMeaning(terms)
		if left == 0 || 2*left < meaning || slices.Equal(terms, q.terms) || ctx.Err() != nil {
			continue
		}
		r := found.another()
		shorter := query{terms: terms}
		s.findInterpreted(ctx, r, s.vocab.interpret(shorter))
		if i == ofSureTerms && left > 1 {
			s.findMisspelled(ctx, r, shorter)
		}
		for _, x := range r.byID {
			isGood := x.cursor.Rank <= rankSpelledTitle || (q.asksForFile() || meaning == all) && isSubset(terms, q.terms) && isLong(terms)
			if left > 1 || left == all || isGood && !q.isChatter() {
				return strings.Join(terms, " ")
			}
		}
	}
	if clause := s.clauseFound(ctx, clauses, found); clause != "" {
		return clause
	}
	return s.firstTitle(ctx, q, found)
}

// withoutOneNumber returns the query without chat words and without one of its numbers, for the first two numbers. People count the films of a series whose
// names have no number: harry potter 7 part 2. The number of a part, a season or an episode stays.
func (q query) withoutOneNumber() (shorter []query) {
	asked, _ := q.without(func(t string) bool { return isChatWord(t) && !partWords[t] })
	for i, t := range asked.terms {
		if i == 0 || !isNumber(t, 2) || partWords[asked.terms[i-1]] || episodeWords[asked.terms[i-1]] || len(shorter) == 2 {
			continue
		}
		shorter = append(shorter, query{terms: slices.Delete(slices.Clone(asked.terms), i, i+1)})
	}
	return shorter
}

// minSuggested is the length from which one word of several is worth a search, unless it is an abbreviation of three letters.
const minSuggested = 4

// commonFirst returns the positions of terms, those in the most files first, and the last of equally frequent ones.
func (v *Vocabulary) commonFirst(terms []string) []int {
	at := make([]int, len(terms))
	for i := range at {
		at[i] = len(terms) - 1 - i
	}
	slices.SortStableFunc(at, func(a, b int) int { return cmp.Compare(v.Count(terms[b]), v.Count(terms[a])) })
	return at
}

// Limits of titleAmong.
const (
	maxTitleWords = 4
	maxTriesAmong = 6
)

// titleAmong returns a part of the query that is a title and has a meaningful word and chat words: "ek tha tiger" in "bhai ek tha tiger bhejna zara".
func (s *Searcher) titleAmong(ctx context.Context, q query, found *results) string {
	tries := 0
	for length := min(maxTitleWords, len(q.terms)-1); length > 1; length-- {
		for from := 0; from+length <= len(q.terms) && tries < maxTriesAmong; from++ {
			window := q.terms[from : from+length]
			if countMeaning(window) == 0 || !slices.ContainsFunc(window, isChatWord) || askWords[window[0]] || askWords[window[length-1]] {
				continue
			}
			in := exactly(query{terms: window, onlyTitle: true})
			if _, possible := s.vocab.plan(in); !possible {
				continue
			}
			tries++
			r := found.another()
			if s.findInterpreted(ctx, r, in); len(r.byID) > 0 {
				return strings.Join(window, " ")
			}
		}
	}
	return ""
}

func isLong(terms []string) bool {
	return slices.ContainsFunc(terms, func(t string) bool {
		return carriesMeaning(t) && (utf8.RuneCountInString(t) >= minSuggested || len(t) == 3 && isAbbreviation(t))
	})
}

func isSubset(terms, of []string) bool {
	return !slices.ContainsFunc(terms, func(t string) bool { return !slices.Contains(of, t) })
}

// knownTerms returns the terms that the index knows, and instead of the others the words nearest to them.
func (s *Searcher) knownTerms(q query) []string {
	var known []string
	for _, t := range q.terms {
		if s.vocab.isSure(t) {
			known = append(known, t)
		} else if near := s.vocab.near(t, false); len(near) > 0 && !articles[t] && !isChatWord(t) {
			known = append(known, near[0].Text)
		}
	}
	return known
}

// sureTerms returns the terms that the index knows.
func (v *Vocabulary) sureTerms(q query) []string {
	return slices.DeleteFunc(slices.Clone(q.terms), func(t string) bool { return !v.isSure(t) })
}

// isSure reports a word that the index knows, in this or in another script.
func (v *Vocabulary) isSure(t string) bool {
	return v.Count(t) > 0 || len(v.soundsLike(t, !isASCII(t), true, 1)) > 0
}

// carriesMeaning reports a term that tells one file from another: no chat word, article, number, nor word about the release.
func carriesMeaning(t string) bool {
	return !isChatWord(t) && !articles[t] && !isNumber(t, maxTokenSize) && !isReleaseWord(t)
}

func countMeaning(terms []string) int {
	n := 0
	for _, t := range terms {
		if carriesMeaning(t) {
			n++
		}
	}
	return n
}
