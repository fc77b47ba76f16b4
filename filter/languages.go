package filter

import "slices"

// languageNames are the languages that file names mention, each by its English name and then by its short forms and its own name.
//
//nolint:gochecknoglobals // a table, never written
var languageNames = [][]string{
	{"arabic", "ara", "العربيه"},
	{"assamese"},
	{"bengali", "ben", "beng", "bangla", "বাংলা"},
	{"bhojpuri", "bho"},
	{"chinese", "chi", "mandarin"},
	{"dutch"},
	{"english", "eng", "engl"},
	{"french", "fre", "fra", "francais"},
	{"german", "ger", "deu", "deutsch"},
	{"gujarati", "guj", "ગુજરાતી"},
	{"hindi", "hin", "हिंदी", "हिन्दी"},
	{"italian", "ita"},
	{"japanese", "jap", "jpn"},
	{"kannada", "kan", "ಕನ್ನಡ"},
	{"korean", "kor"},
	{"malayalam", "mal", "malay", "മലയാളം"},
	{"marathi", "mar", "मराठी"},
	{"nepali", "nep"},
	{"odia", "oriya"},
	{"persian", "farsi"},
	{"polish", "pol"},
	{"portuguese", "por"},
	{"punjabi", "pun", "panjabi", "ਪੰਜਾਬੀ"},
	{"russian", "rus"},
	{"sinhala", "sinhalese"},
	{"spanish", "spa", "espanol"},
	{"swedish"},
	{"tamil", "tam", "தமிழ்"},
	{"telugu", "tel", "తెలుగు"},
	{"thai"},
	{"turkish", "tur"},
	{"ukrainian", "ukr"},
	{"urdu", "urd", "اردو"},
	{"vietnamese", "vie"},
}

// languages are the English names; languageOf maps every form to them.
//
//nolint:gochecknoglobals // tables, never written
var languages, languageOf = indexLanguages()

func indexLanguages() (names map[string]bool, nameOf map[string]string) {
	names, nameOf = map[string]bool{}, map[string]string{}
	for _, forms := range languageNames {
		names[forms[0]] = true
		for _, f := range forms {
			nameOf[foldLetters(f)] = forms[0]
		}
	}
	return names, nameOf
}

// languageGroups are words that people use for each other.
func languageGroups() [][]string {
	var groups [][]string
	for _, forms := range languageNames {
		var folded []string
		for _, f := range forms {
			folded = append(folded, foldLetters(f))
		}
		groups = append(groups, folded)
	}
	return groups
}

// languagesIn returns the languages that tokens name. A short form of three letters may be another word (Tel Aviv, Wu Kan), so it counts only between
// words about the release, such as a year, a resolution or another language, or the ends of the text.
func languagesIn(tokens []string) []string {
	var found []string
	for i, t := range tokens {
		name := languageOf[t]
		if name == "" || slices.Contains(found, name) {
			continue
		}
		if len(t) == 3 && i > 0 && !isReleaseWord(tokens[i-1]) || len(t) == 3 && i+1 < len(tokens) && !isReleaseWord(tokens[i+1]) {
			continue
		}
		found = append(found, name)
	}
	return found
}
