package filter

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/vellum/levenshtein"
)

// nearWord is a word of the index that a person may have meant by another.
type nearWord struct {
	Term
	edits    int
	unlikely bool // people rarely mistype the first letter, and leave out a letter more often than they add one
}

// near returns the words within the edit distance that the length of a word allows, the likeliest first. A swap of neighbours is one edit. Words of four
// characters allow one edit, of eight two; words with figures none: 1080p is not near 1081p. wide allows one edit in three characters and two in six,
// where the first letter is right.
func (v *Vocabulary) near(word string, wide bool) []nearWord {
	n := utf8.RuneCountInString(word)
	if n < 3 || n == 3 && !wide || n > 40 || isKeyMash(word) || strings.ContainsAny(word, "0123456789") {
		return nil
	}
	first, _ := utf8.DecodeRuneInString(word)
	found := map[string]nearWord{}
	note := func(edits int, strict bool) {
		builder := v.oneEdit
		if edits == 2 {
			builder = v.twoEdits
		}
		for _, t := range v.withinDistance(builder, uint8(edits), word) { //nolint:gosec // 1 or 2
			initial, _ := utf8.DecodeRuneInString(t.Text)
			if _, ok := found[t.Text]; ok || strict && initial != first || utf8.RuneCountInString(t.Text) < 3 {
				continue
			}
			found[t.Text] = nearWord{t, edits, initial != first || edits == 1 && len(t.Text) < len(word)}
		}
	}
	note(1, n == 3)
	if n >= 8 || n >= 6 && wide {
		note(2, n < 8)
	}
	all := make([]nearWord, 0, len(found))
	for _, w := range found {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b nearWord) int {
		return cmp.Or(cmp.Compare(a.edits, b.edits), cmp.Compare(b.Count, a.Count), strings.Compare(a.Text, b.Text))
	})
	return all
}

// nearKey names the words within an edit distance of a word, at a state of the vocabulary.
type nearKey struct {
	word    string
	edits   uint8
	changes int64
}

const keptNear = 2_000

// withinDistance returns the words within an edit distance, the most frequent first. A search asks for the same words several times.
func (v *Vocabulary) withinDistance(builder *levenshtein.LevenshteinAutomatonBuilder, edits uint8, word string) []Term {
	key := nearKey{word, edits, v.changes.Load()}
	if found, ok := v.keptNear.Get(key); ok {
		return found
	}
	found := v.findWithinDistance(builder, edits, word)
	v.keptNear.Add(key, found)
	return found
}

func (v *Vocabulary) findWithinDistance(builder *levenshtein.LevenshteinAutomatonBuilder, edits uint8, word string) []Term {
	dfa, err := builder.BuildDfa(word, edits)
	if err != nil {
		return nil // the word is too long for an automaton
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	found := map[string]int{}
	it, err := v.base.Search(dfa, nil, nil)
	for err == nil {
		key, _ := it.Current()
		found[string(key)] = v.count(string(key))
		err = it.Next()
	}
	eachAccepted(dfa, v.sortedDelta(), func(t string) { found[t] = v.count(t) })
	maps.DeleteFunc(found, func(t string, _ int) bool { return t == word || isAcronymKey(t) })
	return mostFrequent(found, len(found))
}

// eachAccepted calls fn with the words that an automaton accepts. It skips sorted words that begin with a prefix of which no word is accepted.
func eachAccepted(dfa *levenshtein.DFA, sorted []string, fn func(word string)) {
	for i := 0; i < len(sorted); {
		word, state, read := sorted[i], dfa.Start(), 0
		for read < len(word) && dfa.CanMatch(state) {
			state = dfa.Accept(state, word[read])
			read++
		}
		if dfa.CanMatch(state) {
			if dfa.IsMatch(state) {
				fn(word)
			}
			i++
			continue
		}
		end := prefixEnd([]byte(word[:read]))
		skip, _ := slices.BinarySearch(sorted[i:], end)
		i += max(1, skip)
	}
}
