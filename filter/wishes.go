package filter

import "slices"

// subtitleWords ask for subtitles, which a film may have in its file or beside it.
//
//nolint:gochecknoglobals // a table, never written
var subtitleWords = wordSet("sub", "subtitle", "subtitles", "subtitled")

// isWish reports a word that chooses between the files of one title: a language, a resolution, a codec, subtitles. A year and an episode are no wishes, because
// they choose between titles.
func isWish(t string) bool {
	return releaseWords[t] || subtitleWords[t] || languageOf[t] != "" || parseResolution(t) != 0
}

// withWishes returns the query for files that need not meet its wishes. ok is false if there are none, or if nothing else carries meaning. A number does if it
// has to be the title.
func (q query) withWishes() (wishing query, ok bool) {
	wishing = q
	for _, t := range q.terms {
		if wishing.wishes = wishing.wishes || isWish(t); isWish(t) && t == q.lastTerm() {
			wishing.beginning = ""
		}
	}
	isTitled := q.onlyTitle && slices.ContainsFunc(q.terms, func(t string) bool { return isNumber(t, 4) })
	if !wishing.wishes || countMeaning(q.terms) == 0 && !isTitled {
		return q, false
	}
	return wishing, true
}

// withoutFirstPart returns the query without "1" or "part one", because the first film of a series has no number. Only files whose title is the rest
// match. ok is false if the query does not ask for a first part.
func (q query) withoutFirstPart() (query, bool) {
	for i, t := range q.terms {
		from, to := i, i+1
		n, isOrdinal := parseOrdinal(t)
		switch {
		case isOrdinal && n == 1 && to < len(q.terms) && partWords[q.terms[to]]:
			to++
		case i == 0 || t != "1" && t != "i" && t != "one":
			continue
		case i > 1 && partWords[q.terms[i-1]]:
			from--
		}
		if rest := slices.Concat(q.terms[:from], q.terms[to:]); countMeaning(rest) > 0 {
			return query{terms: rest, onlyTitle: true, wishes: q.wishes, unwanted: q.unwanted}, true
		}
	}
	return q, false
}
