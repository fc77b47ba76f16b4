package groups

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxText bounds the work on one message, in bytes. Telegram's longest message has 4096 characters.
const maxText = 4 * 4096

// wordsOf splits a text into the words that filters compare: without regard to case, width and punctuation. A picture character is a word, and so is
// each character of a script without spaces.
func wordsOf(text string) []string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	var words []string
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			words = append(words, b.String())
			b.Reset()
		}
	}
	for _, r := range norm.NFKC.String(cases.Fold().String(norm.NFKC.String(text))) {
		switch {
		case isIgnored(r):
		case isUnspaced(r), unicode.Is(unicode.So, r):
			flush()
			words = append(words, string(r))
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsNumber(r):
			b.WriteRune(r)
		default:
			flush()
		}
	}
	flush()
	return words
}

// isIgnored reports characters inside of a word that people leave out, or that nobody sees.
func isIgnored(r rune) bool {
	return r == '\'' || r == '’' || r == 'ʼ' || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Me, r)
}

func isUnspaced(r rune) bool {
	return r >= 0x80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer)
}
