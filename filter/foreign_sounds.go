package filter

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-unidecode"
)

// indicRespelling replaces the letters whose Latin form is not how people write their sound.
//
//nolint:gochecknoglobals // a table, never written
var indicRespelling = strings.NewReplacer("ज्ञ", "ग्य", "ऋ", "रि", "ृ", "्रि", "ৃ", "্রি", "ૃ", "્રિ", "ృ", "్రి", "ೃ", "್ರಿ", "ൃ", "്രി",
	"ॉ", "ो", "ऑ", "ओ", "ॅ", "े", "ऍ", "ए", "ੱ", "",
	"\u0993\u09af\u09bc", "व", "ৱ", "व", "ৰ", "র", "\u09a1\u09bc", "র", "\u09a2\u09bc", "র", "ৎ", "ত", "অ্যা", "আ", "এ্যা", "আ", // জওয়ান jawan, পাহাড় pahar, অ্যাভেঞ্জার্স avengers
	"ச", "ஸ", "ற்ற", "ட்ர", "ன்ற", "ன்ட்ர", "ங்க", "ன்க", "ஃப", "फ", // வெற்றி vetri, மன்றம் mandram
	"ൻ", "ന്", "ൽ", "ല്", "ർ", "ര്", "ൾ", "ള്", "ൺ", "ണ്", "ൿ", "ക്", // the letters without a vowel
	"ന്റ", "ന്ട", "റ്റ", "ട്ട", "ങ്ങ", "ങ", "ങ്ക", "ന്ക", "ജ്ഞ", "ഗ്ന", "ഞ്ച", "ന്ച", "ഞ്ഞ", "ന്ജ", "ഞ", "ന്ജ")

// alef is written like the a that it stands for, because no Latin letter is its own.
//
//nolint:gochecknoglobals // a table, never written
var alef = strings.NewReplacer("ا", "a")

// respellCyrillic writes the sounds that Russian has no letter for: джокер, joker; уик, wick.
func respellCyrillic(word string) string {
	if rest, ok := strings.CutPrefix(word, "у"); ok {
		if next, _ := utf8.DecodeRuneInString(rest); strings.ContainsRune("аеиоэ", next) {
			word = "в" + rest
		}
	}
	return strings.ReplaceAll(word, "дж", "ж")
}

