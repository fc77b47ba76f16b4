package filter

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-unidecode"
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
	var key []byte
	if latin {
		key = appendSounds(nil, word, true)
	} else {
		key = foreignSounds(word)
	}
	if last := len(key) - 1; last > 0 && key[last] == 'm' {
		key[last] = 'n' // written with one sign in Indic scripts
	}
	return string(key)
}

func startsWithLetter(word string) bool {
	for _, r := range word {
		return unicode.IsLetter(r)
	}
	return false
}

// indicRespelling replaces the letters whose Latin form is not how people write their sound.
//
//nolint:gochecknoglobals // a table, never written
var indicRespelling = strings.NewReplacer("ज्ञ", "ग्य", "ऋ", "रि", "ृ", "्रि", "ৃ", "্রি", "ૃ", "્રિ", "ృ", "్రి", "ೃ", "್ರಿ", "ൃ", "്രി", "ச", "ஸ")

func foreignSounds(word string) []byte {
	if !unicode.In([]rune(word)[0], indicScripts...) {
		return appendSounds(nil, strings.ToLower(unidecode.Unidecode(word)), unicode.In([]rune(word)[0], unicode.Latin, unicode.Cyrillic, unicode.Greek))
	}
	var key []byte
	for _, r := range indicRespelling.Replace(word) { // letter by letter: the h of म and ह is no breath
		letter := strings.ToLower(unidecode.Unidecode(string(r)))
		switch {
		case letter == "ph":
			letter = "f"
		case len(letter) > 1 && letter[0] != 's':
			letter = strings.TrimSuffix(letter, "h")
		}
		key = appendSounds(key, letter, false)
	}
	return key
}

//nolint:gochecknoglobals // a table, never written
var indicScripts = []*unicode.RangeTable{
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam,
}

// appendSounds adds the sounds of a text in Latin letters. hardC tells that a c without h sounds like k. It returns nil for a text with figures.
func appendSounds(key []byte, text string, hardC bool) []byte {
	for i := 0; i < len(text); i++ {
		c := text[i]
		next := byte(0)
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch c {
		case 'a':
			if len(key) > 0 {
				continue
			}
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
