package filter

import (
	"slices"
	"strings"
)

// withoutLeastKnown returns the query without its rarest word: the one in the fewest files, and the last of equally rare words. It returns "" for a query
// of one word, if the index knows fewer than half of the other words, and if one known word is left of chatter.
func (v *Vocabulary) withoutLeastKnown(text string) string {
	words := strings.Fields(text)
	if len(words) < 2 {
		return ""
	}
	drop, fewest := 0, v.wordCount(words[0])
	for i, w := range words[1:] {
		if n := v.wordCount(w); n <= fewest {
			drop, fewest = i+1, n
		}
	}
	left := slices.Delete(words, drop, drop+1)
	known := 0
	for _, w := range left {
		if v.wordCount(w) > 0 && !isChatWord(foldLetters(w)) {
			known++
		}
	}
	if 2*known < len(left) || known < 2 && parseQuery(text).isChatter() {
		return ""
	}
	return strings.Join(left, " ")
}

// wordCount returns the file count of the rarest token of a word; -1 for a word without tokens.
func (v *Vocabulary) wordCount(word string) int {
	fewest := -1
	for _, t := range parseQuery(word).terms {
		if n := v.Count(t); fewest < 0 || n < fewest {
			fewest = n
		}
	}
	return fewest
}
