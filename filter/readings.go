package filter

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A query is read in several ways at once: "rokwall 4" may mean Rockwall IV. Each way is a reading of some neighbouring terms, and a file matches when
// readings of it cover all terms. So a typing mistake, a numeral, a hyphen and an unfinished word combine. Every reading has a cost, and the cheapest
// cover of a file decides its rank.

// The costs of readings. The costs of a cover add up, and each step is larger than the sum of many lower ones.
const (
	costSpelled    = 1  // another spelling of the same words: II for 2
	costUnfinished = 20 // the last term is the beginning of a word
	costWish       = 20 // a wish that the file does not meet
	costAlike      = 30 // other letters of the same sound
	costSound      = 40 // another script
	costAcronym    = 45 // the initials of a title
	costEdit       = 100
	costUnlikely   = 25 // beside costEdit; see nearWord
	costStep       = 20 // between two classes of likeness; see rankMistyped
	costHeard      = 12 // beside costEdit, for each difference of sound
	costNone       = 10_000
)

// reading takes terms[from:to] of a query for words that a file has next to each other. Without words, the terms may be missing.
type reading struct {
	from, to int
	words    []string
	cost     int32
}

// beginning takes the terms from an index to the end for the beginning of one word.
type beginning struct {
	from  int
	after string // the word before it in the file, if not empty: spiderm begins Spider-Man
	text  string
	only  func(token string) bool // if not nil, the words that count, instead of those that begin with text
}

func (b beginning) accepts(tokens []string, i int) bool {
	switch {
	case b.only != nil:
		return b.only(tokens[i])
	case b.after != "" && (i == 0 || tokens[i-1] != b.after):
		return false
	}
	return strings.HasPrefix(tokens[i], b.text)
}

// interpretation is a query with its readings.
type interpretation struct {
	query
	readings   []reading
	beginnings []beginning
	acronyms   []acronym // each with a reading for each of its keys, unless it has besides
}

// interpret returns the readings that are no mistakes: the terms themselves, other spellings (Spider-Man, Spiderman; Part 2, Part II), other scripts, and
// the last term as a beginning. Except the terms themselves, it returns only readings that the index has words for.
func (v *Vocabulary) interpret(q query) interpretation {
	in := interpretation{query: q}
	for i, t := range q.terms {
		if i+1 < len(q.terms) || !q.fragment {
			in.add(i, i+1, 0, t)
		}
		if q.wishes && isWish(t) {
			in.add(i, i+1, costWish)
		}
		v.addSpellings(&in, i)
		acronymReader{v}.add(&in, i)
		if letters := spelledLetters(t); letters != "" {
			v.addKnown(&in, i, i+1, costSound, letters)
		}
		heardTerms{v, &in}.add(i, i+1, t, false)
		if v.Count(t) == 0 {
			heardTerms{v, &in}.addAlike(i, false)
		}
		if i+1 < len(q.terms) && isLetters(q.terms[i+1], 3) {
			heardTerms{v, &in}.add(i, i+2, t+q.terms[i+1], false)
			heardTerms{v, &in}.addTogether(i, false)
		}
	}
	v.addBeginnings(&in)
	return in
}

// exactly returns the interpretation of a query as its terms only.
func exactly(q query) interpretation {
	in := interpretation{query: q}
	for i, t := range q.terms {
		in.add(i, i+1, 0, t)
	}
	return in
}

func (in *interpretation) add(from, to int, cost int32, words ...string) {
	in.readings = append(in.readings, reading{from, to, words, cost})
}

// addKnown adds a reading whose words the index has.
func (v *Vocabulary) addKnown(in *interpretation, from, to int, cost int32, words ...string) {
	if !slices.ContainsFunc(words, func(w string) bool { return v.Count(w) == 0 }) {
		in.add(from, to, cost, words...)
	}
}

