package filter

import "slices"

// verdict tells whether a file matches a query, as far as posting lists know.
type verdict uint8

const (
	noMatch  verdict = iota
	mayMatch         // only the name and the caption can tell
	isMatch
)

// listVerdicts tells which files match by the lists that they are in, without their names. It knows whether a file has the words of a reading, but not
// whether they stand next to each other.
type listVerdicts struct {
	interpretation
	begun  []begunWords
	phrase []string // the words of readings and beginnings of several words
}

// begunWords are the words that a beginning stands for.
type begunWords struct {
	from  int
	after string // the word before it, if not empty
	words []string
	open  bool // there may be others
}

func (v *Vocabulary) newListVerdicts(in interpretation) *listVerdicts {
	l := &listVerdicts{interpretation: in}
	for _, b := range in.beginnings {
		w := begunWords{from: b.from, after: b.after, open: true}
		if b.only == nil && len(b.text) > 1 {
			for _, t := range v.Prefixed(b.text, maxPrefixed) {
				w.words = append(w.words, t.Text)
			}
			w.open = len(w.words) == maxPrefixed
		}
		if b.after != "" {
			l.phrase = append(append(l.phrase, b.after), w.words...)
		}
		l.begun = append(l.begun, w)
	}
	for _, r := range in.readings {
		if len(r.words) > 1 {
			l.phrase = append(l.phrase, r.words...)
		}
	}
	return l
}

// ofFile returns the verdict on a file. has tells whether the file is in the list of a word. It follows matcher.cheapest.
func (v *listVerdicts) ofFile(has func(word string) verdict) verdict {
	if v.onlyTitle || v.begins || len(v.unwanted) > 0 {
		return mayMatch
	}
	if !v.fragment && !slices.ContainsFunc(v.terms, func(t string) bool { return has(t) != isMatch }) {
		return isMatch
	}
	var best [maxQueryTerms + 1]verdict // of a cover of the terms before an index
	best[0] = isMatch
	for to := 1; to <= len(v.terms); to++ {
		for _, r := range v.readings {
			if r.to == to && best[r.from] > best[to] {
				best[to] = max(best[to], min(best[r.from], ofReading(r, has)))
			}
		}
		for _, a := range v.acronyms {
			if a.to == to && a.beside != nil {
				best[to] = max(best[to], min(best[a.from], mayMatch))
			}
		}
	}
	last := best[len(v.terms)]
	for _, b := range v.begun {
		if best[b.from] > last {
			last = max(last, min(best[b.from], b.ofWords(has)))
		}
	}
	return last
}

func ofReading(r reading, has func(string) verdict) verdict {
	all := isMatch
	for _, w := range r.words {
		all = min(all, has(w))
	}
	if len(r.words) > 1 {
		all = min(all, mayMatch)
	}
	return all
}

// ofWords returns the verdict on a beginning.
func (b begunWords) ofWords(has func(string) verdict) verdict {
	best := noMatch
	if b.open {
		best = mayMatch
	}
	for _, w := range b.words {
		if best = max(best, has(w)); best == isMatch {
			break
		}
	}
	if b.after != "" {
		best = min(best, mayMatch, has(b.after))
	}
	return best
}
