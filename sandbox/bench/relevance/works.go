package relevance

import (
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

//go:embed works.tsv
var worksTable string

// work is something of which an archive has files.
type work struct {
	kind    string // film, series, book, song, clip, script
	title   string
	year    int
	seasons int
	person  string
	latin   []string // spellings of the title in Latin letters
}

var errTable = errors.New("not a line of the table")

func readWorks() ([]work, error) {
	var works []work
	for line := range strings.Lines(worksTable) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(f) != 4 {
			return nil, fmt.Errorf("%w: %q", errTable, line)
		}
		n, err := strconv.Atoi(f[2])
		if err != nil {
			return nil, fmt.Errorf("%w: %q", errTable, line)
		}
		w := work{kind: f[0], title: f[1]}
		switch w.kind {
		case "film":
			w.year = n
		case "series":
			w.seasons = n
		case "script":
			w.year = n
			if f[3] != "" {
				w.latin = strings.Split(f[3], ",")
			}
		default:
			w.person = f[3]
		}
		works = append(works, w)
	}
	return works, nil
}

// words are the words of the title, without signs, as people say them.
func (w work) words() []string { return saidWords(w.title) }

func saidWords(title string) []string {
	clean := strings.NewReplacer("'", "", ".", "", "-", " ", "&", " ", ",", "").Replace(title)
	return strings.Fields(strings.ToLower(clean))
}
