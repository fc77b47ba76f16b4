package filter

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
)

// soundKey returns a key that a word shares with its spellings in other scripts, and with other spellings in Latin letters: आवारा, awara and aawara. It
// is empty for words that have no such key: words with figures, and words of scripts without spaces, which are indexed as bigrams.
//
// The word is written in Latin letters, and then what spellings disagree about is dropped: the length of vowels, every a but the first one (Indic scripts do
// not write the short a), the breath of consonants (dh, bh), doubled letters, and the differences of e and i, of o and u, of v and w, of z and j.
func soundKey(word string) string {
	latin := isASCII(word)
	if !latin && (isUnspaced(word) || !startsWithLetter(word)) {
		return ""
	}
	if latin {
		return endSound(appendSounds(nil, respellEnglish(word), true), word)
	}
	return endSound(foreignSounds(word), word)
}

// endSound returns a key without a last h that nobody hears, with n for a last m, and without every a but a first one.
func endSound(key []byte, word string) string {
	last := len(key) - 1
	for last > 0 && key[last] == 'a' {
		key, last = key[:last], last-1
	}
	if last > 1 && key[last] == 'h' && (strings.HasSuffix(word, "h") || strings.HasSuffix(word, "ه") || strings.HasSuffix(word, "ह")) { // pakeezah, पाकीज़ा
		key = bytes.TrimRight(key[:last], "a")
	}
	if last = len(key) - 1; last > 0 && key[last] == 'm' {
		key[last] = 'n' // written with one sign in Indic scripts
	}
	var out []byte
	for i, c := range key {
		switch {
		case c == 'a' && i > 0, soundClass(c) == vowel && len(out) > 0 && out[len(out)-1] == c:
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// soundKeys returns the keys of a word: its soundKey, and those of the other ways in which it may be heard, if there are any: a word in Latin letters as an
// English one, a word in another script as foreignVariants tells.
func soundKeys(word string) []string {
	keys := []string{soundKey(word)}
	if keys[0] == "" {
		return keys
	}
	add := func(key string) {
		if key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if !isASCII(word) {
		for _, other := range foreignVariants(word) {
			add(soundKey(other))
		}
		return keys
	}
	spoken := spokenEnglish(word)
	add(endSound(appendSounds(nil, spoken, true), spoken))
	if short := withoutShortU(spoken); short != spoken {
		add(endSound(appendSounds(nil, short, true), short))
	}
	return keys
}

// soundFrame returns the consonants of a soundKey, each as the first of its kind: words that a person may write for each other in two scripts share it,
// even if one script writes a vowel or tells k from g, and the other does not. A first vowel is an a.
func soundFrame(key string) string {
	var frame []byte
	for i := range len(key) {
		switch class := soundClass(key[i]); {
		case class != vowel:
			frame = append(frame, class)
		case i == 0 && (key[0] == 'v' || key[0] == 'h'):
			frame = append(frame, key[0])
		case i == 0:
			frame = append(frame, 'a')
		}
	}
	return string(frame)
}

// vowel is the class of the sounds that scripts leave out.
const vowel = 0

// soundClass returns the first consonant of a kind, or vowel.
func soundClass(c byte) byte {
	switch c {
	case 'a', 'i', 'u', 'v', 'h':
		return vowel
	case 'g':
		return 'k'
	case 'd':
		return 't'
	case 'b', 'f':
		return 'p'
	case 'c', 'j':
		return 's'
	}
	return c
}

// maxSoundKey bounds the work of soundDistance. A longer key is compared up to here.
const maxSoundKey = 32

// soundDistance counts the differences of two keys of one frame: a vowel more, another vowel, or another consonant of the kind.
func soundDistance(a, b string) int {
	a, b = a[:min(len(a), maxSoundKey)], b[:min(len(b), maxSoundKey)]
	var row [maxSoundKey + 1]int
	for j := range len(b) {
		row[j+1] = row[j] + dropCost(b[j])
	}
	for i := range len(a) {
		before := row[0]
		row[0] += dropCost(a[i])
		for j := range len(b) {
			best := min(row[j+1]+dropCost(a[i]), row[j]+dropCost(b[j]), before+swapCost(a[i], b[j]))
			before, row[j+1] = row[j+1], best
		}
	}
	return row[len(b)]
}

const otherSound = 9 // more than any distance that counts

func dropCost(c byte) int {
	if soundClass(c) == vowel {
		return 1
	}
	return otherSound
}

func swapCost(a, b byte) int {
	switch {
	case a == b:
		return 0
	case soundClass(a) != soundClass(b):
		return otherSound
	}
	return 1
}

func startsWithLetter(word string) bool {
	for _, r := range word {
		return unicode.IsLetter(r)
	}
	return false
}

// appendSounds adds the sounds of a text in Latin letters. hardC tells that a c without h sounds like k. It returns nil for a text with figures. Letters that
// an a separates are not doubled (baba), so every a stays until endSound.
func appendSounds(key []byte, text string, hardC bool) []byte {
	for i := 0; i < len(text); i++ {
		c := text[i]
		next := byte(0)
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch c {
		case 'e', 'y':
			c = 'i'
		case 'o':
			c = 'u'
		case 'w':
			c = 'v'
		case 'z':
			c = 'j'
		case 'q':
			if next == 'u' { // queen, क्वीन
				key, c = addSound(key, 'k'), 'v'
				i++
			} else {
				c = 'k'
			}
		case 'x':
			key, c = addSound(key, 'k'), 's'
		case 'c':
			switch {
			case next == 'h':
				for i++; i+1 < len(text) && text[i+1] == 'h'; i++ {
				}
			case hardC && (next == 'e' || next == 'i' || next == 'y'):
				c = 's'
			case hardC:
				c = 'k'
			}
		case 'p':
			if next == 'h' {
				c = 'f'
			}
		case 'm':
			if next == 'b' || next == 'p' {
				c = 'n'
			}
		}
		if next == 'h' && strings.IndexByte("bdgjkptz", text[i]) >= 0 && hardC {
			i++
		} else if next == 'h' && text[i] == 's' {
			i++
		}
		switch {
		case c >= '0' && c <= '9':
			return nil
		case c >= 'a' && c <= 'z':
			key = addSound(key, c)
		}
	}
	return key
}

// addSound adds a letter unless it repeats the last one.
func addSound(key []byte, c byte) []byte {
	if len(key) > 0 && key[len(key)-1] == c {
		return key
	}
	return append(key, c)
}
