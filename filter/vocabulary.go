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
	"sync/atomic"

	"github.com/blevesearch/vellum"
	"github.com/blevesearch/vellum/levenshtein"
	lru "github.com/hashicorp/golang-lru/v2"
)

// Vocabulary holds every word of the index with the approximate number of its files. It is in memory, as a finite-state transducer and a map of later
// changes, so that prefixes and typos are resolved without a database query.
//
// The counts order words by frequency and need not be exact. A word that is missing here is still found when it is typed in full.
type Vocabulary struct {
	oneEdit, twoEdits *levenshtein.LevenshteinAutomatonBuilder
	deltaFull         chan struct{} // delta is to be merged into base

	mu          sync.RWMutex
	base        *vellum.FST
	sounds      *vellum.FST // the words of base, each behind its soundBucket
	delta       map[string]int
	deltaSounds map[string][]string      // the words of delta by soundBucket
	deltaSorted atomic.Pointer[[]string] // the words of delta in order; nil when one was added since

	keptNear  *lru.Cache[nearKey, []Term]
	keptBegun *lru.Cache[begunKey, []Term]
	changes   atomic.Int64 // counts changes: memory does not use results of an older count
}

// Term is a word of the index.
type Term struct {
	Text  string
	Count int // approximate number of files
}

// mergeAt is the size at which delta is merged into base. A scan of a delta of this size takes a few milliseconds.
const mergeAt = 20_000

// NewVocabulary makes an empty Vocabulary.
func NewVocabulary() (*Vocabulary, error) {
	one, err1 := levenshtein.NewLevenshteinAutomatonBuilder(1, true)
	two, err2 := levenshtein.NewLevenshteinAutomatonBuilder(2, true)
	empty, err3 := buildFST(nil)
	near, err4 := lru.New[nearKey, []Term](keptNear)
	begun, err5 := lru.New[begunKey, []Term](keptNear)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	return &Vocabulary{
		oneEdit: one, twoEdits: two, deltaFull: make(chan struct{}, 1), base: empty, sounds: empty, delta: map[string]int{}, deltaSounds: map[string][]string{},
		keptNear: near, keptBegun: begun,
	}, nil
}

// Add adds to the counts of words. Negative numbers subtract removed files.
func (v *Vocabulary) Add(terms map[string]int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for t, n := range terms {
		if _, ok := v.delta[t]; !ok {
			v.addDeltaSound(t)
			v.deltaSorted.Store(nil)
		}
		v.delta[t] += n
	}
	v.changes.Add(1)
	if len(v.delta) >= mergeAt {
		signal(v.deltaFull)
	}
}

// Run merges delta into base when it is full and when the words of a pool are loaded, until ctx ends.
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

// mergeDelta builds a new base. Words can be looked up and added meanwhile.
func (v *Vocabulary) mergeDelta() error {
	v.mu.RLock()
	base, sounds, taken := v.base, v.sounds, maps.Clone(v.delta)
	v.mu.RUnlock()
	merged, err := mergeFST(base, taken, func(old, n int) int { return old + n })
	if err != nil {
		return err
	}
	heard, err := mergeSounds(sounds, taken)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.base, v.sounds = merged, heard
	for t, n := range taken {
		if v.delta[t] -= n; v.delta[t] == 0 {
			delete(v.delta, t)
		}
	}
	clear(v.deltaSounds)
	v.deltaSorted.Store(nil)
	for t := range v.delta {
		v.addDeltaSound(t)
	}
	return nil
}

// Size returns the number of words. A word in both base and delta counts twice.
func (v *Vocabulary) Size() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.base.Len() + len(v.delta)
}

// Count returns the approximate number of files with a word, 0 for an unknown word.
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

// begunKey names the words that begin with a prefix, at a state of the vocabulary.
type begunKey struct {
	prefix  string
	changes int64
}

// Prefixed returns at most limit words that begin with prefix, the most frequent first. No limit is above maxPrefixed. A search asks for the same words
// several times.
func (v *Vocabulary) Prefixed(prefix string, limit int) []Term {
	key := begunKey{prefix, v.changes.Load()}
	if kept, ok := v.keptBegun.Get(key); ok {
		return slices.Clip(kept[:min(limit, len(kept))])
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	found := map[string]int{}
	it, err := v.base.Iterator([]byte(prefix), []byte(prefixEnd([]byte(prefix))))
	for err == nil {
		key, _ := it.Current()
		found[string(key)] = v.count(string(key))
		err = it.Next()
	}
	words := v.sortedDelta()
	at, _ := slices.BinarySearch(words, prefix)
	for ; at < len(words) && strings.HasPrefix(words[at], prefix); at++ {
		found[words[at]] = v.count(words[at])
	}
	kept := slices.Clone(mostFrequent(found, maxPrefixed)) // the others may be thousands
	v.keptBegun.Add(key, kept)
	return slices.Clip(kept[:min(limit, len(kept))])
}

// prefixEnd returns the first key after all keys with a prefix.
func prefixEnd(prefix []byte) string {
	for i, b := range slices.Backward(prefix) {
		if b < 0xff {
			return string(append(bytes.Clone(prefix[:i]), b+1))
		}
	}
	return string(prefix)
}

// sortedDelta returns the words of delta in order. v.mu is held for reading at least, so that none is added meanwhile.
func (v *Vocabulary) sortedDelta() []string {
	if words := v.deltaSorted.Load(); words != nil {
		return *words
	}
	words := slices.Sorted(maps.Keys(v.delta))
	v.deltaSorted.Store(&words)
	return words
}

// Similar returns at most limit words near a misspelled word, at the smallest edit distance that has any, the most frequent first.
func (v *Vocabulary) Similar(word string, limit int) []Term {
	var found []Term
	all := v.near(word, false)
	for _, w := range all[:min(limit, len(all))] {
		if w.edits == all[0].edits {
			found = append(found, w.Term)
		}
	}
	return found
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
		if err := insertTerm(b, t, terms[t]); err != nil {
			return nil, err
		}
	}
	return loadFST(b, &buf)
}

func insertTerm(b *vellum.Builder, term string, n int) error {
	if n <= 0 || term == "" {
		return nil
	}
	if err := b.Insert([]byte(term), uint64(n)); err != nil {
		return fmt.Errorf("vocabulary: %w", err)
	}
	return nil
}

func loadFST(b *vellum.Builder, buf *bytes.Buffer) (*vellum.FST, error) {
	if err := b.Close(); err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	fst, err := vellum.Load(buf.Bytes())
	if err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	return fst, nil
}

// mergeFST builds a transducer with the terms of both. Of a term that both have, sum gives the number. It reads base in order, because a map of all words
// would take ten times the memory of the transducer.
func mergeFST(base *vellum.FST, more map[string]int, sum func(old, n int) int) (*vellum.FST, error) {
	var buf bytes.Buffer
	b, err := vellum.New(&buf, nil)
	if err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	left := slices.Sorted(maps.Keys(more))
	var failed error
	insert := func(t string, n int) { failed = errors.Join(failed, insertTerm(b, t, n)) }
	err = eachTerm(base, func(t string, old int) {
		for len(left) > 0 && left[0] < t {
			insert(left[0], more[left[0]])
			left = left[1:]
		}
		if len(left) > 0 && left[0] == t {
			old = sum(old, more[t])
			left = left[1:]
		}
		insert(t, old)
	})
	for _, t := range left {
		insert(t, more[t])
	}
	if err = errors.Join(err, failed); err != nil {
		return nil, err
	}
	return loadFST(b, &buf)
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
