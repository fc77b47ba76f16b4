package filter

import (
	"slices"
	"strings"
)

// Ranks, best first. A file whose title is the query comes before one that mentions it. Behind rankMistyped the ranks continue with the likeness of the
// words, each first with and then without the title.
const (
	rankTitle        uint8 = iota // the file's title is the query
	rankSpelledTitle              // the same in another spelling
	rankPhrase                    // the name has the terms next to each other, in order
	rankExact                     // the name or caption has every term
	rankSpelled                   // the same in another spelling
	rankBeginsTitle               // the last term begins a word of the title
	rankBegins                    // the last term begins a word of the name or caption
	rankAlikeTitle                // the title is the query in other letters of the same sound
	rankAlike                     // a term is in other letters of the same sound
	rankSoundsTitle               // the title is the query in another script, or its initials
	rankSounds                    // a term is in another script, or the initials of words
	rankMistyped                  // the first of 2*(maxLikeness+1)
	rankNone         uint8 = 255  // no match
)

// matcher ranks files for an interpretation of a query.
type matcher struct {
	interpretation
	byWord map[string][]reading // by their first word
	free   []reading            // without words
	words  []string             // the terms without years: the title if the query is one
}

func newMatcher(in interpretation) *matcher {
	m := &matcher{interpretation: in, byWord: make(map[string][]reading, len(in.readings)), words: in.titleWords()}
	for _, r := range in.readings {
		if len(r.words) == 0 {
			m.free = append(m.free, r)
			continue
		}
		m.byWord[r.words[0]] = append(m.byWord[r.words[0]], r)
	}
	return m
}

// costTable has the cheapest cost at which a file covers terms[from:to].
type costTable [maxQueryTerms][maxQueryTerms + 1]int32

func (c *costTable) note(from, to int, cost int32) { c[from][to] = min(c[from][to], cost) }

// rankFile returns the rank of a file, and the tokens of its name. titled means that the file is in the list of the query's title.
func (m *matcher) rankFile(f File, titled bool) (rank uint8, name []string) {
	name = fileTokens(f.Media.Name)
	var costs costTable
	m.initCosts(&costs)
	m.readTokens(&costs, name)
	cost := m.cheapest(&costs)
	saysTitle := titled && containsPhrase(name, m.words)
	if cost > 0 && f.Media.Caption != "" && f.Media.Caption != f.Media.Name {
		caption := fileTokens(f.Media.Caption)
		m.readTokens(&costs, caption)
		cost = m.cheapest(&costs)
		saysTitle = saysTitle || titled && containsPhrase(caption, m.words)
	}
	if cost >= costNone {
		return rankNone, name
	}
	isTitle := m.isTitle(name) || cost == 0 && saysTitle
	if m.onlyTitle && cost < costEdit && !isTitle { // behind the tag of a channel, or in a caption
		isTitle = m.isTitle(tokenSequence(withoutHandle(titleSource(f.Media.Name, f.Media.Caption))))
	}
	if m.onlyTitle && (!isTitle || cost >= costEdit) {
		return rankNone, name
	}
	if m.begins && !m.beginsName(f) || m.isUnwanted(f) {
		return rankNone, name
	}
	return m.rankOf(cost, isTitle, name), name
}

// withoutHandle cuts a tag with the name of a channel or site off, behind which titleSource leaves a title that is a year: @Channel_1917_2019.mkv.
func withoutHandle(name string) string {
	if tag := leadingTag.FindString(name); strings.Contains(tag, "@") || strings.Contains(strings.ToLower(tag), "www.") {
		return name[len(tag):]
	}
	return name
}

// isUnwanted reports a file in unwanted languages only.
func (m *matcher) isUnwanted(f File) bool {
	if len(m.unwanted) == 0 {
		return false
	}
	languages := traitsOf(f.Media).languages
	return len(languages) > 0 && !slices.ContainsFunc(languages, func(l string) bool { return !slices.Contains(m.unwanted, l) })
}

// beginsName reports that the name of a file, without the tags of channels before it, begins with the terms before the first wish.
func (m *matcher) beginsName(f File) bool {
	name := fileTokens(titleSource(f.Media.Name, f.Media.Caption))
	if len(name) > 1 && articles[name[0]] {
		name = name[1:]
	}
	to := len(m.terms)
	if i := slices.IndexFunc(m.terms, isWish); i > 0 {
		to = i
	}
	return startsWith(name, m.terms[:to]) || len(name) > 0 && slices.ContainsFunc(m.byWord[name[0]], func(r reading) bool {
		return r.from == 0 && r.to == to && startsWith(name, r.words)
	})
}

// Rank returns the files that match a query, in the order in which a search lists them.
func (v *Vocabulary) Rank(text string, files []File) []File {
	q := parseQuery(text)
	if len(q.terms) == 0 {
		return nil
	}
	m := newMatcher(v.interpret(q))
	r := results{byID: map[DocumentID]result{}}
	for _, f := range files {
		if rank, name := m.rankFile(f, false); rank != rankNone {
			r.addResult(newResult(f, rank, name))
		}
	}
	var ranked []File
	for _, x := range r.sorted() {
		ranked = append(ranked, x.file)
	}
	return ranked
}

