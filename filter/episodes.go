package filter

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	seasonEpisode = regexp.MustCompile(`^s(\d{2})e(\d{2,4})$`)
	seasonAlone   = regexp.MustCompile(`^s(\d{2})$`)
)

// maxEpisodes limits a range such as S01E01-E999 in one name.
const maxEpisodes = 100

// numberWords are the numbers that people spell out after "season" or "episode".
//
//nolint:gochecknoglobals // a table, never written
var numberWords = map[string]string{
	"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10",
}

// ordinalWords are the ordinals that people spell out before "season".
//
//nolint:gochecknoglobals // a table, never written
var ordinalWords = map[string]string{
	"first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10",
}

// seasonWords and episodeWords announce a number, in the languages whose archives are common.
//
//nolint:gochecknoglobals // tables, never written
var (
	seasonWords  = foldedSet("season", "seasons", "सीज़न", "सीजन", "сезон", "temporada", "staffel", "saison")
	episodeWords = foldedSet("episode", "episodes", "ep", "eps", "epi", "एपिसोड", "серия", "folge", "capítulo", "épisode")
)

func foldedSet(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[foldLetters(w)] = true
	}
	return m
}

// episodeRange is the seasons and episodes that the first words of a list name.
type episodeRange struct {
	seasons  []int // none for episodes without a season
	episodes []int // none for whole seasons
	used     int   // number of words parsed; 0 when there is neither
}

// normaliseSeasons writes every spelling of a season or an episode as the same tokens: S1E5, 1x05, S01 EP05, "Season One Episode 5" → s01 s01e05. A range
// becomes all its episodes. Episodes without a season become the word "episode" and numbers: ep05-06 → episode 5 6. The marks between figures are dropped.
func normaliseSeasons(in []string) []string {
	out := make([]string, 0, len(in))
	for i := 0; i < len(in); {
		e := readEpisodes(in[i:])
		if e.used == 0 {
			if in[i] != rangeMark && in[i] != listMark {
				out = append(out, in[i])
			}
			i++
			continue
		}
		i += e.used
		if len(e.seasons) == 0 {
			out = append(out, "episode")
			for _, n := range e.episodes {
				out = append(out, strconv.Itoa(n))
			}
			continue
		}
		for _, s := range e.seasons {
			out = append(out, seasonToken(s))
		}
		for _, n := range e.episodes {
			out = append(out, episodeToken(e.seasons[0], n))
		}
	}
	return out
}

func seasonToken(season int) string { return "s" + twoDigits(season) }

func episodeToken(season, episode int) string { return seasonToken(season) + "e" + twoDigits(episode) }

// readEpisodes parses seasons and episodes at the start of in.
func readEpisodes(in []string) episodeRange {
	if e := readSeason(in); e.used > 0 {
		if len(e.episodes) == 0 {
			e = readSeasonRange(in, e)
		}
		if len(e.seasons) == 1 {
			e = readMoreEpisodes(in, e)
		}
		return e
	}
	e := readMoreEpisodes(in, readFirstEpisode(in))
	if len(e.episodes) == 1 { // episode 5 of season 1
		rest := in[e.used:]
		of := 0
		if len(rest) > 0 && rest[0] == "of" {
			of = 1
		}
		if s := readSeason(rest[of:]); s.used > 0 && len(s.episodes) == 0 {
			return episodeRange{s.seasons, e.episodes, e.used + of + s.used}
		}
	}
	return e
}

// readSeason parses one season, and the episodes that are in the same word.
func readSeason(in []string) episodeRange {
	if len(in) == 0 {
		return episodeRange{}
	}
	if c := in[0][0]; c == 's' || isFigure(rune(c)) {
		if e := readSeasonWord(in[0]); e.used > 0 {
			return e
		}
	}
	if len(in) == 1 {
		return episodeRange{}
	}
	if season := strings.TrimSuffix(strings.TrimSuffix(in[0], "p"), "e"); season != in[0] && strings.HasPrefix(season, "s") && isNumber(in[1], 4) { // S01E 05
		if e := readSeasonWord(season); e.used > 0 && len(e.episodes) == 0 {
			n, _ := cutNumber(in[1], 4)
			return episodeRange{e.seasons, []int{n}, 2}
		}
	}
	n, ok := 0, false
	if seasonWords[in[0]] {
		n, ok = parseNumeral(in[1], 2)
	}
	if !ok && seasonWords[in[1]] {
		n, ok = parseOrdinal(in[0])
	}
	if !ok {
		return episodeRange{}
	}
	return episodeRange{seasons: []int{n}, used: 2}
}

// readSeasonWord parses s01, s01e02, s01ep02, s01e02e03, s01e02v2 and 1x02.
func readSeasonWord(w string) episodeRange {
	rest, spelled := strings.CutPrefix(w, "s")
	season, rest := cutNumber(rest, 2)
	if season < 0 {
		return episodeRange{}
	}
	e := episodeRange{seasons: []int{season}, used: 1}
	if !spelled {
		digits, ok := strings.CutPrefix(rest, "x")
		n, rest := cutNumber(digits, 3)
		if !ok || n < 0 || len(digits) < 2 || rest != "" {
			return episodeRange{}
		}
		e.episodes = []int{n}
		return e
	}
	for rest != "" && rest[0] == 'e' {
		n, after := cutEpisode(rest)
		if n < 0 {
			break
		}
		e.episodes, rest = append(e.episodes, n), after
	}
	if rest != "" && !isRevision(rest) {
		return episodeRange{}
	}
	return e
}

