package filter

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/vellum"
	edlib "github.com/hbollon/go-edlib"
)

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
	keys := soundKeys(word)
	if inLatin && isASCII(word) {
		keys = keys[:1]
	}
	v.mu.RLock()
	defer v.mu.RUnlock()
	found := map[string]heardWord{}
	note := func(w string) {
		same := isSameScript(word, w)
		if w == word || same && !isSpelledAlike(word, w) {
			return
		}
		var d int
		if same {
			d = allowedDistance(keys[0], soundKey(w), far)
		} else {
			d = nearestSound(keys, soundKeys(w), far, writesNoVoice(word) || writesNoVoice(w))
		}
		if old, ok := found[w]; d >= otherSound || ok && old.distance <= d {
			return
		}
		if n := v.count(w); n > 0 {
			found[w] = heardWord{Term{w, n}, d}
		}
	}
	var frames []string
	for _, key := range keys {
		frame := soundFrame(key)
		if frame == "" || slices.Contains(frames, frame) {
			continue
		}
		frames = append(frames, frame)
		if !inLatin {
			v.eachHeard(soundBucket(frame, soundForeign), note)
			continue
		}
		v.eachHeard(soundBucket(frame, soundLatin), note)
		if !isASCII(word) {
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

// allowedDistance returns the soundDistance of two keys, otherSound if it is more than a word of the first key may have.
func allowedDistance(key, other string, far bool) int {
	d, most := soundDistance(key, other), 0
	if far {
		most = mostHeard(key)
	}
	if d > most {
		return otherSound
	}
	return d
}

// nearestSound returns the least allowedDistance of the keys of a word from those of another one. voiceless tells that the script of one of them has one
// letter for k and g.
func nearestSound(keys, others []string, far, voiceless bool) int {
	nearest := otherSound
	for _, k := range keys {
		for _, o := range others {
			if voiceless {
				k, o = withoutVoice(k), withoutVoice(o)
			}
			nearest = min(nearest, allowedDistance(k, o, far))
		}
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

// isSameScript reports that two words are both in Latin letters or both in one other script. All Indic scripts have their blocks, 128 characters apart.
func isSameScript(a, b string) bool {
	first, _ := utf8.DecodeRuneInString(a)
	second, _ := utf8.DecodeRuneInString(b)
	if isASCII(a) || isASCII(b) {
		return isASCII(a) && isASCII(b)
	}
	return !isIndic(a) || !isIndic(b) || first>>7 == second>>7
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
	var buckets []string
	for i, key := range soundKeys(word) {
		frame, script := soundFrame(key), soundEnglish
		switch {
		case frame == "":
			continue
		case !isASCII(word):
			script = soundForeign
		case i == 0:
			script = soundLatin
		}
		latin := soundBucket(frame, soundLatin)
		if bucket := soundBucket(frame, script); !slices.Contains(buckets, bucket) && !slices.Contains(buckets, latin) {
			buckets = append(buckets, bucket)
		}
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
