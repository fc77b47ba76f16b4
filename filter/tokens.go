package filter

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a key of the index that a file's name or caption produces: a folded word, a season or episode ("s01", "s01e05"), an English month name, or
// the key of the title's list, which begins with an equals sign. The title's list finds a file by its title among many files that mention the title. A title
// of three words or more also has the key of its acronym.

const (
	maxTokens    = 512 // of one file; no caption of 1024 characters has more words
	maxTokenSize = 48  // bytes
	titleMark    = "="
)

// Tokens returns the distinct tokens of a file, the title token last.
func Tokens(name, caption string) []string {
	found := newTokenSet()
	found.add(fileTokens(name)...)
	if caption != "" && caption != name {
		found.add(fileTokens(caption)...)
	}
	if title := titleOf(titleSource(name, caption)); title != "" {
		found.list = found.list[:min(len(found.list), maxTokens-2)]
		found.add(acronymKey(strings.Fields(title)))
		found.list = append(found.list, titleKey(title))
	}
	return found.list
}

// titleOf returns the title in a name, in the form in which titles are compared. The title of a plain name ends before the first word about the release,
// as in matcher.isTitle. Names with tags, artists or brackets are parsed, which takes twenty times as long.
func titleOf(name string) string {
	if isPlainName(name) {
		tokens := tokenSequence(strings.TrimSuffix(name, path.Ext(name)))
		end := slices.IndexFunc(tokens, isReleaseWord)
		if end > 2 && slices.Contains(months, tokens[end-1]) && isNumber(tokens[end-2], 2) { // a date: 4 March 2020
			end -= 2
		}
		if end > 0 {
			return joinTitle(tokens[:end])
		}
	}
	return joinTitle(tokenSequence(parseTitle(name)))
}

// titleSource returns the text whose beginning is the title of a file: its name without the tags of channels before it, or the first line of the caption if
// a camera or an app has named the file.
func titleSource(name, caption string) string {
	if appName.MatchString(name) && caption != "" {
		name, _, _ = strings.Cut(strings.TrimSpace(caption), "\n")
	}
	for name != "" && strings.IndexByte("[{@wW ", name[0]) >= 0 {
		tag := leadingTag.FindString(name)
		if tag == "" {
			break
		}
		rest := tokenSequence(name[len(tag):])
		if len(rest) == 0 || isReleaseWord(rest[0]) { // [REC] 2007
			break
		}
		name = name[len(tag):]
	}
	return name
}

var (
	appName    = regexp.MustCompile(`(?i)^(?:vid|img|video|document|file|mov|dsc|pxl)[-_ ]?\d`)
	leadingTag = regexp.MustCompile(`(?i)^\s*(?:\[[^\]]*\]|\{[^}]*\}|@[^_\s]+[_\s]+|www\.[^_\s]+[_\s]*)[-–|\s]*`)
)

// isPlainName reports a name that begins with its title and has neither tags nor parts that a dash separates.
func isPlainName(name string) bool {
	return len(name) <= maxParse && !strings.ContainsAny(name, "[{@~|") && !strings.Contains(name, " - ") && !strings.Contains(strings.ToLower(name), "www.")
}

type tokenSet struct {
	list []string
	seen map[string]bool
}

func newTokenSet() *tokenSet { return &tokenSet{seen: map[string]bool{}} }

func (s *tokenSet) add(tokens ...string) {
	for _, t := range tokens {
		if t != "" && !s.seen[t] && len(s.list) < maxTokens {
			s.seen[t] = true
			s.list = append(s.list, t)
		}
	}
}

// tokenSequence returns the tokens of a text in order, with repeats. Phrases are compared in this form.
func tokenSequence(text string) []string {
	return trimLeadingZeros(normaliseDates(normaliseSeasons(splitTokens(splitWords(text)))))
}

// fileTokens returns the tokens of a name or caption: its tokenSequence, and then the last character of each word in a script without spaces, which
// begins no bigram.
func fileTokens(text string) []string {
	tokens := tokenSequence(text)
	for i, t := range tokens {
		if !isUnspaced(t) {
			continue
		}
		if chars := characters(t); len(chars) == 2 && (i+1 == len(tokens) || !strings.HasPrefix(tokens[i+1], chars[1])) {
			tokens = append(tokens, chars[1])
		}
	}
	return tokens
}

// splitTokens splits words where people may or may not type a space: avengers4 → avengers 4. Words of scripts without spaces become bigrams.
func splitTokens(in []string) []string {
	out := make([]string, 0, len(in))
	for _, word := range in {
		if isASCII(word) {
			out = appendTokens(out, word)
			continue
		}
		for _, w := range splitByScript(word) {
			out = appendTokens(out, w)
		}
	}
	return out
}

// appendTokens adds the tokens of a word in one script.
func appendTokens(out []string, w string) []string {
	end := len(w)
	for end > 0 && isFigure(rune(w[end-1])) {
		end--
	}
	letters := w[:end]
	switch {
	case isUnspaced(w):
		return append(out, bigrams(w)...)
	case end < len(w) && len(w)-end <= 8 && (isLetters(letters, 3) || letters == "pt" || letters == "ch"):
		return append(out, truncateToken(letters), w[end:])
	}
	return append(out, truncateToken(w))
}

// splitByScript splits a word between a script without spaces and another script: 七人の侍1954 → 七人の侍 1954.
func splitByScript(w string) []string {
	var out []string
	start, unspaced := 0, false
	for i, r := range w {
		if r == 'ー' || unicode.IsMark(r) { // belongs to the character before it
			continue
		}
		if now := isUnspacedRune(r); now != unspaced {
			if i > start {
				out = append(out, w[start:i])
			}
			start, unspaced = i, now
		}
	}
	return append(out, w[start:])
}

// isLetters reports a word of letters and their marks, with at least the given number of characters.
func isLetters(s string, least int) bool {
	n := 0
	for _, r := range s {
		if n++; !unicode.IsLetter(r) && (n == 1 || !unicode.IsMark(r)) {
			return false
		}
	}
	return n >= least
}

func truncateToken(token string) string {
	if len(token) <= maxTokenSize {
		return token
	}
	return strings.ToValidUTF8(token[:maxTokenSize], "")
}

// isUnspaced reports a word in a script that has no spaces between words.
func isUnspaced(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isUnspacedRune(r)
}

func isUnspacedRune(r rune) bool {
	return r >= 0x80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// bigrams returns every two neighbouring characters, so that a part of a title matches. A word of one or two characters is returned whole.
func bigrams(s string) []string {
	chars := characters(s)
	if len(chars) < 3 {
		return []string{truncateToken(s)}
	}
	out := make([]string, 0, len(chars)-1)
	for i := range len(chars) - 1 {
		out = append(out, truncateToken(chars[i]+chars[i+1]))
	}
	return out
}

// characters splits a word into letters with their marks.
func characters(s string) []string {
	var out []string
	start := 0
	for i, r := range s {
		if i > start && !unicode.IsMark(r) {
			out = append(out, s[start:i])
			start = i
		}
	}
	return append(out, s[start:])
}

// joinTitle returns the form in which titles are compared.
func joinTitle(tokens []string) string { return strings.Join(tokens, " ") }

// extension returns the extension of a file name with its dot, in lower case, or an empty string.
func extension(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if len(ext) > 6 || len(ext) < 2 {
		return ""
	}
	return ext
}
