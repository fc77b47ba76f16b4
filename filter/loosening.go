package filter

import "context"

// findLoosely tries the shorter forms of a query and its possible mistakes until something matches. It returns no error, because r.missing already names
// the pools that failed.
func (s *Searcher) findLoosely(ctx context.Context, r *results, q query) {
	if wanted, ok := q.withoutUnwanted(); ok {
		s.tryQuery(ctx, r, wanted)
		q = wanted
	}
	forms := []query{q}
	asked := q
	for _, shorten := range []func(query) (query, bool){s.vocab.withoutAsking, s.vocab.withoutChat} {
		form, ok := shorten(q)
		if !ok || len(r.byID) > 0 || len(form.terms) == len(asked.terms) {
			continue
		}
		form.onlyTitle = s.vocab.isTalk(q)
		if q.isDailyTalk() && len(form.terms) == 1 && isTalkWord(form.terms[0]) && !q.asksWhetherThere() { // home pls
			if form.onlyTitle = true; q.asksAtAll() && !interjections[form.terms[0]] {
				s.tryQuery(ctx, r, form)
			}
			break
		}
		for _, wider := range asked.withNeighbours(form) {
			if wider.onlyTitle = true; len(wider.terms) < len(asked.terms) {
				s.tryQuery(ctx, r, wider)
			}
		}
		asked = form
		forms = append(forms, form)
		s.tryQuery(ctx, r, form)
		if full, ok := form.inFull(); ok {
			s.tryQuery(ctx, r, full)
		}
	}
	if full, ok := q.inFull(); ok {
		s.tryQuery(ctx, r, full)
	}
	if short, ok := q.withoutKind(); ok {
		s.tryQuery(ctx, r, short)
		if wishing, ok := short.withWishes(); ok {
			s.tryQuery(ctx, r, wishing)
		}
	}
	if asked.isSmallTalk() {
		if last := len(asked.terms) - 1; last > 0 && verbStems[asked.terms[last]] { // the office de do
			s.tryQuery(ctx, r, query{terms: asked.terms[:last], onlyTitle: true, unwanted: q.unwanted})
		}
		if short, ok := asked.withoutArticles(); ok {
			s.tryQuery(ctx, r, short)
		}
		s.findTitleBehind(ctx, r, q)
		return
	}
	withoutTalk, hasTalk := q.withoutTalk(s.vocab)
	hasTalk = hasTalk && len(withoutTalk.terms) < len(asked.terms)
	requested := q.asksForFile()
	if !requested && q.asksWhetherThere() && countMeaning(withoutTalk.terms) > 0 {
		s.tryQuery(ctx, r, query{terms: withoutTalk.terms, begins: true, unwanted: q.unwanted})
	}
	dropped := len(asked.terms) - len(withoutTalk.terms)
	if hasTalk && (requested || q.asksAtAll() || countMeaning(withoutTalk.terms) > 1 && dropped > 1) { // one word may be of a mistyped title: twelve angry man
		title := withoutTalk
		title.onlyTitle = true
		if countMeaning(title.terms) == 1 { // phone boot bhejo
			s.findMisspelled(ctx, r, asked)
		}
		s.tryQuery(ctx, r, title)
		if wishing, ok := title.withWishes(); ok {
			wishing.onlyTitle, wishing.begins = false, true
			s.tryQuery(ctx, r, wishing)
		}
	}
	for _, form := range forms {
		if first, ok := form.withoutFirstPart(); ok {
			s.tryQuery(ctx, r, first)
		}
	}
	wishing, hasWishes := asked.withWishes()
	if hasWishes {
		s.tryQuery(ctx, r, wishing)
		forms = append(forms, wishing)
		if first, ok := wishing.withoutFirstPart(); ok {
			s.tryQuery(ctx, r, first)
		}
	}
	for _, form := range forms {
		s.findMisspelled(ctx, r, form)
	}
	for _, form := range forms { // Baahubali The Beginning, for the first part of Baahubali
		if first, ok := form.withoutFirstPart(); ok {
			first.onlyTitle = false
			s.findMisspelled(ctx, r, first)
		}
	}
	if short, ok := wishing.withoutArticles(); ok {
		s.tryQuery(ctx, r, short)
		s.findMisspelled(ctx, r, short)
	}
	if hasTalk && requested {
		s.findRequested(ctx, r, withoutTalk)
	}
}

// findRequested searches, if nothing matches so far, for what is left of a request without talkWords. Mistakes are looked for in several words only.
func (s *Searcher) findRequested(ctx context.Context, r *results, q query) {
	s.tryQuery(ctx, r, q)
	wishing, ok := q.withWishes()
	if ok {
		s.tryQuery(ctx, r, wishing)
	}
	if countMeaning(q.terms) > 1 {
		s.findMisspelled(ctx, r, wishing)
	}
}

// tryQuery searches for a query if nothing matches so far.
func (s *Searcher) tryQuery(ctx context.Context, r *results, q query) {
	if len(r.byID) == 0 {
		s.findInterpreted(ctx, r, s.vocab.interpret(q))
	}
}

// maxTitleTries limits the searches for a title of chat words behind other chat words: do you have Send Help.
const maxTitleTries = 3

func (s *Searcher) findTitleBehind(ctx context.Context, r *results, q query) {
	tries := 0
	for from := 1; from+1 < len(q.terms) && tries < maxTitleTries && len(r.byID) == 0; from++ {
		in := exactly(query{terms: q.terms[from:], onlyTitle: true})
		if _, possible := s.vocab.plan(in); possible {
			tries++
			s.findInterpreted(ctx, r, in)
		}
	}
}

// findMisspelled searches, if nothing matches so far, for words near the terms that the index does not know, then for initials beside other words, and then
// for words near any term.
func (s *Searcher) findMisspelled(ctx context.Context, r *results, q query) {
	if q.onlyTitle {
		return
	}
	in := s.vocab.interpret(q)
	for _, add := range []func() bool{
		func() bool { return s.vocab.addMistakes(&in, false) },
		initialsReader{s.vocab, &in}.add, // beside the mistakes
		func() bool {
			in = s.vocab.interpret(q)
			return s.vocab.addMistakes(&in, true)
		},
	} {
		if len(r.byID) > 0 || ctx.Err() != nil {
			return
		}
		if add() {
			s.findInterpreted(ctx, r, in)
		}
	}
}