// addSpellings adds the other spellings of a term and of the two terms that it begins.
func (v *Vocabulary) addSpellings(in *interpretation, i int) {
	t := in.terms[i]
	for _, other := range alternatives[t] {
		v.addKnown(in, i, i+1, costSpelled, other)
	}
	for _, cut := range splitPoints(t) {
		for _, a := range withAlternatives(t[:cut]) {
			for _, b := range withAlternatives(t[cut:]) {
				v.addKnown(in, i, i+1, costSpelled, a, b)
			}
		}
	}
	if v.Count(t) == 0 && isASCII(t) {
		joinedWords{v, in}.add(i)
	}
	if t == "and" && i > 0 && i+1 < len(in.terms) { // Fast & Furious
		in.add(i, i+1, costSpelled)
	}
	if n, ok := parseNumeral(t, 2); ok && i > 0 {
		v.addKnown(in, i, i+1, costSpelled, seasonToken(n)) // Season 2
	}
	if m := seasonEpisode.FindStringSubmatch(t); m != nil && m[1] == "01" {
		v.addKnown(in, i, i+1, costSpelled, "episode", strings.TrimPrefix(m[2], "0"))
	}
	if isUnspaced(t) && len(characters(t)) == 1 {
		for _, w := range v.Prefixed(t, maxPrefixed) {
			in.add(i, i+1, costSpelled, w.Text)
		}
	}
	if month, _, ok := parseMonthDay(t, "1"); ok && i > 0 && i == len(in.terms)-1 && isYear(in.terms[i-1]) { // 2026-06
		v.addKnown(in, i, i+1, costSpelled, month)
	}
	for _, title := range honorifics {
		if rest, ok := strings.CutPrefix(t, title); ok {
			v.addKnown(in, i, i+1, costSpelled, rest)
		} else if isIndic(t) && isSameScript(t, title) {
			v.addKnown(in, i, i+1, costSpelled, title+t)
		}
	}
	v.addFigures(in, i)
	spelledNumbers{v, in}.add(i)
	nameReader{v, in}.add(i)
	if i+1 == len(in.terms) {
		return
	}
	next := in.terms[i+1]
	v.addKnown(in, i, i+2, costSpelled, t+next)
	joinedWords{v, in}.addRegrouped(i)
	if isNumeral(next) && isASCII(t) && isLetters(t, 4) { // Ocean's Eleven
		v.addKnown(in, i, i+1, costSpelled, t+"s")
	}
	if partWords[t] && alternatives[next] != nil { // Chapter 2, and nothing but 2, for part two
		for _, n := range withAlternatives(next) {
			v.addKnown(in, i, i+2, 2*costSpelled, n)
		}
	}
	if n, ok := parseOrdinal(t); ok && partWords[next] { // 2nd part
		for _, number := range withAlternatives(strconv.Itoa(n)) {
			v.addKnown(in, i, i+2, costSpelled, next, number)
			v.addKnown(in, i, i+2, 2*costSpelled, number)
		}
	}
	if n, ok := parseNumeral(next, 4); ok && t == "episode" {
		for season := range 40 {
			v.addKnown(in, i, i+2, costSpelled, episodeToken(season, n))
		}
		v.addKnown(in, i, i+2, 2*costSpelled, strconv.Itoa(n)) // Naruto - 005
	}
}

// isNumeral reports a number of one or two figures, also in letters.
func isNumeral(t string) bool {
	return isNumber(t, 2) || slices.ContainsFunc(alternatives[t], func(other string) bool { return isNumber(other, 2) })
}

// letterFigures are the figures that titles have instead of letters: Se7en.
//
//nolint:gochecknoglobals // a table, never written
var letterFigures = map[byte]string{'a': "4", 'e': "3", 'i': "1", 'o': "0", 's': "5", 'v': "7"}

// addFigures adds the known words that have a figure instead of a letter of a term.
func (v *Vocabulary) addFigures(in *interpretation, i int) {
	t := in.terms[i]
	if !isASCII(t) || !isLetters(t, 4) {
		return
	}
	for at := range len(t) {
		if figure := letterFigures[t[at]]; figure != "" {
			v.addKnown(in, i, i+1, costSpelled, t[:at]+figure+t[at+1:])
		}
	}
}

// addBeginnings adds the readings of an unfinished last term, alone and joined with the term before it (spider m, Spiderman).
func (v *Vocabulary) addBeginnings(in *interpretation) {
	if in.beginning == "" {
		return
	}
	last := len(in.terms) - 1
	in.beginnings = append(in.beginnings, beginning{from: last, text: in.beginning})
	if v.Count(in.beginning) == 0 {
		for _, cut := range splitPoints(in.beginning + "x") { // the word after the cut may have one letter
			if cut >= 3 && v.Count(in.beginning[:cut]) > 0 {
				in.beginnings = append(in.beginnings, beginning{from: last, after: in.beginning[:cut], text: in.beginning[cut:]})
			}
		}
	}
	if last == 0 {
		return
	}
	if joined := in.terms[last-1] + in.beginning; len(v.Prefixed(joined, 1)) > 0 {
		in.beginnings = append(in.beginnings, beginning{from: last - 1, text: joined})
	}
	for word, only := range map[string]func(string) bool{"season": seasonAlone.MatchString, "episode": seasonEpisode.MatchString} {
		if strings.HasPrefix(word, in.beginning) || word == "episode" && in.beginning == "ep" {
			in.beginnings = append(in.beginnings, beginning{from: last, only: only})
		}
	}
}

