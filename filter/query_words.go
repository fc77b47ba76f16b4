package filter

import (
	"regexp"
	"strconv"
	"strings"

	edlib "github.com/hbollon/go-edlib"
)

// People glue and part what belongs to seasons and episodes in more ways than file names do. Here the words of a query become those that
// normaliseSeasons knows. The words of names stay, because the index was built from them.

var (
	// gluedSeason matches breakingbads02e03. Without an episode the s may end the title, as in oceans11.
	gluedSeason  = regexp.MustCompile(`^([a-z]{3,})(s\d{1,2}ep?\d{1,3}|s0\d)$`)
	gluedWord    = regexp.MustCompile(`^([a-z]{3,})(season|episode)$`) // moneyheistseason 3
	seasonOfWord = regexp.MustCompile(`^s\d{1,2}$`)
)

// respellQuery returns the words of a query with seasons and episodes as file names spell them.
func respellQuery(in []string) []string {
	out := make([]string, 0, len(in)+2)
	for i := 0; i < len(in); i++ {
		w, next := in[i], ""
		if i+1 < len(in) {
			next = in[i+1]
		}
		letters := strings.TrimRight(w, "0123456789")
		switch {
		case isNumber(next, 4), i > 0 && isOrdinal(in[i-1]):
			w = seasonSpelled(w)
		case len(w)-len(letters) > 0 && len(w)-len(letters) < 4: // sesion2
			w = seasonSpelled(letters) + w[len(letters):]
		}
		switch {
		case gluedSeason.MatchString(w):
			m := gluedSeason.FindStringSubmatch(w)
			out = append(out, m[1], m[2])
		case gluedWord.MatchString(w) && isNumber(next, 2):
			m := gluedWord.FindStringSubmatch(w)
			out = append(out, m[1], m[2])
		case i > 0 && w == "s" && isNumber(next, 2) && followsEpisode(in[i+2:]), // s 2 e 3
			w == "e" && isNumber(next, 3) && len(out) > 0 && seasonOfWord.MatchString(out[len(out)-1]):
			out = append(out, w+next)
			i++
		case hindiOrdinals[w] != "" && (seasonWords[next] || episodeWords[next] || partWords[next]):
			in[i] = hindiOrdinals[w]
			i-- // an English ordinal now
		case seasonWords[w] && romanNumbers[next] != "":
			out = append(out, w, romanNumbers[next])
			i++
		case (seasonWords[w] || episodeWords[w]) && valueOfWord[next] > 0:
			n, used := readNumber(in[i+1:])
			out = append(out, w, strconv.Itoa(n))
			i += used
		case w == "series" && i > 0 && isNumber(next, 2) && followsEpisode(in[i+2:]): // in Britain
			out = append(out, "season")
		case episodeWords[next] && isOrdinal(w):
			n, _ := parseOrdinal(w)
			out = append(out, "episode", twoDigits(n))
			i++
		default:
			out = append(out, w)
		}
	}
	return out
}

// seasonSpelled returns "season" or "episode" for a word that is a mistake for it: one mistake, or two in a word with the same consonants.
func seasonSpelled(w string) string {
	if len(w) < 4 || otherThanSeasons[w] || !isASCII(w) {
		return w
	}
	for _, right := range []string{"season", "episode"} {
		if w[0] != right[0] {
			continue
		}
		mistakes := edlib.OSADamerauLevenshteinDistance(w, right)
		if len(w) > 4 && mistakes == 1 || mistakes <= 2 && consonants(w) == consonants(right) {
			return right
		}
	}
	return w
}

// otherThanSeasons are words that are near "season" and "episode".
//
//nolint:gochecknoglobals // a table, never written
var otherThanSeasons = wordSet("session", "sessions", "seasons", "episodes")

// consonants returns the consonants of a word without repeats. A z counts as an s.
func consonants(w string) string {
	var out []byte
	for i := range len(w) {
		c := w[i]
		if c == 'z' {
			c = 's'
		}
		if !isVowelLetter(c) && (len(out) == 0 || out[len(out)-1] != c || isVowelLetter(w[i-1])) {
			out = append(out, c)
		}
	}
	return string(out)
}

// followsEpisode reports that words begin with an episode.
func followsEpisode(words []string) bool {
	return len(words) > 0 && (episodeWords[words[0]] || strings.HasPrefix(words[0], "e") && len(words[0]) < 6)
}

func isOrdinal(w string) bool {
	_, ok := parseOrdinal(w)
	return ok
}

// hindiOrdinals are what people write in Hindi before a season or a part, in both scripts.
//
//nolint:gochecknoglobals // a table, never written
var hindiOrdinals = ordinalForms(map[string]string{
	"first": "pehla pehli pehle pahla pahli pahle पहला पहली पहले", "second": "dusra dusri dusre doosra doosri doosre दूसरा दूसरी दूसरे",
	"third": "teesra teesri teesre tisra tisri tisre तीसरा तीसरी तीसरे", "fourth": "chautha chauthi chauthe चौथा चौथी चौथे",
	"fifth": "panchva panchwa paanchva paanchwa panchvi panchwi पांचवा पांचवां पांचवी पांचवीं",
})

func ordinalForms(forms map[string]string) map[string]string {
	of := map[string]string{}
	for ordinal, words := range forms {
		for w := range foldedSet(strings.Fields(words)...) {
			of[w] = ordinal
		}
	}
	return of
}

// romanNumbers are the numerals that people write after "season".
//
//nolint:gochecknoglobals // a table, never written
var romanNumbers = map[string]string{"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
