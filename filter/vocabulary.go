package filter

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/blevesearch/vellum"
	"github.com/blevesearch/vellum/levenshtein"
)

// Vocabulary knows every word of the index and in how many files it stands, roughly. It lives in memory, as a finite-state transducer with
// a map of what came since, so that prefixes and typos are resolved without asking a database.
//
// Counts order terms by rarity; they need not be exact, and a word that is missing here is still found when typed in full.
type Vocabulary struct {
	oneEdit, twoEdits *levenshtein.LevenshteinAutomatonBuilder
	deltaFull         chan struct{} // the map is large enough to be folded into the transducer

	mu    sync.RWMutex
	base  *vellum.FST
	delta map[string]int
}

// Term is a word of the index.
type Term struct {
	Text  string
	Count int // of files, roughly
}

// mergeAt is the size of the map at which it is folded into the transducer: a scan of it stays under a few milliseconds.
const mergeAt = 20_000

// NewVocabulary returns an empty one.
func NewVocabulary() (*Vocabulary, error) {
	one, err1 := levenshtein.NewLevenshteinAutomatonBuilder(1, true)
	two, err2 := levenshtein.NewLevenshteinAutomatonBuilder(2, true)
	empty, err3 := buildFST(nil)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	return &Vocabulary{oneEdit: one, twoEdits: two, deltaFull: make(chan struct{}, 1), base: empty, delta: map[string]int{}}, nil
}

// Add counts words; negative counts take files back.
func (v *Vocabulary) Add(terms map[string]int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for t, n := range terms {
		v.delta[t] += n
	}
	if len(v.delta) >= mergeAt {
		select {
		case v.deltaFull <- struct{}{}:
		default:
		}
	}
}

// Run folds the map into the transducer whenever it has grown, until ctx ends.
func (v *Vocabulary) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-v.deltaFull:
			if err := v.mergeDelta(); err != nil {
				return err
			}
		}
	}
}

// mergeDelta builds a new transducer beside the old one; words can be looked up and added meanwhile.
func (v *Vocabulary) mergeDelta() error {
	v.mu.RLock()
	base, taken := v.base, maps.Clone(v.delta)
	v.mu.RUnlock()
	all := maps.Clone(taken)
	err := eachTerm(base, func(t string, n int) { all[t] += n })
	if err != nil {
		return err
	}
	merged, err := buildFST(all)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.base = merged
	for t, n := range taken {
		if v.delta[t] -= n; v.delta[t] == 0 {
			delete(v.delta, t)
		}
	}
	return nil
}

// Size is the number of words, a few of them perhaps twice.
func (v *Vocabulary) Size() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.base.Len() + len(v.delta)
}

// Count returns in how many files a word stands, roughly; 0 means unknown.
func (v *Vocabulary) Count(term string) int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.count(term)
}

func (v *Vocabulary) count(term string) int {
	n, _, err := v.base.Get([]byte(term))
	if err != nil {
		n = 0
	}
	return max(0, int(n)+v.delta[term])
}

// Prefixed returns the words that begin with prefix, the commonest first, at most limit.
func (v *Vocabulary) Prefixed(prefix string, limit int) []Term {
	v.mu.RLock()
	defer v.mu.RUnlock()
	found := map[string]int{}
	end := []byte(prefix)
	for i, b := range slices.Backward(end) { // the first key behind all that begin with prefix
		if b < 0xff {
			end = append(bytes.Clone(end[:i]), b+1)
			break
		}
	}
	it, err := v.base.Iterator([]byte(prefix), end)
	for err == nil {
		key, _ := it.Current()
		found[string(key)] = v.count(string(key))
		err = it.Next()
	}
	for t := range v.delta {
		if strings.HasPrefix(t, prefix) {
			found[t] = v.count(t)
		}
	}
	return mostFrequent(found, limit)
}

// Similar returns the words within the edit distance that the word's length allows (a swap of neighbours is one edit), nearest first,
// then commonest, at most limit. Words with digits are never similar: 1080p is not 1081p.
func (v *Vocabulary) Similar(word string, limit int) []Term {
	var found []Term
	for _, builder := range v.automataFor(word) {
		found = v.withinDistance(builder.builder, builder.edits, word)
		if len(found) > 0 {
			break
		}
	}
	return found[:min(limit, len(found))]
}

type editAutomaton struct {
	builder *levenshtein.LevenshteinAutomatonBuilder
	edits   uint8
}

func (v *Vocabulary) automataFor(word string) []editAutomaton {
	n := utf8.RuneCountInString(word)
	switch {
	case n < 4 || n > 40 || strings.ContainsAny(word, "0123456789"):
		return nil
	case n < 8:
		return []editAutomaton{{v.oneEdit, 1}}
	}
	return []editAutomaton{{v.oneEdit, 1}, {v.twoEdits, 2}}
}

func (v *Vocabulary) withinDistance(builder *levenshtein.LevenshteinAutomatonBuilder, edits uint8, word string) []Term {
	dfa, err := builder.BuildDfa(word, edits)
	if err != nil {
		return nil // too long for an automaton; the word itself is still searched
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

func mostFrequent(found map[string]int, limit int) []Term {
	terms := make([]Term, 0, len(found))
	for t, n := range found {
		if n > 0 {
			terms = append(terms, Term{t, n})
		}
	}
	slices.SortFunc(terms, func(a, b Term) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Text, b.Text))
	})
	return terms[:min(limit, len(terms))]
}

func buildFST(terms map[string]int) (*vellum.FST, error) {
	var buf bytes.Buffer
	b, err := vellum.New(&buf, nil)
	if err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	for _, t := range slices.Sorted(maps.Keys(terms)) {
		if n := terms[t]; n > 0 && t != "" {
			if err := b.Insert([]byte(t), uint64(n)); err != nil {
				return nil, fmt.Errorf("vocabulary: %w", err)
			}
		}
	}
	if err := b.Close(); err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	fst, err := vellum.Load(buf.Bytes())
	if err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	return fst, nil
}

func eachTerm(fst *vellum.FST, fn func(term string, count int)) error {
	it, err := fst.Iterator(nil, nil)
	for err == nil {
		key, n := it.Current()
		fn(string(key), int(n)) //nolint:gosec // counts of files
		err = it.Next()
	}
	if !errors.Is(err, vellum.ErrIteratorDone) {
		return fmt.Errorf("vocabulary: %w", err)
	}
	return nil
}
