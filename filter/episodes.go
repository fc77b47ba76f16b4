package filter

import (
	"regexp"
	"strconv"
)

var (
	seasonEpisode = regexp.MustCompile(`^s(\d{1,2})e(\d{1,3})(?:e(\d{1,3}))?$`)
	seasonAlone   = regexp.MustCompile(`^s(\d{1,2})$`)
	crossEpisode  = regexp.MustCompile(`^(\d{1,2})x(\d{2,3})$`)
	episodeAlone  = regexp.MustCompile(`^(?:e|ep)(\d{1,3})$`)
	lonelyEpisode = regexp.MustCompile(`^(?:e(\d{2,3})|ep(\d{1,3}))$`) // e5 alone is too ambiguous
)

// maxEpisodes limits a range such as S01E01-E99 in one name.
const maxEpisodes = 30

// numberWords are the numbers that people spell out after "season" or "episode".
//
//nolint:gochecknoglobals // a table, never written
var numberWords = map[string]string{
	"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}

// episodeRange is a season with its episodes, as parsed from the start of a word list.
type episodeRange struct {
	season      string
	first, last string // empty for a season without episodes
	used        int    // number of words parsed; 0 when there is no season
}

// normaliseSeasons writes every spelling of a season or an episode as the same tokens: S1E5, 1x05, S01 E05, "Season One Episode 5" → s01 s01e05.
// An episode without a season becomes two words: ep05, E05 → episode 05.
func normaliseSeasons(in []string) []string {
	out := make([]string, 0, len(in))
	for i := 0; i < len(in); i++ {
		e := readEpisodes(in[i:])
		if e.used == 0 {
			out = append(out, expandEpisode(in, i)...)
			continue
		}
		out = append(out, "s"+twoDigits(e.season))
		if e.first != "" {
			first, _ := strconv.Atoi(e.first) // matched as digits
			last, _ := strconv.Atoi(e.last)
			for n := first; n <= max(first, min(last, first+maxEpisodes)); n++ {
				out = append(out, "s"+twoDigits(e.season)+"e"+twoDigits(strconv.Itoa(n)))
			}
		}
		i += e.used - 1
	}
	return out
}

// readEpisodes parses a season, and the episodes that follow it, at the start of in.
func readEpisodes(in []string) episodeRange {
	if c := in[0][0]; c != 's' && (c < '0' || c > '9') {
		return episodeRange{}
	}
	if m := seasonEpisode.FindStringSubmatch(in[0]); m != nil {
		e := episodeRange{m[1], m[2], m[3], 1}
		if len(in) > 1 && e.last == "" { // S01E01-E05
			if next := episodeAlone.FindStringSubmatch(in[1]); next != nil {
				e.last, e.used = next[1], 2
			}
		}
		return e
	}
	if m := crossEpisode.FindStringSubmatch(in[0]); m != nil {
		return episodeRange{m[1], m[2], "", 1}
	}
	var e episodeRange
	if m := seasonAlone.FindStringSubmatch(in[0]); m != nil {
		e = episodeRange{season: m[1], used: 1}
	} else if in[0] == "season" && len(in) > 1 {
		if n, ok := parseNumeral(in[1], 2); ok {
			e = episodeRange{season: n, used: 2}
		}
	}
	rest := in[e.used:]
	if e.used == 0 || len(rest) == 0 {
		return e
	}
	if m := episodeAlone.FindStringSubmatch(rest[0]); m != nil {
		e.first = m[1]
		e.used++
	} else if len(rest) > 1 && (rest[0] == "episode" || rest[0] == "ep") {
		if n, ok := parseNumeral(rest[1], 3); ok {
			e.first = n
			e.used += 2
		}
	}
	return e
}

// expandEpisode returns in[i]. An episode without a season becomes the word "episode" and its number.
func expandEpisode(in []string, i int) []string {
	w := in[i]
	if w[0] != 'e' {
		return in[i : i+1]
	}
	if m := lonelyEpisode.FindStringSubmatch(w); m != nil {
		return []string{"episode", m[1] + m[2]}
	}
	if w == "ep" && i+1 < len(in) && isNumber(in[i+1], 3) {
		return []string{"episode"}
	}
	return in[i : i+1]
}

// parseNumeral accepts a number of at most maxDigits digits, or one that is spelled out.
func parseNumeral(w string, maxDigits int) (string, bool) {
	if n := numberWords[w]; n != "" {
		return n, true
	}
	return w, isNumber(w, maxDigits)
}

func twoDigits(digits string) string {
	n, _ := strconv.Atoi(digits) // matched as digits
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

func isNumber(s string, maxDigits int) bool {
	if s == "" || len(s) > maxDigits {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
