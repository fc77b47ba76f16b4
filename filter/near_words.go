package filter

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/vellum"
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
	if n < 3 || n == 3 && !wide || n > 40 || strings.ContainsAny(word, "0123456789") {
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

func (v *Vocabulary) withinDistance(builder *levenshtein.LevenshteinAutomatonBuilder, edits uint8, word string) []Term {
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
	for t := range v.delta {
		if accepts(dfa, t) {
			found[t] = v.count(t)
		}
	}
	delete(found, word)
	return mostFrequent(found, len(found))
}

func accepts(dfa *levenshtein.DFA, term string) bool {
	state := dfa.Start()
	for i := range len(term) {
		state = dfa.Accept(state, term[i])
		if !dfa.CanMatch(state) {
			return false
		}
	}
	return dfa.IsMatch(state)
}

// soundMark separates a soundKey from a word in Vocabulary.sounds.
const soundMark = "\x00"

// SoundsLike returns at most limit other words that sound like a word, in any script, the most frequent first.
func (v *Vocabulary) SoundsLike(word string, limit int) []Term {
	key := soundKey(word)
	if key == "" {
		return nil
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	found := map[string]int{}
	it, err := v.sounds.Iterator([]byte(key+soundMark), []byte(key+"\x01"))
	for err == nil {
		pair, _ := it.Current()
		w := string(pair[len(key)+len(soundMark):])
		found[w] = v.count(w)
		err = it.Next()
	}
	for _, w := range v.deltaSounds[key] {
		found[w] = v.count(w)
	}
	delete(found, word)
	return mostFrequent(found, limit)
}

func (v *Vocabulary) addDeltaSound(word string) {
	if key := soundKey(word); key != "" {
		v.deltaSounds[key] = append(v.deltaSounds[key], word)
	}
}

// mergeSounds builds sounds with more words. A word without files stays, because SoundsLike counts the files.
func mergeSounds(sounds *vellum.FST, words map[string]int) (*vellum.FST, error) {
	all := map[string]int{}
	for w := range words {
		if key := soundKey(w); key != "" {
			all[key+soundMark+w] = 1
		}
	}
	if err := eachTerm(sounds, func(pair string, _ int) { all[pair] = 1 }); err != nil {
		return nil, err
	}
	return buildFST(all)
}
