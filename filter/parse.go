package filter

import (
	"strconv"
	"strings"

	"github.com/moistari/rls"
)

// Parsed is what a file's name tells of its content; zero values where it does not say.
type Parsed struct {
	Title      string
	Year       int
	Season     int
	Episode    int
	Resolution int // lines: 720, 1080, 2160
	Language   string
}

const maxParse = 512 // bytes of a name that are looked at

// Parse reads a release name. It is for filters and for the title token; a search never depends on it to find a file.
func Parse(name string) Parsed {
	if len(name) > maxParse {
		name = strings.ToValidUTF8(name[:maxParse], "")
	}
	r := rls.ParseString(name)
	p := Parsed{Title: r.Title, Year: r.Year, Season: r.Series, Episode: r.Episode, Resolution: lines(r.Resolution)}
	if r.Artist != "" {
		p.Title = r.Artist + " " + r.Title
	}
	if len(r.Language) > 0 {
		p.Language = strings.ToLower(r.Language[0])
	}
	if p.Title == "" {
		p.Title = strings.TrimSuffix(name, extension(name))
	}
	// The library misses what stands in brackets or lower case.
	for _, t := range sequence(name) {
		if p.Resolution == 0 {
			p.Resolution = lines(t)
		}
		if p.Language == "" && languages[t] {
			p.Language = t
		}
		if m := seasonAlone.FindStringSubmatch(t); p.Season == 0 && m != nil {
			p.Season, _ = strconv.Atoi(m[1])
		}
		if p.Year == 0 && isYear(t) {
			p.Year, _ = strconv.Atoi(t)
		}
	}
	return p
}

// lines turns 1080p, 4K and the like into a number of lines.
func lines(resolution string) int {
	switch r := strings.ToLower(resolution); r {
	case "4k", "uhd", "2160p":
		return 2160
	case "8k", "4320p":
		return 4320
	case "2k", "1440p":
		return 1440
	case "240p", "360p", "480p", "540p", "576p", "720p", "1080p":
		n, _ := strconv.Atoi(strings.TrimSuffix(r, "p"))
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
