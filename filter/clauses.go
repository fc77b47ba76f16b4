package filter

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

var clauseEnd = regexp.MustCompile(`[,;:!?।؟،\n]+\s*|\.{2,}|\.\s+`)

const (
	maxTexts   = 8 // into which a request is divided
	maxClauses = 3 // that are searched for
)

// clauses returns the clauses of a request that has several, without words of talk: my exam is tomorrow, need class 12 chemistry paper. Those that ask for a
// file come first.
func (s *Searcher) clauses(q query, text string) []query {
	texts := clauseEnd.Split(text, maxTexts)
	if len(texts) < 2 || !q.asksAtAll() {
		return nil
	}
	var asking, others []query
	for _, t := range texts {
		clause := parseQuery(t)
		if len(clause.terms) == 0 || len(clause.terms) == len(q.terms) {
			continue
		}
		short, ok := clause.withoutTalk(s.vocab)
		if !ok {
			short = query{terms: clause.terms}
		}
		short.beginning, short.fragment = "", false
		switch {
		case countMeaning(short.terms) == 0 || len(short.terms) == 1 && isTalkWord(short.terms[0]):
		case clause.asksAtAll():
			asking = append(asking, short)
		default:
			others = append(others, short)
		}
	}
	all := append(asking, others...)
	return all[:min(len(all), maxClauses)]
}

// titleClause returns the words of one of the clauses, if they are a title.
func (s *Searcher) titleClause(ctx context.Context, clauses []query, found *results) string {
	for _, clause := range clauses {
		clause.onlyTitle = true
		r := found.another()
		if s.tryQuery(ctx, r, clause); len(r.byID) > 0 {
			return strings.Join(clause.terms, " ")
		}
	}
	return ""
}

// clauseFound returns the words of one of the clauses, if files match it. A single word is too little.
func (s *Searcher) clauseFound(ctx context.Context, clauses []query, found *results) string {
	for _, clause := range clauses {
		r := found.another()
		if countMeaning(clause.terms) < 2 {
			continue
		}
		s.tryQuery(ctx, r, clause)
		if wishing, ok := clause.withWishes(); ok {
			s.tryQuery(ctx, r, wishing)
		}
		if len(r.byID) > 0 {
			return strings.Join(clause.terms, " ")
		}
	}
	return ""
}

// Limits of firstTitle.
const (
	minTitles      = 2
	maxFirstTitles = 8 // searches
)

// firstTitle returns the first of several titles that make up at least half of a query: inception interstellar nolan.
func (s *Searcher) firstTitle(ctx context.Context, q query, found *results) string {
	asked, _ := s.vocab.withoutChat(q)
	var titles []string
	tries, covered := 0, 0
	for from := 0; from < len(asked.terms); from++ {
		for length := min(maxTitleWords, len(asked.terms)-from); length > 0 && tries < maxFirstTitles; length-- {
			window := asked.terms[from : from+length]
			in := exactly(query{terms: window, onlyTitle: true})
			if _, possible := s.vocab.plan(in); !possible || !isLong(window) || length == len(asked.terms) {
				continue
			}
			tries++
			r := found.another()
			if s.findInterpreted(ctx, r, in); len(r.byID) > 0 {
				titles, covered = append(titles, strings.Join(window, " ")), covered+countMeaning(window)
				from += length - 1
				break
			}
		}
	}
	if len(titles) < minTitles || 2*covered < countMeaning(asked.terms) || slices.ContainsFunc(q.terms, isChatWord) && !q.asksAtAll() {
		return ""
	}
	return titles[0]
}
