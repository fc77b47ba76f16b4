package filter

import (
	"strconv"
	"strings"
)

// Numbers stand in titles in figures or in words: 21 Grams, Twelve Angry Men, Nineteen Eighty-Four, Saat Khoon Maaf. The table alternatives has the numbers
// of one English word.

// smallNumbers are the English words for 1 to 19, and tensWords those for 20 to 90.
//
//nolint:gochecknoglobals // tables, never written
var (
	smallNumbers = strings.Fields("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")
	tensWords    = strings.Fields("twenty thirty forty fifty sixty seventy eighty ninety")
	valueOfWord  = valuesOfWords()
)

func valuesOfWords() map[string]int {
	values := map[string]int{"fourty": 40, "ninty": 90} //nolint:misspell // people write so
	for i, w := range smallNumbers {
		values[w] = i + 1
	}
	for i, w := range tensWords {
		values[w] = 10 * (i + 2)
	}
	for i, w := range tensWords { // ninetysix
		for n, unit := range smallNumbers[:9] {
			values[w+unit] = 10*(i+2) + n + 1
		}
	}
	return values
}

// spellNumber returns the words for 1 to 9999: 21 as twenty one, 101 as one hundred and one, 1984 as nineteen eighty four. It returns nil for other numbers.
func spellNumber(n int) []string {
	switch {
	case n < 1 || n > 9999:
		return nil
	case n < 20:
		return smallNumbers[n-1 : n]
	case n < 100 && n%10 == 0:
		return tensWords[n/10-2 : n/10-1]
	case n < 100:
		return []string{tensWords[n/10-2], smallNumbers[n%10-1]}
	case n%1000 == 0:
		return []string{smallNumbers[n/1000-1], "thousand"}
	case n < 1000 && n%100 == 0:
		return []string{smallNumbers[n/100-1], "hundred"}
	case n < 1000:
		return append([]string{smallNumbers[n/100-1], "hundred", "and"}, spellNumber(n%100)...)
	case n%100 < 10: // nineteen oh four
		return nil
	}
	return append(append([]string(nil), spellNumber(n/100)...), spellNumber(n%100)...)
}

// readNumber returns the number that the first words spell, and how many words it read; 0 if they spell none.
func readNumber(words []string) (n, used int) {
	n, used = readBelowHundred(words)
	rest := words[used:]
	switch {
	case used == 0:
		return 0, 0
	case len(rest) > 0 && (rest[0] == "hundred" || rest[0] == "thousand") && n < 20:
		n, used = n*map[string]int{"hundred": 100, "thousand": 1000}[rest[0]], used+1
		rest = rest[1:]
		and := 0
		if len(rest) > 0 && rest[0] == "and" {
			and = 1
		}
		if more, read := readBelowHundred(rest[and:]); read > 0 {
			return n + more, used + and + read
		}
	case n >= 10 && n <= 20: // a year: nineteen eighty four
		if more, read := readBelowHundred(rest); read > 0 && more >= 10 {
			return 100*n + more, used + read
		}
	}
	return n, used
}

func readBelowHundred(words []string) (n, used int) {
	if len(words) == 0 || valueOfWord[words[0]] == 0 {
		return 0, 0
	}
	n = valueOfWord[words[0]]
	if n >= 20 && n%10 == 0 && len(words) > 1 {
		if unit := valueOfWord[words[1]]; unit > 0 && unit < 10 {
			return n + unit, 2
		}
	}
	return n, 1
}

// spelledNumbers adds readings of terms as numbers.
type spelledNumbers struct {
	v  *Vocabulary
	in *interpretation
}

// add adds the figures of the number that terms spell, and the words of the number that a term is.
func (s spelledNumbers) add(i int) {
	v, in, t := s.v, s.in, s.in.terms[i]
	if n, used := readNumber(in.terms[i:]); used > 0 && (used > 1 || alternatives[t] == nil) {
		v.addKnown(in, i, i+used, costSpelled, strconv.Itoa(n))
	}
	if isNumber(t, 4) {
		n, _ := strconv.Atoi(t) // figures
		if words := spellNumber(n); len(words) > 1 {
			v.addKnown(in, i, i+1, costSpelled, words...)
		} else if len(words) == 1 && alternatives[t] == nil {
			v.addKnown(in, i, i+1, costSpelled, words[0])
		}
		if len(t) > 1 && !strings.Contains(t, "0") { // Nine-Nine
			var figures []string
			for f := range len(t) {
				figures = append(figures, smallNumbers[t[f]-'1'])
			}
			v.addKnown(in, i, i+1, 2*costSpelled, figures...)
		}
	}
	s.addHindi(i)
}

// hindiNumbers are the Hindi words for 1 to 10 in both scripts.
//
//nolint:gochecknoglobals // a table, never written
var hindiNumbers = strings.Split("ek एक, do दो, teen तीन, char chaar चार, panch paanch पांच पाँच, chhe chhah chhai छह छः छे, saat सात, aath आठ, nau नौ, das दस", ", ")

//nolint:gochecknoglobals // a table, never written
var valueOfHindi = func() map[string]int {
	values := map[string]int{}
	for i, forms := range hindiNumbers {
		for w := range foldedSet(strings.Fields(forms)...) {
			values[w] = i + 1
		}
	}
	return values
}()

// addHindi adds the figures of a Hindi number, and the Hindi words of a figure. The words for one and two have other meanings, too: "do" is also
// "give". They are numbers behind "part", and figures are read as these words where the title begins.
func (s spelledNumbers) addHindi(i int) {
	v, in, t := s.v, s.in, s.in.terms[i]
	isPart := i > 0 && partWords[in.terms[i-1]]
	if n := valueOfHindi[t]; n > 2 || n > 0 && isPart {
		for _, figures := range withAlternatives(strconv.Itoa(n)) {
			v.addKnown(in, i, i+1, costSpelled, figures)
			if isPart {
				v.addKnown(in, i-1, i+1, 2*costSpelled, figures)
			}
		}
	}
	if n, ok := parseNumeral(t, 2); ok && n > 0 && n <= len(hindiNumbers) && (n > 2 || i == 0 && len(in.terms) > 1) {
		for w := range strings.FieldsSeq(hindiNumbers[n-1]) {
			v.addKnown(in, i, i+1, 2*costSpelled, foldLetters(w))
		}
	}
}

// addShortYear reads two figures as a year without its century: ipl 24, scam 92.
func (s spelledNumbers) addShortYear(i int) {
	t := s.in.terms[i]
	switch {
	case i == 0 || len(t) != 2 || !isNumber(t, 2):
	case t < "30":
		s.v.addKnown(s.in, i, i+1, costEdit, "20"+t)
	case t >= "50":
		s.v.addKnown(s.in, i, i+1, costEdit, "19"+t)
	}
}
