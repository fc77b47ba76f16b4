package filter

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxNormal limits the work on hostile text, in bytes. Telegram limits captions to 1024 characters, and file names are shorter.
const maxNormal = 4096

// splitWords splits a text into folded words.
//
// It unifies compatibility forms (NFKC), folds case, and drops the accents of Latin, Greek and Cyrillic letters and the vowel points of Arabic and
// Hebrew. Marks of Indic and other scripts stay, because they change the word. Digits of every script become 0 to 9. An apostrophe inside a word
// is dropped (Ocean's → oceans, צה״ל → צהל), and so is a comma between thousands (1,000 → 1000); "c++" and "c#" keep their sign; three or more single
// letters become one word (S.W.A.T → swat). Katakana become hiragana. A dash or a plus between figures stays as a word of its own, rangeMark or listMark,
// because S01E01-05 is a range of episodes; tokenSequence drops these marks.
func splitWords(text string) []string {
	if len(text) > maxNormal {
		text = strings.ToValidUTF8(text[:maxNormal], "")
	}
	runes := []rune(norm.NFKC.String(text))
	var found []string
	var word []byte
	flush := func() {
		if w := foldWord(word); w != "" { // folding a lone mark can leave nothing
			found = append(found, w)
		}
		word = word[:0]
	}
	for i, r := range runes {
		switch {
		case isInvisible(r):
			continue
		case isApostrophe(r) && len(word) > 0 && i+1 < len(runes) && unicode.IsLetter(runes[i+1]):
			continue
		case r == '"' && i > 0 && i+1 < len(runes) && unicode.Is(unicode.Hebrew, runes[i-1]) && unicode.Is(unicode.Hebrew, runes[i+1]):
			continue
		case r == ',' && isThousands(runes, i):
			continue
		case rangeMarkOf(runes, i) != "":
			flush()
			found = append(found, rangeMarkOf(runes, i))
		case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r):
			if len(word) > 0 && i > 0 && isCamelBoundary(runes, i) {
				flush()
			}
			word = utf8.AppendRune(word, asciiDigit(r))
		case (r == '+' || r == '#') && isNameSymbol(runes, i):
			word = utf8.AppendRune(word, r)
		default:
			flush()
		}
	}
	flush()
	return joinInitials(found)
}

// isInvisible reports characters that no reader sees: zero-width and direction marks, and the marks that turn a digit into an emoji.
func isInvisible(r rune) bool {
	return r >= 0x80 && (unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Me, r))
}

// asciiDigit turns a decimal digit of any script into 0 to 9. Unicode encodes the ten digits of a script in order and not next to those of
// another script; the mathematical digits, which are next to each other, are ASCII after NFKC.
func asciiDigit(r rune) rune {
	if r < 0x80 || !unicode.IsDigit(r) {
		return r
	}
	value := rune(0)
	for value < 9 && unicode.IsDigit(r-value-1) {
		value++
	}
	return '0' + value
}

// isCamelBoundary reports a capital letter after a small one, where camel case begins a new word.
func isCamelBoundary(runes []rune, i int) bool {
	return unicode.IsUpper(runes[i]) && unicode.IsLower(runes[i-1])
}

// isNameSymbol reports a plus or hash sign that belongs to a name: it follows a single letter, as in C++ or F#.
func isNameSymbol(runes []rune, i int) bool {
	for i > 0 && (runes[i-1] == '+' || runes[i-1] == '#') {
		i--
	}
	return i > 0 && unicode.IsLetter(runes[i-1]) && (i == 1 || !unicode.IsLetter(runes[i-2]) && !unicode.IsMark(runes[i-2]))
}

// isApostrophe includes the Hebrew geresh and gershayim, which mark abbreviations.
func isApostrophe(r rune) bool {
	return r == '\'' || r == '’' || r == 'ʼ' || r == '`' || r == '׳' || r == '״'
}

// isThousands reports a comma inside a number: 1,000 or, as India writes it, 1,00,000.
func isThousands(runes []rune, i int) bool {
	if i == 0 || !isFigure(runes[i-1]) {
		return false
	}
	for i < len(runes) && runes[i] == ',' {
		start := i + 1
		for i = start; i < len(runes) && isFigure(runes[i]); i++ {
		}
		switch {
		case i-start == 3 && (i == len(runes) || runes[i] != ','):
			return true
		case i-start < 2 || i-start > 3:
			return false
		}
	}
	return false
}

