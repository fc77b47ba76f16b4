package filter

import "strings"

// spokenEnglish drops the letters of an English word that are not heard, and writes the g of "edge" as j, and the a of "game" as e.
func spokenEnglish(word string) string {
	for _, silent := range [][2]string{{"kn", "n"}, {"wr", "r"}, {"gn", "n"}, {"ps", "s"}, {"dj", "j"}} {
		if rest, ok := strings.CutPrefix(word, silent[0]); ok && len(rest) > 1 {
			word = silent[1] + rest
			break
		}
	}
	word = heardInEnglish.Replace(respellEnglish(word))
	for _, vowel := range []string{"a", "e", "o"} {
		word = respellBefore(word, vowel+"h", vowel, "lmn", false) // john
	}
	word = respellBefore(word, "er", "r", "bcdfgklmnpqstvwxz", false) // superman
	word = respellBefore(word, "ow", "o", "bcdfgklmnpst", true)       // bowling, show
	word = respellBefore(word, "aw", "o", "bcdfgklmnpst", true)       // jaws
	word = respellBefore(word, "ew", "u", "bcdfgklmnpst", true)       // new
	word, plural := strings.CutSuffix(word, "s")
	word = withoutUnheardE(word)
	if plural {
		word += "s"
	}
	return word
}

// withoutUnheardE drops the last e of game, and the last vowel of spider, dragon, heaven and angel. The a before a silent e sounds like an e.
func withoutUnheardE(word string) string {
	n := len(word)
	switch {
	case n > 2 && (strings.HasSuffix(word, "er") || strings.HasSuffix(word, "or")):
		return word[:n-2] + "r"
	case n > 3 && (strings.HasSuffix(word, "on") || strings.HasSuffix(word, "en") || strings.HasSuffix(word, "el")):
		return word[:n-2] + word[n-1:]
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
var heardInEnglish = strings.NewReplacer("ght", "t", "igh", "i", "tch", "ch", "dge", "je", "dgi", "ji", "dgy", "ji", "ge", "je", "gi", "ji", "gy", "ji", "ture", "cher",
	"ouse", "aus", "tian", "shian", "cial", "shl", "tial", "shl", "chael", "kal", "ca", "ka", "ce", "se", "wor", "wr", "ous", "as", "chr", "kr", "sch", "sk", "chem", "kem", "chao", "kao", "tech", "tek", "mech", "mek", "psych", "sik", "archi", "arki", "echo", "eko")

// respellBefore replaces a text where one of the letters follows, or the end of the word if ends is true.
func respellBefore(word, text, by, letters string, ends bool) string {
	for from := 0; ; {
		at := strings.Index(word[from:], text)
		if at < 0 {
			return word
		}
		at += from
		rest := word[at+len(text):]
		if from = at + 1; rest == "" && ends || rest != "" && strings.IndexByte(letters, rest[0]) >= 0 {
			word = word[:at] + by + rest
		}
	}
}

// withoutShortU drops the u of a closed syllable, which Indic scripts do not write: hulk, हल्क; hum, हम.
func withoutShortU(word string) string {
	for i := len(word) - 2; i > 0; i-- {
		if word[i] != 'u' || isVowelLetter(word[i-1]) || word[i-1] == 'q' || isVowelLetter(word[i+1]) {
			continue
		}
		if i+2 == len(word) && word[i+1] != 'h' || i+2 < len(word) && !isVowelLetter(word[i+2]) {
			word = word[:i] + word[i+1:]
		}
	}
	return word
}

func isVowelLetter(c byte) bool { return strings.IndexByte("aeiouy", c) >= 0 }

// respellEnglish writes endings of English words as other scripts do: इंसेप्शन for inception.
func respellEnglish(word string) string {
	for _, ending := range []string{"tion", "sion", "cian"} {
		if rest, ok := strings.CutSuffix(word, ending); ok && len(rest) > 1 {
			return rest + "shn"
		}
	}
	return word
}
