package filter

import (
	"strconv"
	"strings"

	"github.com/moistari/rls"
)

const maxParse = 512 // bytes of a name that are looked at

// titleIn returns the title that a file's name tells, by the rules of release names; the whole name where it tells none. It takes 0.2 ms, so
// it is asked once for each file, when the file is indexed; see titleKey.
func titleIn(name string) string {
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

// traits are what filter buttons narrow by; zero values where the name does not say. They are read from the tokens, which is also how a
// search fetches what has them.
type traits struct {
	season     int
	resolution int // lines: 720, 1080, 2160
	language   string
	year       int // the last one: 1917 (2019), 2012 (2009)
}

func traitsOf(name string) traits {
	var t traits
	for _, w := range sequence(name) {
		if t.resolution == 0 {
			t.resolution = lines(w)
		}
		if t.language == "" && languages[w] {
			t.language = w
		}
		if t.season == 0 && w[0] == 's' {
			if m := seasonAlone.FindStringSubmatch(w); m != nil {
				t.season, _ = strconv.Atoi(m[1]) // matched as digits
			}
		}
		if isYear(w) {
			t.year, _ = strconv.Atoi(w) // figures
		}
	}
	return t
}

// lines turns 1080p, 4k and the like into a number of lines.
func lines(token string) int {
	switch token {
	case "4k", "uhd", "2160p":
		return 2160
	case "8k", "4320p":
		return 4320
	case "2k", "1440p":
		return 1440
	case "240p", "360p", "480p", "540p", "576p", "720p", "1080p":
		n, _ := strconv.Atoi(strings.TrimSuffix(token, "p")) // figures, by the list above
		return n
	case "1080i":
		return 1080
	}
	return 0
}

// languages are the words for languages that stand in file names.
//
//nolint:gochecknoglobals // a table, never written
var languages = set("arabic", "assamese", "bengali", "bhojpuri", "chinese", "dutch", "english", "french", "german", "gujarati", "hindi", "italian",
	"japanese", "kannada", "korean", "malayalam", "marathi", "nepali", "odia", "persian", "polish", "portuguese", "punjabi", "russian", "sinhala",
	"spanish", "swedish", "tamil", "telugu", "thai", "turkish", "ukrainian", "urdu", "vietnamese")

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