func foreignSounds(word string) []byte {
	if !isIndic(word) {
		first, _ := utf8.DecodeRuneInString(word)
		latin := strings.ToLower(unidecode.Unidecode(alef.Replace(respellCyrillic(word))))
		return appendSounds(nil, latin, unicode.In(first, unicode.Latin, unicode.Cyrillic, unicode.Greek))
	}
	var key []byte
	open := false                                     // the letter before is a consonant, and no vowel follows it so far
	for _, r := range indicRespelling.Replace(word) { // letter by letter: the h of म and ह is no breath
		letter := strings.ToLower(unidecode.Unidecode(string(r)))
		if isIndicConsonant(r) || letter == "n" {
			if open {
				key = addSound(key, 'a')
			}
			open = isIndicConsonant(r)
		} else if letter != "'" { // a nukta
			open = false
		}
		if last := len(key) - 1; last > 0 && key[last] == 'm' && (letter == "b" || letter == "bh" || letter == "p") {
			key[last] = 'n' // as in appendSounds
		}
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

func isIndic(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return unicode.In(first, indicScripts...)
}

// isIndicConsonant reports a letter to which an a belongs unless a sign follows. The blocks of Indic scripts have their letters in one order, 128 apart.
func isIndicConsonant(r rune) bool {
	at := (r - 0x900) % 0x80
	return r >= 0x900 && r <= 0xd7f && at >= 0x15 && at <= 0x39
}

//nolint:gochecknoglobals // a table, never written
var indicScripts = []*unicode.RangeTable{
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam,
}

// foreignVariants returns other spellings of a word that is not in Latin letters, of which each is heard as people may write the word in Latin letters.
func foreignVariants(word string) []string {
	var out []string
	add := func(other string) {
		if other != word && other != "" {
			out = append(out, other)
		}
	}
	first, _ := utf8.DecodeRuneInString(word)
	switch {
	case unicode.Is(unicode.Cyrillic, first):
		add(strings.ReplaceAll(word, "ф", "т")) // марафон, marathon
		add(cyrillicEnglish.Replace(word))
		return out
	case !isIndic(word):
		return nil
	case unicode.In(first, unicode.Bengali, unicode.Oriya):
		add(writtenB.Replace(word))
	case unicode.In(first, unicode.Tamil, unicode.Malayalam):
		add(writtenZh.Replace(word))
		add(medialK.ReplaceAllString(word, "${1}ह$2"))
		add(tamilSandhi.ReplaceAllString(word, ""))
	}
	english := indicEnglish.Replace(word)
	for _, first := range [][2]string{{"ए", "अ"}, {"ऐ", "अ"}, {"ऑ", "औ"}} { // एवेंजर्स avengers, ऑटो auto
		if rest, ok := strings.CutPrefix(english, first[0]); ok {
			english = first[1] + rest
			break
		}
	}
	add(english)
	for _, last := range [][2]string{{"ाव", "ाओ"}, {"ांव", "ाओन"}, {"ीज", "ीस"}, {"ोज", "ोस"}, {"ूज", "ूस"}, {"्ज", "्स"}} { // बाजीराव bajirao, सीरीज series
		if rest, ok := strings.CutSuffix(word, last[0]); ok && rest != "" {
			add(rest + last[1])
		}
	}
	for _, nasal := range []string{string(anusvara), "\u0a02"} { // in Devanagari and Gurmukhi: यारों, yaaro
		if spoken, ok := strings.CutSuffix(word, nasal); ok && endsInVowelSign(spoken) {
			add(spoken)
		}
	}
	for _, title := range honorifics {
		if name, ok := strings.CutPrefix(word, title); ok && utf8.RuneCountInString(name) >= minHonoured {
			add(name)
			break
		}
	}
	return out
}

// minHonoured is the number of characters of a word from which an honorific before it may be left out.
const minHonoured = 3

// honorifics are written as one with the name behind them, a longer one before one that begins it: श्रीकृष्ण, श्रीमद्भगवद्गीता.
//
//nolint:gochecknoglobals // a table, never written
var honorifics = []string{"श्रीमद्", "श्रीमत्", "श्री", "শ্রীমদ্", "শ্রী", "શ્રીમદ્", "શ્રી", "శ్రీమద్", "శ్రీ", "ಶ್ರೀಮದ್", "ಶ್ರೀ", "ஸ்ரீமத்", "ஸ்ரீ", "ശ്രീമദ്", "ശ്രീ"}

// Spellings that have more than one sound.
//
//nolint:gochecknoglobals // tables, never written
var (
	cyrillicEnglish = strings.NewReplacer("х", "h", "г", "h", "ю", "у", "э", "а")                                                         // хоббит, гамлет, дюна, бэтмен
	indicEnglish    = strings.NewReplacer("ै", "", "ॅ", "", "ੈ", "", "ૅ", "", "্যা", "া", "్యా", "ా", "್ಯಾ", "ಾ", "്യാ", "ാ", "्यू", "ू") // मैन man, फ्यूरियस furious
	writtenB        = strings.NewReplacer("ব", "व", "ভ", "व", "ବ", "व", "ଭ", "व")                                                         // দেবদাস, devdas
	writtenZh       = strings.NewReplacer("ழ", "ஜ", "ഴ", "ജ")
)

var (
	medialK     = regexp.MustCompile(`([^\x{0b95}\x{0bcd}\x{0b99}])க([^்])`) // மகாராஜா, maharaja
	tamilSandhi = regexp.MustCompile(`[கசதப]்$`)                             // சூரரைப் போற்று, soorarai pottru
)

// endsInVowelSign reports that the last character of a word in an Indic script is the sign of a vowel.
func endsInVowelSign(word string) bool {
	last, _ := utf8.DecodeLastRuneInString(word)
	at := (last - 0x900) % 0x80
	return at >= 0x3e && at <= 0x4c
}

// writesNoVoice reports a word of a script that has one letter for k and g, t and d, p and b.
func writesNoVoice(word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	return unicode.In(first, unicode.Tamil, unicode.Malayalam)
}

// withoutVoice returns a key with the first consonant of each kind.
func withoutVoice(key string) string {
	out := []byte(key)
	for i, c := range out {
		if class := soundClass(c); class != vowel {
			out[i] = class
		}
	}
	return string(out)
}
