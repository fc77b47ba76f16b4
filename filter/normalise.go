package filter

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// maxNormal bounds the work on hostile text; Telegram's own limit for captions is 1024 characters, file names are shorter.
const maxNormal = 4096

// words splits a text into folded words.
//
// Compatibility forms are unified (NFKC), case is folded, and accents are dropped from Latin, Greek and Cyrillic letters, vowel points
// from Arabic and Hebrew. Marks of Indic and other scripts stay: they are letters there. Figures of every script become 0 to 9. An apostrophe inside a word vanishes
// (Ocean's → oceans); "c++", "c#" keep their sign; three or more single letters with dots or stars are one word (S.W.A.T → swat).
func words(text string) []string {
	if len(text) > maxNormal {
		text = strings.ToValidUTF8(text[:maxNormal], "")
	}
	runes := []rune(norm.NFKC.String(text))
	var found []string
	var b strings.Builder
	flush := func() {
		if w := fold(b.String()); w != "" { // of a lone mark nothing may be left
			found = append(found, w)
		}
		b.Reset()
	}
	for i, r := range runes {
		switch {
		case isUnseen(r):
			continue
		case isApostrophe(r) && b.Len() > 0 && i+1 < len(runes) && unicode.IsLetter(runes[i+1]):
			continue
		case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r):
			if b.Len() > 0 && i > 0 && caseChange(runes, i) {
				flush()
			}
			b.WriteRune(figure(r))
		case (r == '+' || r == '#') && isSymbolName(runes, i):
			b.WriteRune(r)
		default:
			flush()
		}
	}
	flush()
	return initials(found)
}

// isUnseen tells what is no part of a word because nobody sees it: zero-width and direction marks, and what turns a figure into a picture.
func isUnseen(r rune) bool {
	return r >= 0x80 && (unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Me, r))
}

// figure writes the decimal figures of every script as 0 to 9. Unicode gives each script its ten figures in order, apart from other
// scripts' ones; the mathematical ones, which adjoin, are gone after NFKC.
func figure(r rune) rune {
	if r < 0x80 || !unicode.IsDigit(r) {
		return r
	}
	value := rune(0)
	for value < 9 && unicode.IsDigit(r-value-1) {
		value++
	}
	return '0' + value
}

// caseChange tells a new word inside camel case: a capital after a small letter.
func caseChange(runes []rune, i int) bool {
	return unicode.IsUpper(runes[i]) && unicode.IsLower(runes[i-1])
}

// isSymbolName tells the plus and hash signs that belong to a name: directly behind one letter, as in C++ or F#.
func isSymbolName(runes []rune, i int) bool {
	for i > 0 && (runes[i-1] == '+' || runes[i-1] == '#') {
		i--
	}
	return i > 0 && unicode.IsLetter(runes[i-1]) && (i == 1 || !unicode.IsLetter(runes[i-2]) && !unicode.IsMark(runes[i-2]))
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' || r == '`' }

// initials joins runs of three or more single letters.
func initials(in []string) []string {
	out := in[:0:0]
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

// fold drops case and, where they are only decoration, accents.
func fold(s string) string {
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
		case r == nukta: // मुग़ल is as often typed मुगल
		case r == chandrabindu:
			b.WriteRune(anusvara) // माँ is as often typed मां
		case r == '\u0306' && (base == 'и' || base == 'у') || !decorated(base): // й is a letter of its own (и with a breve); ё is commonly typed е
			b.WriteRune(r)
		}
	}
	return letters.Replace(norm.NFC.String(b.String()))
}

// Marks of Devanagari that people leave out or take for each other.
const (
	nukta        = '\u093c'
	chandrabindu = '\u0901'
	anusvara     = '\u0902'
)

// decorated tells the scripts whose marks people leave out when they type.
func decorated(base rune) bool {
	return unicode.In(base, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew)
}

// letters maps letters that Unicode does not decompose to what people type for them.
//
//nolint:gochecknoglobals // a table, never written
var letters = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "æ", "ae", "œ", "oe", "ı", "i", "ς", "σ", "ـ", "", "أ", "ا", "إ", "ا", "آ", "ا", "ى", "ي", "ة", "ه",
	"ی", "ي", "ک", "ك") // the last two as a Persian keyboard writes them

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
