package relevance

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed posted.tsv
var postedTable string

//go:embed byhand.tsv
var handTable string

//go:embed typed.tsv
var typedTable string

//go:embed unseen.tsv
var unseenTable string

//go:embed further.tsv
var furtherTable string

//go:embed later.tsv
var laterTable string

//go:embed fresh.tsv
var freshTable string

//go:embed looked.tsv
var lookedTable string

// readPosted returns the files whose names were written by hand.
func readPosted() ([]file, error) {
	var files []file
	for line := range strings.Lines(postedTable) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(f) != 3 {
			return nil, fmt.Errorf("%w: %q", errTable, line)
		}
		files = append(files, file{key: f[0], name: f[1], caption: f[2]})
	}
	return files, nil
}

// written adds the queries of all tables. Those of freshTable are held out.
func (a *asking) written() error {
	return errors.Join(
		a.table(handTable, "by hand: "),
		a.table(typedTable, "typed: "),
		a.table(unseenTable, "unseen: "),
		a.table(furtherTable, "further: "),
		a.table(laterTable, "later: "),
		a.table(freshTable, "held out, fresh: "),
		a.table(lookedTable, "looked at: "),
	)
}

// table adds the queries of a table. kind is the beginning of their classes.
func (a *asking) table(rows, kind string) error {
	for line := range strings.Lines(rows) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if len(f) != 3 {
			return fmt.Errorf("%w: %q", errTable, line)
		}
		accepts, err := a.anyOf(strings.Split(f[2], ","))
		if err != nil {
			return err
		}
		a.ask(kind+f[0], f[1], accepts)
	}
	return nil
}

// anyOf accepts the files of keys and of titles, and behind ~ those of package club whose names begin so. It is nil for "-" alone.
func (a *asking) anyOf(wanted []string) (func(file) bool, error) {
	if slices.Equal(wanted, []string{"-"}) {
		return nil, nil
	}
	var titles []func(file) bool
	for _, w := range wanted {
		if begin, ok := strings.CutPrefix(w, "~"); ok {
			titles = append(titles, func(f file) bool { return f.work == nil && strings.HasPrefix(f.name, begin) })
		}
		title, ok := strings.CutPrefix(w, "=")
		if !ok {
			continue
		}
		accepts, err := a.ofWork(title)
		if err != nil {
			return nil, err
		}
		titles = append(titles, accepts)
	}
	return func(f file) bool {
		return f.key != "" && slices.Contains(wanted, f.key) || slices.ContainsFunc(titles, func(accepts func(file) bool) bool { return accepts(f) })
	}, nil
}

// ofWork accepts the files of a title of works.tsv, which a season and an episode may follow, and then facts behind slashes: a year or a language.
func (a *asking) ofWork(title string) (func(file) bool, error) {
	title, facts, _ := strings.Cut(title, "/")
	if facts != "" {
		accepts, err := a.ofWork(title)
		return func(f file) bool {
			for fact := range strings.SplitSeq(facts, "/") {
				if f.work == nil || fact != f.language && fact != strconv.Itoa(f.work.year) {
					return false
				}
			}
			return accepts(f)
		}, err
	}
	season, episode := 0, 0
	if m := episodeAtEnd.FindStringSubmatch(title); m != nil {
		title = m[1]
		season, _ = strconv.Atoi(m[2])  // figures
		episode, _ = strconv.Atoi(m[3]) // figures or nothing
	}
	at := slices.IndexFunc(a.works, func(w work) bool { return w.title == title })
	switch {
	case at < 0:
		return nil, fmt.Errorf("%w: no work %q", errTable, title)
	case season > 0:
		return ofEpisode(a.works[at], season, episode), nil
	}
	return titled(title), nil
}
