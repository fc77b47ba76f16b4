package filter

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is what the index holds of a name: a folded word, a season or episode ("s01", "s01e05"), a month's English name, or the whole
// title's list behind an equals sign, by which a title is found among any number of files that merely mention it.

const (
	maxTokens    = 64 // of one file; a caption of 1024 characters has more, but nobody finds a file by its 60th word
	maxTokenSize = 48 // bytes
	titleMark    = "="
)

// Tokens returns the tokens of a file, without repeats, the title token last.
func Tokens(name, caption string) []string {
	found := newTokenSet()
	found.add(sequence(name)...)
	if caption != "" && caption != name {
		found.add(sequence(caption)...)
	}
	if title := titleOf(sequence(Parse(name).Title)); title != "" {
		found.list = append(found.list[:min(len(found.list), maxTokens-1)], titleKey(title))
	}
	return found.list
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

// sequence returns the tokens of a text in order, with repeats: the form in which phrases are compared.
func sequence(text string) []string {
	return dates(seasons(split(words(text))))
}

// split cuts words at the borders that people ignore: Avengers4 → avengers 4; scripts without spaces become pairs of characters.
func split(in []string) []string {
	var out []string
	for _, w := range in {
		switch {
		case isUnspaced(w):
			out = append(out, pairs(w)...)
		default:
			if m := lettersDigits.FindStringSubmatch(w); m != nil && utf8.RuneCountInString(m[1]) >= 3 {
				out = append(out, clip(m[1]), m[2])
				continue
			}
			out = append(out, clip(w))
		}
	}
	return out
}

var lettersDigits = regexp.MustCompile(`^(\p{L}[\p{L}\p{M}]+)(\d{1,8})$`)

func clip(token string) string {
	if len(token) <= maxTokenSize {
		return token
	}
	return strings.ToValidUTF8(token[:maxTokenSize], "")
}

// isUnspaced tells scripts that are written without spaces between words.
func isUnspaced(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer)
}

// pairs returns each two neighbouring characters, so that a part of a title finds it.
func pairs(s string) []string {
	runes := []rune(s)
	if len(runes) < 3 {
		return []string{s}
	}
	out := make([]string, 0, len(runes)-1)
	for i := range len(runes) - 1 {
		out = append(out, string(runes[i:i+2]))
	}
	return out
}

var (
	seasonEpisode = regexp.MustCompile(`^s(\d{1,2})e(\d{1,3})$`)
	seasonAlone   = regexp.MustCompile(`^s(\d{1,2})$`)
	crossEpisode  = regexp.MustCompile(`^(\d{1,2})x(\d{2,3})$`)
	episodeAlone  = regexp.MustCompile(`^(?:e|ep)(\d{1,3})$`)
)

// seasons writes every spelling of a season or an episode the same way: S1E5, 1x05, S01 E05, "Season 1 Episode 5" → s01 s01e05.
func seasons(in []string) []string {
	out := make([]string, 0, len(in))
	for i := 0; i < len(in); i++ {
		season, episode, used := readEpisode(in[i:])
		if used == 0 {
			out = append(out, in[i])
			continue
		}
		out = append(out, "s"+two(season))
		if episode != "" {
			out = append(out, "s"+two(season)+"e"+two(episode))
		}
		i += used - 1
	}
	return out
}

// readEpisode reads a season, and an episode where one follows, from the front of in; used is 0 where there is none.
func readEpisode(in []string) (season, episode string, used int) {
	if m := seasonEpisode.FindStringSubmatch(in[0]); m != nil {
		return m[1], m[2], 1
	}
	if m := crossEpisode.FindStringSubmatch(in[0]); m != nil {
		return m[1], m[2], 1
	}
	switch m := seasonAlone.FindStringSubmatch(in[0]); {
	case m != nil:
		season, used = m[1], 1
	case in[0] == "season" && len(in) > 1 && isNumber(in[1], 2):
		season, used = in[1], 2
	default:
		return "", "", 0
	}
	rest := in[used:]
	if len(rest) > 0 {
		if m := episodeAlone.FindStringSubmatch(rest[0]); m != nil {
			return season, m[1], used + 1
		}
	}
	if len(rest) > 1 && (rest[0] == "episode" || rest[0] == "ep") && isNumber(rest[1], 3) {
		return season, rest[1], used + 2
	}
	return season, "", used
}

func two(digits string) string {
	n, _ := strconv.Atoi(digits) // matched as digits
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func isNumber(s string, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

//nolint:gochecknoglobals // a table, never written
var months = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}

// dates writes dates by their parts as people say them: 2026 06 12, 20260612, 12 jun → 2026 june 12. A month's name counts only beside a number.
func dates(in []string) []string {
	out := make([]string, 0, len(in))
	for i := 0; i < len(in); i++ {
		if len(in[i]) == 8 && isNumber(in[i], 8) && isYear(in[i][:4]) {
			if month, day, ok := monthDay(in[i][4:6], in[i][6:]); ok {
				out = append(out, in[i][:4], month, day)
				continue
			}
		}
		if i+2 < len(in) {
			if isYear(in[i]) && len(in[i+1]) == 2 {
				if month, day, ok := monthDay(in[i+1], in[i+2]); ok {
					out = append(out, in[i], month, day)
					i += 2
					continue
				}
			}
			if isYear(in[i+2]) && len(in[i+1]) == 2 && len(in[i]) == 2 {
				if month, day, ok := monthDay(in[i+1], in[i]); ok {
					out = append(out, day, month, in[i+2])
					i += 2
					continue
				}
			}
		}
		if name := monthName(in[i]); name != "" && (i > 0 && isNumber(in[i-1], 4) || i+1 < len(in) && isNumber(in[i+1], 4)) {
			out = append(out, name)
			continue
		}
		out = append(out, in[i])
	}
	return out
}

func monthDay(month, day string) (name, number string, ok bool) {
	if !isNumber(month, 2) || !isNumber(day, 2) {
		return "", "", false
	}
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if m < 1 || m > 12 || d < 1 || d > 31 {
		return "", "", false
	}
	return months[m-1], strconv.Itoa(d), true
}

// monthName completes an English month of at least three letters.
func monthName(s string) string {
	if len(s) < 3 {
		return ""
	}
	for _, m := range months {
		if strings.HasPrefix(m, s) || s == "sept" && m == "september" {
			return m
		}
	}
	return ""
}

func isYear(s string) bool {
	return len(s) == 4 && isNumber(s, 4) && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20"))
}

// titleOf is the form in which titles are compared.
func titleOf(tokens []string) string { return strings.Join(tokens, " ") }

// extension returns the lower-case ending of a file name with its dot, empty where it has none.
func extension(name string) string {
	ext := strings.ToLower(path.Ext(name))
	if len(ext) > 6 || len(ext) < 2 {
		return ""
	}
	return ext
}
