package filter

import (
	"slices"
	"strings"
)

// keyboardRows are the rows of letters of a keyboard.
//
//nolint:gochecknoglobals // a table, never written
var keyboardRows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm"}

const minMash = 4 // letters of a row, one after the other

// isKeyMash reports letters that nobody meant as a word: a piece of at least three letters twice, any piece three times, or neighbours on a keyboard.
func isKeyMash(word string) bool {
	if !isASCII(word) {
		return false
	}
	for piece := 1; 2*piece <= len(word); piece++ {
		if times := len(word) / piece; (times > 2 && piece > 1 || piece > 2) && strings.Repeat(word[:piece], times+1)[:len(word)] == word && len(word)%piece == 0 {
			return true
		}
	}
	for _, row := range keyboardRows {
		if len(word) >= minMash && (strings.Contains(row, word) || strings.Contains(row, reversed(word))) {
			return true
		}
	}
	return false
}

func reversed(s string) string {
	letters := []byte(s)
	slices.Reverse(letters)
	return string(letters)
}