// addMistakes adds readings of misspelled terms. wide adds them for all terms, and for words that are written apart or joined besides; else only the
// terms that the index does not know count. It returns false when there are none.
func (v *Vocabulary) addMistakes(in *interpretation, wide bool) bool {
	before := len(in.readings)
	for i, t := range in.terms {
		spelledNumbers{v, in}.addShortYear(i)
		if articles[t] || isChatWord(t) && v.Count(t) == 0 || !wide && v.Count(t) > 0 {
			continue
		}
		v.addNear(in, i, i+1, v.near(t, wide), maxSimilar)
		if v.Count(t) == 0 {
			v.addMistypedNumeral(in, i)
		}
		heardTerms{v, in}.add(i, i+1, t, true)
		heardTerms{v, in}.addAlike(i, true)
		if i+1 < len(in.terms) && isLetters(in.terms[i+1], 3) {
			heardTerms{v, in}.add(i, i+2, t+in.terms[i+1], true)
			heardTerms{v, in}.addTogether(i, true)
		}
		if !wide {
			continue
		}
		joinedWords{v, in}.addMistyped(i)
		joinedWords{v, in}.addHeard(i)
		if i+1 < len(in.terms) && len(t+in.terms[i+1]) >= 6 {
			v.addNear(in, i, i+2, v.near(t+in.terms[i+1], false), maxParts)
		}
	}
	if last := len(in.terms) - 1; wide && isNumber(in.terms[last], 2) && last > 0 { // 1 may become 10
		in.beginnings = append(in.beginnings, beginning{from: last, text: in.terms[last]})
	}
	return len(in.readings) > before || wide
}

// maxParts limits the words near a part of a term, or near two terms together.
const maxParts = 3

func (v *Vocabulary) addNear(in *interpretation, from, to int, words []nearWord, limit int) {
	for _, w := range words[:min(limit, len(words))] {
		cost := int32(w.edits) * costEdit //nolint:gosec // 1 or 2
		if w.unlikely {
			cost += costUnlikely
		}
		in.add(from, to, cost, w.Text)
	}
}

// addMistypedNumeral reads a misspelled number as its other spellings: theee idiots, 3 Idiots.
func (v *Vocabulary) addMistypedNumeral(in *interpretation, i int) {
	t := in.terms[i]
	for word := range numberWords {
		if len(t) > 4 && isNearOne(t, map[string]bool{word: true}) {
			for _, other := range alternatives[word] {
				v.addKnown(in, i, i+1, costEdit+costSpelled, other)
			}
		}
	}
}

// rareWord is the number of files up to which a word may be a mistake in a file name.
const rareWord = 3

// addCorrections adds the common words that are one edit away from a rare term. Otherwise a misspelled file name, or a title with these initials, hides the
// files of the common word. It returns false when there are none.
func (v *Vocabulary) addCorrections(in *interpretation) bool {
	before := len(in.readings)
	for i, t := range in.terms {
		n := v.Count(t)
		if n == 0 {
			n = in.acronymFiles(i)
		}
		if n == 0 || n > rareWord {
			continue
		}
		v.addNear(in, i, i+1, slices.DeleteFunc(v.near(t, false), func(w nearWord) bool { return w.edits > 1 || w.Count < 2*n }), maxSimilar)
	}
	return len(in.readings) > before
}

// plan returns the conditions that every file meets which has a reading of each term, and nil if there are none: for each term, one word of each reading
// that covers it. possible is false when the index has no word for a term.
func (v *Vocabulary) plan(in interpretation) (p plan, possible bool) {
	possible = true
	for i := 0; i < len(in.terms); i++ {
		words, open := v.wordsFor(in, i)
		first := i
		for ; in.hasBesides(i) && in.hasBesides(i+1); i++ { // gta vc: a file has one of them
			more, moreOpen := v.wordsFor(in, i+1)
			words, open = append(words, more...), open || moreOpen
		}
		if open || i == first && in.hasBesides(i) {
			continue
		}
		slices.Sort(words)
		p = append(p, clause{slices.Compact(words)})
		possible = possible && slices.ContainsFunc(words, func(w string) bool { return v.Count(w) > 0 })
	}
	return p, possible
}

// wordsFor returns a word of each reading that covers a term. open means that a reading needs no word, or any of too many.
func (v *Vocabulary) wordsFor(in interpretation, i int) (words []string, open bool) {
	for _, r := range in.readings {
		if r.from > i || i >= r.to {
			continue
		}
		if len(r.words) == 0 {
			return nil, true
		}
		words = append(words, slices.MinFunc(r.words, func(a, b string) int { return cmp.Compare(v.Count(a), v.Count(b)) }))
	}
	for _, b := range in.beginnings {
		if b.from > i {
			continue
		}
		if b.after != "" {
			words = append(words, b.after)
			continue
		}
		if (b.only != nil || len(b.text) < 2) && len(in.terms) > 1 {
			return nil, true
		}
		for _, w := range v.Prefixed(b.text, maxPrefixed) {
			words = append(words, w.Text)
		}
	}
	if len(words) == 0 {
		words = []string{in.terms[i]}
	}
	return words, false
}