func (m *matcher) rankOf(cost int32, isTitle bool, name []string) uint8 {
	switch {
	case cost == 0 && isTitle:
		return rankTitle
	case cost == 0 && containsPhrase(name, m.terms):
		return rankPhrase
	case cost == 0:
		return rankExact
	case cost < costUnfinished:
		return either(isTitle, rankSpelledTitle, rankSpelled)
	case cost < costAlike:
		return either(isTitle, rankBeginsTitle, rankBegins)
	case cost < costSound:
		return either(isTitle, rankAlikeTitle, rankAlike)
	case cost < costEdit:
		return either(isTitle, rankSoundsTitle, rankSounds)
	}
	return rankMistyped + 2*likeness(cost) + either(isTitle, 0, 1)
}

// likeness returns the class of a cost of costEdit or more: 0 for one likely mistake, more for unlikely and further ones.
func likeness(cost int32) uint8 {
	return uint8(min((cost-costEdit)/costStep, maxLikeness)) //nolint:gosec // at most maxLikeness
}

const maxLikeness = 9

func either(first bool, a, b uint8) uint8 {
	if first {
		return a
	}
	return b
}

func (m *matcher) initCosts(costs *costTable) {
	for i := range m.terms {
		for j := range costs[i] {
			costs[i][j] = costNone
		}
	}
	for _, r := range m.free {
		costs[r.from][r.to] = r.cost
	}
}

// readTokens notes the readings, beginnings and acronyms that a name or a caption has.
func (m *matcher) readTokens(costs *costTable, tokens []string) {
	for p, t := range tokens {
		for _, r := range m.byWord[t] {
			if len(r.words) == 1 || startsWith(tokens[p:], r.words) {
				costs.note(r.from, r.to, max(r.cost, m.costOfLetter(r, tokens, p)))
			}
		}
		for _, b := range m.beginnings {
			if b.accepts(tokens, p) {
				costs.note(b.from, len(m.terms), costUnfinished)
			}
		}
		for _, a := range m.acronyms {
			if a.matches(tokens, p) {
				costs.note(a.from, a.to, costAcronym)
			}
		}
	}
}

// costOfLetter returns costUnfinished if a reading is a last letter that may begin a word, and the name does not have it behind the word before it: the t of
// "oceans t" is rather the beginning of Twelve than a letter somewhere else, such as in a link. It returns 0 for other readings.
func (m *matcher) costOfLetter(r reading, tokens []string, at int) int32 {
	if r.from == 0 || r.to < len(m.terms) || len(m.beginning) != 1 || isNumber(m.beginning, 1) || at > 0 && tokens[at-1] == m.terms[r.from-1] {
		return 0
	}
	return costUnfinished
}

// cheapest returns the cost of the cheapest cover of all terms, costNone or more if there is none.
func (m *matcher) cheapest(costs *costTable) int32 {
	var best [maxQueryTerms + 1]int32
	for to := 1; to <= len(m.terms); to++ {
		best[to] = costNone
		for from := range to {
			best[to] = min(best[to], best[from]+costs[from][to])
		}
	}
	return best[len(m.terms)]
}

// isTitle reports that the query's terms are the title in a name, which ends before the first word about the release, such as a year or a resolution.
func (m *matcher) isTitle(name []string) bool {
	end := 1
	for end < len(name) && !isReleaseWord(name[end]) {
		end++
	}
	return len(name) > 0 && m.isTitleFrom(name[:end], 0)
}

// isTitleFrom reports that the terms from an index on are the title, and behind it words about the release.
func (m *matcher) isTitleFrom(title []string, from int) bool {
	if len(title) == 0 {
		return !slices.ContainsFunc(m.terms[from:], func(t string) bool { return !isReleaseWord(t) })
	}
	if articles[title[0]] && len(title) > 1 && m.isTitleFrom(title[1:], from) {
		return true
	}
	if from == len(m.terms) {
		return false
	}
	for _, r := range m.byWord[title[0]] {
		if r.from == from && startsWith(title, r.words) && m.isTitleFrom(title[len(r.words):], r.to) {
			return true
		}
	}
	for _, r := range m.free {
		if r.from == from && m.isTitleFrom(title, r.to) {
			return true
		}
	}
	for _, a := range m.acronyms {
		if n, ok := a.isSpelled(title); ok && a.from == from && m.isTitleFrom(title[n:], a.to) {
			return true
		}
	}
	for _, b := range m.beginnings {
		if b.from == from && len(title) == 1 && b.after == "" && b.accepts(title, 0) {
			return true
		}
	}
	return false
}

func startsWith(in, words []string) bool {
	return len(in) >= len(words) && slices.Equal(in[:len(words)], words)
}

func containsPhrase(in, phrase []string) bool {
	for i := range in {
		if startsWith(in[i:], phrase) {
			return true
		}
	}
	return false
}
