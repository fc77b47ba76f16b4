package filter

import (
	"cmp"
	"slices"
	"strings"
)

// Words that refuse the language beside them: tamil nahi, not in tamil.
//
//nolint:gochecknoglobals // tables, never written
var (
	refusalsBehind = foldedSet("nahi", "nahin", "nhi", "nai", "nahee", "mat", "नहीं", "नही", "मत")
	refusalsBefore = foldedSet("not", "no", "without", "except", "bina", "बिना")
	existences     = foldedSet("hai", "hain", "h", "he", "mil", "mila", "mili", "milega", "milegi", "milta", "milti", "है", "हैं", "मिल", "मिला", "मिली", "मिलेगा", "मिलेगी",
		"aa", "aaya", "aayi", "aya", "ayi", "aai", "aayega", "aayegi", "ayega", "ayegi", "chal", "kya", "kyun", "kyu", "abhi", "आ", "आया", "आई", "आयी", "आएगा", "आएगी", "चल", "क्या", "क्यों", "अभी")
	fillers = foldedSet("in", "the", "wali", "wala", "wale", "me", "mein", "main", "वाली", "वाला", "में")
)

// saidLanguages are the names of languages in Devanagari, which names of files lack.
//
//nolint:gochecknoglobals // a table, never written
var saidLanguages = sayLanguages(map[string]string{
	"hindi": "हिंदी हिन्दी", "tamil": "तमिल तामिल", "telugu": "तेलुगु तेलगु तेलुगू", "english": "अंग्रेजी अंग्रेज़ी इंग्लिश", "malayalam": "मलयालम", "kannada": "कन्नड़ कन्नड",
	"punjabi": "पंजाबी", "bengali": "बंगाली बांग्ला", "gujarati": "गुजराती", "marathi": "मराठी", "bhojpuri": "भोजपुरी", "urdu": "उर्दू", "korean": "कोरियन", "japanese": "जापानी",
})

func sayLanguages(names map[string]string) map[string]string {
	of := map[string]string{}
	for language, words := range names {
		for w := range foldedSet(strings.Fields(words)...) {
			of[w] = language
		}
	}
	return of
}

// languageSaid returns the language that a word of a query names, or nothing.
func languageSaid(t string) string { return cmp.Or(languageOf[t], saidLanguages[t]) }

// withoutUnwanted returns the query without the languages that it refuses: hindi chahiye tamil nahi. ok is false if it refuses none. "hindi nahi hai kya" asks
// for Hindi.
func (q query) withoutUnwanted() (wanted query, ok bool) {
	drop := make([]bool, len(q.terms))
	for i, t := range q.terms {
		if languageSaid(t) == "" {
			continue
		}
		before, behind := i-1, i+1
		for behind < len(q.terms) && fillers[q.terms[behind]] {
			behind++
		}
		for before > 0 && fillers[q.terms[before]] && !refusalsBefore[q.terms[before]] {
			before--
		}
		if before >= 0 && q.terms[before] == "no" && before+1 < i { // dr no in hindi
			before = -1
		}
		switch {
		case behind < len(q.terms) && refusalsBehind[q.terms[behind]] && (behind+1 == len(q.terms) || !existences[q.terms[behind+1]]):
			drop[i], drop[behind] = true, true
		case before >= 0 && refusalsBefore[q.terms[before]]:
			drop[i], drop[before] = true, true
		}
	}
	wanted = q
	wanted.terms = nil
	for i, t := range q.terms {
		switch {
		case !drop[i]:
			wanted.terms = append(wanted.terms, t)
		case languageSaid(t) != "":
			wanted.unwanted = append(wanted.unwanted, languageSaid(t))
		}
	}
	if !slices.Contains(drop, true) || len(wanted.terms) == 0 {
		return q, false
	}
	if drop[len(drop)-1] {
		wanted.beginning, wanted.fragment = "", false
	}
	return wanted, true
}