// readSeasonRange adds the seasons of S01-S03 and "season 1-3".
func readSeasonRange(in []string, e episodeRange) episodeRange {
	rest := in[e.used:]
	if len(rest) < 2 || rest[0] != rangeMark {
		return e
	}
	last, after := cutNumber(strings.TrimPrefix(rest[1], "s"), 2)
	if after != "" || last <= e.seasons[0] {
		return e
	}
	for n := e.seasons[0] + 1; n <= last; n++ {
		e.seasons = append(e.seasons, n)
	}
	e.used += 2
	return e
}

// readFirstEpisode parses an episode without a season: e05, ep5, "episode 5". E5 alone is too ambiguous.
func readFirstEpisode(in []string) episodeRange {
	w := in[0]
	if w[0] == 'e' {
		if n, rest := cutEpisode(w); n >= 0 && (rest == "" || isRevision(rest)) && (len(w) > 2 && isFigure(rune(w[1])) || strings.HasPrefix(w, "ep")) {
			return episodeRange{episodes: []int{n}, used: 1}
		}
	}
	if len(in) > 1 && episodeWords[w] {
		if n, ok := parseNumeral(in[1], 4); ok {
			return episodeRange{episodes: []int{n}, used: 2}
		}
	}
	return episodeRange{}
}

// readMoreEpisodes adds the episodes that follow e: "-05", "-E05", "E05", "episode 5", "to 5".
func readMoreEpisodes(in []string, e episodeRange) episodeRange {
	for e.used > 0 && e.used < len(in) {
		rest, mark := in[e.used:], ""
		if rest[0] == rangeMark || rest[0] == listMark || rest[0] == "to" && len(e.episodes) > 0 {
			mark, rest = rest[0], rest[1:]
		}
		n, used := nextEpisode(rest, mark != "" && len(e.episodes) > 0, len(e.seasons) > 0)
		if used == 0 {
			return e
		}
		first := n
		if len(e.episodes) > 0 {
			last := e.episodes[len(e.episodes)-1]
			if n <= last || n-last > maxEpisodes {
				return e
			}
			if mark == rangeMark || mark == "to" {
				first = last + 1
			}
		}
		for ; first <= n && len(e.episodes) < maxEpisodes; first++ {
			e.episodes = append(e.episodes, first)
		}
		if mark != "" {
			used++
		}
		e.used += used
	}
	return e
}

// nextEpisode parses an episode; bare allows a number alone. Only after a season may e5 and "episode 5" follow without a mark.
func nextEpisode(in []string, bare, inSeason bool) (n, used int) {
	switch {
	case len(in) == 0:
		return 0, 0
	case bare && isNumber(in[0], 4):
		n, _ = cutNumber(in[0], 4)
		return n, 1
	case in[0][0] == 'e' && (bare || inSeason):
		if n, rest := cutEpisode(in[0]); n >= 0 && (rest == "" || isRevision(rest)) {
			return n, 1
		}
	}
	if len(in) > 1 && (episodeWords[in[0]] || in[0] == "e") && (bare || inSeason) {
		if n, ok := parseNumeral(in[1], 4); ok {
			return n, 2
		}
	}
	return 0, 0
}

// cutEpisode cuts e05 or ep05 off; n is -1 when w does not begin so.
func cutEpisode(w string) (n int, rest string) {
	digits := strings.TrimPrefix(strings.TrimPrefix(w, "e"), "p")
	if n, rest = cutNumber(digits, 4); n < 0 {
		return -1, w
	}
	return n, rest
}

// cutNumber cuts at most a number of figures off; n is -1 when there is none, or when another figure follows.
func cutNumber(w string, most int) (n int, rest string) {
	end := 0
	for end < len(w) && isFigure(rune(w[end])) {
		end++
	}
	if end == 0 || end > most {
		return -1, w
	}
	n, _ = strconv.Atoi(w[:end]) // figures
	return n, w[end:]
}

// isRevision reports the v2 of S01E07v2.
func isRevision(w string) bool { return len(w) == 2 && w[0] == 'v' && isFigure(rune(w[1])) }

// parseNumeral accepts a number of at most maxDigits digits, or one that is spelled out.
func parseNumeral(w string, maxDigits int) (int, bool) {
	if digits := numberWords[w]; digits != "" {
		w = digits
	}
	if !isNumber(w, maxDigits) {
		return 0, false
	}
	n, _ := strconv.Atoi(w) // figures
	return n, true
}

// parseOrdinal accepts 2nd and second.
func parseOrdinal(w string) (int, bool) {
	digits := ordinalWords[w]
	if digits == "" {
		if digits = trimOrdinal(w); digits == w {
			return 0, false
		}
	}
	return parseNumeral(digits, 2)
}

// unfinishedWord matches the beginning of an episode that lacks figures: s01e, s01ep0, 1x0.
var unfinishedWord = regexp.MustCompile(`^(?:s(\d{1,2})ep?|(\d{1,2})x)(0?)$`)

// unfinishedEpisode returns the beginning of the tokens that a last word such as s01e0 can become, and the words before it. It returns an empty
// beginning for other words.
func unfinishedEpisode(words []string) (before []string, beginning string) {
	if len(words) == 0 {
		return nil, ""
	}
	last := len(words) - 1
	m := unfinishedWord.FindStringSubmatch(words[last])
	if m == nil {
		return words, ""
	}
	season, _ := strconv.Atoi(m[1] + m[2]) // figures; one of them is empty
	return slices.Clip(words[:last]), seasonToken(season) + "e" + m[3]
}

func twoDigits(n int) string {
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