func isFigure(r rune) bool { return r >= '0' && r <= '9' }

// Marks between two numbers.
const (
	rangeMark = "-" // all numbers from the one to the other
	listMark  = "+" // both numbers
)

// rangeMarkOf returns the mark that runes[i] is, empty unless it follows a figure and precedes a figure or the E or S of an episode or a season.
func rangeMarkOf(runes []rune, i int) string {
	if i == 0 || i+1 == len(runes) || !isFigure(runes[i-1]) || !isFigure(runes[i+1]) && !strings.ContainsRune("eEsS", runes[i+1]) {
		return ""
	}
	switch runes[i] {
	case '-', '–', '—', '~':
		return rangeMark
	case '+', '&':
		return listMark
	}
	return ""
}

// joinInitials joins runs of three or more single letters, in place.
func joinInitials(in []string) []string {
	out := in[:0]
	for i := 0; i < len(in); {
		j := i
		for j < len(in) && len(in[j]) == 1 && in[j][0] >= 'a' && in[j][0] <= 'z' {
			j++
		}
		if j-i < 3 {
			out = append(out, in[i])
			i++
			continue
		}
		out = append(out, strings.Join(in[i:j], ""))
		i = j
	}
	return out
}

// foldWord is foldLetters for the bytes of a word, which it may change.
func foldWord(word []byte) string {
	for i, c := range word {
		switch {
		case c >= utf8.RuneSelf:
			return foldLetters(string(word))
		case c >= 'A' && c <= 'Z':
			word[i] = c + 'a' - 'A'
		}
	}
	return string(word)
}

// foldLetters folds case and drops the accents that people leave out.
func foldLetters(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	s = cases.Fold().String(s)
	var b strings.Builder
	var base rune
	for _, r := range norm.NFD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			base = r
			b.WriteRune(r)
			continue
		}
		switch {
		case r == nukta: // people type मुग़ल and मुगल
		case r == chandrabindu:
			b.WriteRune(anusvara) // people type माँ and मां
		case r == '\u0306' && (base == 'и' || base == 'у') || !dropsMarks(base): // й (и with a breve) is a letter of its own; ё is commonly typed е
			b.WriteRune(r)
		}
	}
	return letterReplacer.Replace(strings.Map(hiragana, norm.NFC.String(b.String())))
}

// hiragana turns a katakana letter into the hiragana of the same sound.
func hiragana(r rune) rune {
	if r >= 'ァ' && r <= 'ヶ' {
		return r - 'ァ' + 'ぁ'
	}
	return r
}

// Devanagari marks that people leave out or confuse.
const (
	nukta        = '\u093c'
	chandrabindu = '\u0901'
	anusvara     = '\u0902'
)

// dropsMarks reports a letter of a script whose marks people leave out when they type.
func dropsMarks(base rune) bool {
	return unicode.In(base, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew)
}

// letterReplacer replaces letters that Unicode does not decompose by the letters that people type for them.
//
//nolint:gochecknoglobals // a table, never written
var letterReplacer = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "æ", "ae", "œ", "oe", "ı", "i", "ð", "d", "þ", "th", "ς", "σ", "ٱ", "ا", "ـ", "", "أ", "ا", "إ", "ا", "آ", "ا", "ى", "ي", "ة", "ه",
	"ی", "ي", "ک", "ك", // as a Persian keyboard writes them
	"ᴀ", "a", "ʙ", "b", "ᴄ", "c", "ᴅ", "d", "ᴇ", "e", "ꜰ", "f", "ɢ", "g", "ʜ", "h", "ɪ", "i", "ᴊ", "j", "ᴋ", "k", "ʟ", "l", "ᴍ", "m", // small capitals
	"ɴ", "n", "ᴏ", "o", "ᴘ", "p", "ǫ", "q", "ʀ", "r", "ꜱ", "s", "ᴛ", "t", "ᴜ", "u", "ᴠ", "v", "ᴡ", "w", "ʏ", "y", "ᴢ", "z")

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
