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
		key = appendSounds(nil, respellEnglish(word), true)
	} else {
		key = foreignSounds(word)
	}
	return endSound(key, word)
}

// endSound returns a key without a last h that nobody hears, and with n for a last m.
func endSound(key []byte, word string) string {
	last := len(key) - 1
	if last > 1 && key[last] == 'h' && (strings.HasSuffix(word, "h") || strings.HasSuffix(word, "ه") || strings.HasSuffix(word, "ह")) { // pakeezah, पाकीज़ा
		key, last = key[:last], last-1
	}
	if last > 0 && key[last] == 'm' {
		key[last] = 'n' // written with one sign in Indic scripts
	}
	return string(key)
}

// soundKeys returns the keys of a word: its soundKey, and for a word in Latin letters also the key of its sound in English, if it is another one.
func soundKeys(word string) []string {
	key := soundKey(word)
	if !isASCII(word) || key == "" {
		return []string{key}
	}
	spoken := spokenEnglish(word)
	if english := endSound(appendSounds(nil, spoken, true), spoken); english != key && english != "" {
		return []string{key, english}
	}
	return []string{key}
}

// spokenEnglish drops the letters of an English word that are not heard, and writes the g of "edge" as j, and the a of "game" as e.
func spokenEnglish(word string) string {
	for _, silent := range [][2]string{{"kn", "n"}, {"wr", "r"}, {"gn", "n"}, {"ps", "s"}} {
		if rest, ok := strings.CutPrefix(word, silent[0]); ok && len(rest) > 1 {
			word = silent[1] + rest
			break
		}
	}
	word, plural := strings.CutSuffix(heardInEnglish.Replace(respellEnglish(word)), "s")
	word = withoutUnheardE(word)
	if plural {
		word += "s"
	}
	return word
}

// withoutUnheardE drops the last e of game, and that of spider. The a before a silent e sounds like an e.
func withoutUnheardE(word string) string {
	n := len(word)
	switch {
	case n > 2 && (strings.HasSuffix(word, "er") || strings.HasSuffix(word, "or")):
		return word[:n-2] + "r"
	case n < 3 || word[n-1] != 'e' || strings.IndexByte("aeiou", word[n-2]) >= 0:
		return word
	case n > 3 && word[n-3] == 'a':
		return word[:n-3] + "e" + word[n-2:n-1]
	}
	return word[:n-1]
}

// heardInEnglish replaces letters within English words by their sounds.
//
//nolint:gochecknoglobals // a table, never written
var heardInEnglish = strings.NewReplacer("ght", "t", "igh", "i", "tch", "ch", "dge", "je", "dgi", "ji", "dgy", "ji", "ge", "je", "gi", "ji", "gy", "ji", "ture", "cher")

// respellEnglish writes endings of English words as other scripts do: इंसेप्शन for inception.
func respellEnglish(word string) string {
	for _, ending := range []string{"tion", "sion", "cian"} {
		if rest, ok := strings.CutSuffix(word, ending); ok && len(rest) > 1 {
			return rest + "shn"
		}
	}
	return word
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

// indicRespelling replaces the letters whose Latin form is not how people write their sound.
//
//nolint:gochecknoglobals // a table, never written
var indicRespelling = strings.NewReplacer("ज्ञ", "ग्य", "ऋ", "रि", "ृ", "्रि", "ৃ", "্রি", "ૃ", "્રિ", "ృ", "్రి", "ೃ", "್ರಿ", "ൃ", "്രി", "ச", "ஸ",
	"ॉ", "ो", "ऑ", "ओ", "ॅ", "े", "ऍ", "ए", "ੱ", "", "ও", "ৱ")

// alef is written like the a that it stands for, because no Latin letter is its own.
//
//nolint:gochecknoglobals // a table, never written
var alef = strings.NewReplacer("ا", "a")

func foreignSounds(word string) []byte {
	if !unicode.In([]rune(word)[0], indicScripts...) {
		return appendSounds(nil, strings.ToLower(unidecode.Unidecode(alef.Replace(word))), unicode.In([]rune(word)[0], unicode.Latin, unicode.Cyrillic, unicode.Greek))
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
