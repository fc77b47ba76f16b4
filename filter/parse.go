package filter

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/moistari/rls"
)

const maxParse = 512 // bytes of a name that parseTitle reads

// parseTitle returns the title in a file name that follows the conventions of release names, or else the name without its extension. It takes
// 0.2 ms, so it runs once for each file, when the file is indexed; see titleKey.
func parseTitle(name string) string {
	if len(name) > maxParse {
		name = strings.ToValidUTF8(name[:maxParse], "")
	}
	switch r := rls.ParseString(name); {
	case r.Title == "":
		return strings.TrimSuffix(name, extension(name))
	case r.Artist != "":
		return r.Artist + " " + r.Title
	default:
		return r.Title
	}
}

// traits are the properties of a file that the filter buttons use, parsed from its name, and from the caption what the name lacks. A field is zero when
// neither gives it.
type traits struct {
	season     int
	resolution int // lines: 720, 1080, 2160
	languages  []string
	year       int // the last one: 1917 (2019), 2012 (2009)
}

func traitsOf(m Media) traits { return traitsFrom(tokenSequence(m.Name), m) }

// traitsFrom is traitsOf with the tokens of the name.
func traitsFrom(name []string, m Media) traits {
	t := readTraits(name)
	if m.Caption == "" || m.Caption == m.Name {
		return t
	}
	more := readTraits(tokenSequence(m.Caption))
	t.season, t.resolution, t.year = cmp.Or(t.season, more.season), cmp.Or(t.resolution, more.resolution), cmp.Or(t.year, more.year)
	for _, l := range more.languages {
		if !slices.Contains(t.languages, l) {
			t.languages = append(t.languages, l)
		}
	}
	return t
}

func readTraits(tokens []string) traits {
	t := traits{languages: languagesIn(tokens)}
	for _, w := range tokens {
		if t.resolution == 0 {
			t.resolution = parseResolution(w)
		}
		if t.season == 0 && w[0] == 's' {
			if m := seasonAlone.FindStringSubmatch(w); m != nil {
				t.season, _ = strconv.Atoi(m[1]) // matched as digits
			}
		}
		if isYear(w) {
			t.year, _ = strconv.Atoi(w) // isYear means digits
		}
	}
	return t
}

// parseResolution returns the number of lines that 1080p, 4k and similar tokens stand for, 0 for other tokens.
func parseResolution(token string) int {
	switch token {
	case "4k", "uhd", "2160p":
		return 2160
	case "8k", "4320p":
		return 4320
	case "2k", "1440p":
		return 1440
	case "240p", "360p", "480p", "540p", "576p", "720p", "1080p":
		n, _ := strconv.Atoi(strings.TrimSuffix(token, "p")) // digits, by the case above
		return n
	case "1080i":
		return 1080
	}
	return 0
}

func wordSet(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
