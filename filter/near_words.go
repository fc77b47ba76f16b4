package filter

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/vellum"
	"github.com/blevesearch/vellum/levenshtein"
	edlib "github.com/hbollon/go-edlib"
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

// The keys of Vocabulary.sounds are: soundFrame, soundMark, script, word. The script is soundLatin, soundForeign, or soundEnglish for a word in Latin letters
// under the frame of its sound in English.
const (
	soundMark    = "\x00"
	soundEnglish = "e"
	soundLatin   = "l"
	soundForeign = "x"
)

// maxBucket limits the words of one frame that are compared with a term.
const maxBucket = 4000

// heardWord is a word of the index that sounds like another.
type heardWord struct {
	Term
	distance int // see soundDistance
}

// soundsLike returns at most limit other words that sound like a word, in Latin letters or in other scripts, the nearest first, then the most frequent.
// far allows differences, the more the longer the word; see mostHeard.
func (v *Vocabulary) soundsLike(word string, inLatin, far bool, limit int) []heardWord {
	if isAbbreviation(word) {
		return nil
	}
	otherScript := inLatin != isASCII(word)
	keys := soundKeys(word)
	if !otherScript {
		keys = keys[:1]
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	found := map[string]heardWord{}
	for _, key := range keys {
		frame, most := soundFrame(key), 0
		if frame == "" {
			continue
		}
		if far {
			most = mostHeard(key)
		}
		note := func(w string) {
			d := soundDistance(key, soundKey(w))
			if otherScript {
				d = nearestSound(key, w)
			} else if !isSpelledAlike(word, w) {
				return
			}
			if old, ok := found[w]; d > most || w == word || ok && old.distance <= d {
				return
			}
			if n := v.count(w); n > 0 {
				found[w] = heardWord{Term{w, n}, d}
			}
		}
		if !inLatin {
			v.eachHeard(soundBucket(frame, soundForeign), note)
			continue
		}
		v.eachHeard(soundBucket(frame, soundLatin), note)
		if otherScript {
			v.eachHeard(soundBucket(frame, soundEnglish), note)
		}
	}
	all := slices.SortedFunc(maps.Values(found), func(a, b heardWord) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(b.Count, a.Count), strings.Compare(a.Text, b.Text))
	})
	return all[:min(limit, len(all))]
}

// isAbbreviation reports a word of at most three Latin letters without a vowel, such as smh or tc. People spell such words aloud, so they match no word by
// sound.
func isAbbreviation(word string) bool {
	return len(word) <= 3 && isASCII(word) && !strings.ContainsAny(word, "aeiouy")
}

// eachHeard calls fn with the words of a bucket.
func (v *Vocabulary) eachHeard(bucket string, fn func(word string)) {
	it, err := v.sounds.Iterator([]byte(bucket), []byte(bucket[:len(bucket)-1]+string(bucket[len(bucket)-1]+1)))
	for n := 0; err == nil && n < maxBucket; n++ {
		pair, _ := it.Current()
		fn(string(pair[len(bucket):]))
		err = it.Next()
	}
	for _, w := range v.deltaSounds[bucket] {
		fn(w)
	}
}

// nearestSound returns the soundDistance of a key from the nearest key of a word.
func nearestSound(key, word string) int {
	nearest := otherSound
	for _, k := range soundKeys(word) {
		nearest = min(nearest, soundDistance(key, k))
	}
	return nearest
}

// mostHeard returns how many differences a word of a key may have and still be taken for it. Short words differ by a vowel only from many others.
func mostHeard(key string) int {
	sounds := 0
	for i := range len(key) {
		if i == 0 || soundClass(key[i]) != vowel || key[i] == 'v' {
			sounds++
		}
	}
	switch {
	case sounds < 2:
		return 0
	case sounds == 2:
		return 1
	}
	return min(sounds, 4)
}

// isSpelledAlike reports that two words of one script differ in few letters.
func isSpelledAlike(a, b string) bool {
	return edlib.OSADamerauLevenshteinDistance(a, b) <= (utf8.RuneCountInString(a)+2)/3
}

// soundBucket begins the keys of Vocabulary.sounds of all words with a frame in one of the scripts soundLatin, soundEnglish and soundForeign.
func soundBucket(frame, script string) string { return frame + soundMark + script }

// soundBuckets returns the buckets of a word, none for a word that has no soundFrame, and none for an acronym.
func soundBuckets(word string) []string {
	if isAcronymKey(word) {
		return nil
	}
	keys := soundKeys(word)
	frame := soundFrame(keys[0])
	switch {
	case frame == "":
		return nil
	case !isASCII(word):
		return []string{soundBucket(frame, soundForeign)}
	}
	buckets := []string{soundBucket(frame, soundLatin)}
	if english := soundFrame(keys[len(keys)-1]); english != frame && english != "" {
		buckets = append(buckets, soundBucket(english, soundEnglish))
	}
	return buckets
}

func (v *Vocabulary) addDeltaSound(word string) {
	for _, bucket := range soundBuckets(word) {
		v.deltaSounds[bucket] = append(v.deltaSounds[bucket], word)
	}
}

// mergeSounds builds sounds with more words. A word without files stays, because soundsLike counts the files.
func mergeSounds(sounds *vellum.FST, words map[string]int) (*vellum.FST, error) {
	more := map[string]int{}
	for w := range words {
		for _, bucket := range soundBuckets(w) {
			more[bucket+w] = 1
		}
	}
	return mergeFST(sounds, more, func(int, int) int { return 1 })
}
