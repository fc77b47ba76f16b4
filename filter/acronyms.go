package filter

import (
	"regexp"
	"strings"
)

// People write the initials of a title for the title: ddlj, lotr, got. The acronym of a title of three words or more is a key of the index, acronymMark and
// its letters, so that a file costs eight bytes for it. The list finds the file, and the matcher compares the letters with the words of its name.

const (
	acronymMark  = "~"
	leastAcronym = 3  // letters of an acronym that is typed, or two before a number
	leastCut     = 4  // letters of an acronym that is only the beginning of a title's: lotr for The Lord of the Rings The Two Towers
	mostAcronym  = 10 // letters that are kept
)

// acronymKey returns the key of a title's acronym, and an empty string if the title has fewer than three words or begins with a word of another script.
// An article at its beginning is left out, Roman numerals are figures, and the acronym ends before a longer number or a word of another script.
func acronymKey(title []string) string {
	var letters []byte
	words := 0
	for i, w := range title {
		initial := initialOf(w, i == 0)
		if initial == "" || len(letters) >= mostAcronym {
			break
		}
		if words++; i > 0 || !articles[w] {
			letters = append(letters, initial...)
		}
	}
	if words < leastAcronym {
		return ""
	}
	return acronymMark + string(letters)
}

// initialOf returns what a word of a title adds to its acronym: its first letter, or a number of one or two figures. It is empty for other words.
func initialOf(word string, first bool) string {
	if n := romanNumbers[word]; n != "" && !first && len(word) > 1 {
		return n
	}
	switch c := word[0]; {
	case isNumber(word, 2):
		return word
	case c >= 'a' && c <= 'z':
		return word[:1]
	}
	return ""
}

func isAcronymKey(token string) bool { return strings.HasPrefix(token, acronymMark) }

// acronym takes terms[from:to] for the initials of words that stand next to each other in a name.
type acronym struct {
	from, to int
	letters  string
	files    int      // approximate number
	beside   *besides // if not nil, it counts only there; then no list finds it
}

// isSpelled reports that the initials of the first words are the acronym, and returns the number of these words. Names leave out an article at the beginning:
// tbbt is Big Bang Theory, too.
func (a acronym) isSpelled(words []string) (n int, ok bool) {
	n, ok = spells(words, a.letters)
	if short := withoutArticle(a.letters); !ok && len(short) >= leastAcronym {
		return spells(words, short)
	}
	return n, ok
}

func spells(words []string, rest string) (n int, ok bool) {
	for n < len(words) && rest != "" {
		initial := initialOf(words[n], n == 0)
		if initial == "" {
			return 0, false
		}
		after, found := strings.CutPrefix(rest, initial)
		if !found {
			return 0, false
		}
		rest = after
		n++
	}
	return n, rest == ""
}

// acronymOf returns the letters of the acronym at the start of terms, and the number of its terms. It reads ddlj, and k3g as kkkg. Letters and number may be
// separate terms: hp 3, m i 4. It returns an empty string if there is no acronym.
func acronymOf(terms []string) (letters string, used int) {
	t := terms[0]
	switch repeated := repeatedLetters(t); {
	case chatWords[t] || articles[t] || !isASCII(t):
		return "", 0
	case isLetters(t, leastAcronym) && len(t) <= mostAcronym || lettersAndNumber.MatchString(t):
		return t, 1
	case repeated != "":
		return repeated, 1
	}
	for used < len(terms) && len(letters)+len(terms[used]) <= 2 && isASCII(terms[used]) && isLetters(terms[used], 1) {
		letters += terms[used]
		used++
	}
	if len(letters) == 2 && used < len(terms) {
		if number := initialOf(terms[used], false); isNumber(number, 2) {
			return letters + number, used + 1
		}
	}
	return "", 0
}

// lettersAndNumber matches hp3.
var lettersAndNumber = regexp.MustCompile(`^[a-z]{2}\d{1,2}$`)

// repeatedLetters writes k3g as kkkg. It is empty for other words.
func repeatedLetters(t string) string {
	if len(t) != 3 || !isLetters(t[:1], 1) || t[1] < '2' || t[1] > '4' || !isLetters(t[2:], 1) {
		return ""
	}
	return strings.Repeat(t[:1], int(t[1]-'0')) + t[2:]
}

// acronymReader reads terms as initials of the titles that a vocabulary knows.
type acronymReader struct{ vocab *Vocabulary }

// add adds the titles with the initials that begin at a term. A word that the index knows counts as an acronym only if more files have such a title than the
// word.
func (r acronymReader) add(in *interpretation, i int) {
	letters, used := acronymOf(in.terms[i:])
	r.addLetters(in, i, letters, used)
	if used == 1 && i+1 < len(in.terms) && isLetters(letters, leastAcronym) { // kfp 3
		if number := initialOf(in.terms[i+1], false); isNumber(number, 2) {
			r.addLetters(in, i, letters+number, 2)
		}
	}
}

func (r acronymReader) addLetters(in *interpretation, i int, letters string, used int) {
	if used == 0 || in.onlyTitle && len(letters) < leastCut {
		return
	}
	as := acronym{from: i, to: i + used, letters: letters}
	known := 0
	if used == 1 {
		known = r.vocab.Count(in.terms[i])
	}
	keys := r.keys(letters)
	if known == 0 && !r.isBeginning(*in, i) {
		keys = append(keys, r.longerKeys(letters)...)
	}
	for _, key := range keys {
		as.files += r.vocab.Count(key)
	}
	if as.files <= known {
		return
	}
	for _, key := range keys {
		in.add(as.from, as.to, costAcronym, key)
	}
	in.acronyms = append(in.acronyms, as)
}

// acronymFiles returns the number of files with the acronym that a term is, 0 if it is none.
func (in interpretation) acronymFiles(i int) int {
	for _, a := range in.acronyms {
		if a.from == i && a.to == i+1 {
			return a.files
		}
	}
	return 0
}

// isBeginning reports that a term is the last one and that a known word begins with it.
func (r acronymReader) isBeginning(in interpretation, i int) bool {
	return i+1 == len(in.terms) && in.beginning == in.terms[i] && len(r.vocab.Prefixed(in.beginning, 1)) > 0
}

// withoutArticle returns an acronym without its first letter if that may be an article's, and an empty string otherwise.
func withoutArticle(letters string) string {
	if letters[0] == 't' || letters[0] == 'a' {
		return letters[1:]
	}
	return ""
}

// keys returns the known keys of the titles with an acronym, which may have the initial of an article.
func (r acronymReader) keys(letters string) (keys []string) {
	for _, l := range []string{letters, withoutArticle(letters)} {
		if l != "" && r.vocab.Count(acronymMark+l) > 0 {
			keys = append(keys, acronymMark+l)
		}
	}
	return keys
}

// longerKeys returns the known keys of titles that go on behind an acronym, if it is long enough or ends with a number.
func (r acronymReader) longerKeys(letters string) (keys []string) {
	if len(letters) < leastCut && !isFigure(rune(letters[len(letters)-1])) {
		return nil
	}
	for _, w := range r.vocab.Prefixed(acronymMark+letters, maxPrefixed) {
		if w.Text != acronymMark+letters {
			keys = append(keys, w.Text)
		}
	}
	return keys
}
