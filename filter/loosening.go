package filter

import "context"

// findLoosely tries the shorter forms of a query and its possible mistakes until something matches. It returns no error, because r.missing already names
// the pools that failed.
func (s *Searcher) findLoosely(ctx context.Context, r *results, q query, sel Selection) {
	forms := []query{q}
	asked := q
	for _, shorten := range []func(query) (query, bool){s.vocab.withoutAsking, s.vocab.withoutChat} {
		form, ok := shorten(q)
		if !ok || len(r.byID) > 0 || len(form.terms) == len(asked.terms) {
			continue
		}
		form.onlyTitle = s.vocab.isTalk(q)
		for _, wider := range asked.withNeighbours(form) {
			if wider.onlyTitle = true; len(r.byID) == 0 && len(wider.terms) < len(asked.terms) {
				s.findRead(ctx, r, s.vocab.interpret(wider), sel)
			}
		}
		asked = form
		forms = append(forms, form)
		if len(r.byID) == 0 {
			s.findRead(ctx, r, s.vocab.interpret(form), sel)
		}
	}
	if asked.isSmallTalk() {
		if short, ok := asked.withoutArticles(); ok && len(r.byID) == 0 {
			s.findRead(ctx, r, s.vocab.interpret(short), sel)
		}
		s.findTitleBehind(ctx, r, q, sel)
		return
	}
	for _, form := range forms {
		if first, ok := form.withoutFirstPart(); ok && len(r.byID) == 0 {
			s.findRead(ctx, r, s.vocab.interpret(first), sel)
		}
	}
	wishing, hasWishes := asked.withWishes()
	if hasWishes && len(r.byID) == 0 {
		s.findRead(ctx, r, s.vocab.interpret(wishing), sel)
		forms = append(forms, wishing)
		if first, ok := wishing.withoutFirstPart(); ok && len(r.byID) == 0 {
			s.findRead(ctx, r, s.vocab.interpret(first), sel)
		}
	}
	for _, form := range forms {
		s.findMisspelled(ctx, r, form, sel)
	}
	for _, form := range forms { // Baahubali The Beginning, for the first part of Baahubali
		if first, ok := form.withoutFirstPart(); ok {
			first.onlyTitle = false
			s.findMisspelled(ctx, r, first, sel)
		}
	}
	if short, ok := wishing.withoutArticles(); ok && len(r.byID) == 0 {
		s.findRead(ctx, r, s.vocab.interpret(short), sel)
		s.findMisspelled(ctx, r, short, sel)
	}
}

// maxTitleTries limits the searches for a title of chat words behind other chat words: do you have Send Help.
const maxTitleTries = 3

func (s *Searcher) findTitleBehind(ctx context.Context, r *results, q query, sel Selection) {
	tries := 0
	for from := 1; from+1 < len(q.terms) && tries < maxTitleTries && len(r.byID) == 0; from++ {
		in := exactly(query{terms: q.terms[from:], onlyTitle: true})
		if _, possible := s.vocab.plan(in); possible {
			tries++
			s.findRead(ctx, r, in, sel)
		}
	}
}

// findMisspelled searches for words near the terms that the index does not know, and if nothing matches, near any term.
func (s *Searcher) findMisspelled(ctx context.Context, r *results, q query, sel Selection) {
	for _, wide := range []bool{false, true} {
		if len(r.byID) > 0 || ctx.Err() != nil {
			return
		}
		if in := s.vocab.interpret(q); !q.onlyTitle && s.vocab.addMistakes(&in, wide) {
			s.findRead(ctx, r, in, sel)
		}
	}
}
