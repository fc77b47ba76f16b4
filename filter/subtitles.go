package filter

import (
	"context"
	"slices"
	"strings"
)

// subtitleEndings are the words that the names of subtitles end with.
//
//nolint:gochecknoglobals // a table, never written
var subtitleEndings = []string{"ass", "srt", "vtt"}

// Subtitles returns the subtitles that fit a film, by the title, season and episode in its name. It returns none for other files.
func (s *Searcher) Subtitles(ctx context.Context, f File) []File {
	ctx, cancel := context.WithTimeoutCause(ctx, s.opts.Timeout, errSearchTimeout)
	defer cancel()
	rows := groupRows([]result{{file: f, name: fileTokens(f.Media.Name)}})
	s.addSubtitles(ctx, rows, newResults(Query{}, partsOfRow))
	return rows[0].Subtitles
}

// addSubtitles adds the subtitles that fit the films of a page, by the title, season and episode in their names. found are the results of the page. Most
// archives have no subtitles, and then no pool is asked.
func (s *Searcher) addSubtitles(ctx context.Context, rows []Row, found *results) {
	known := slices.DeleteFunc(slices.Clone(subtitleEndings), func(w string) bool { return s.vocab.Count(w) == 0 })
	if len(known) == 0 || ctx.Err() != nil {
		return
	}
	films := map[string]int{}
	var plans []plan
	for i, row := range rows {
		if title, ok := row.filmTitle(); ok {
			if _, ok := films[title]; !ok {
				films[title] = i
				plans = append(plans, append(exactPlan(strings.Fields(title)), clause{known}))
			}
		}
	}
	if len(plans) == 0 {
		return
	}
	titleOf := func(f File, name []string) string { return withoutYears(versionKey(f.Media, name)) }
	fits := func(f File, _ bool) (uint8, []string) {
		name := fileTokens(f.Media.Name)
		if _, ok := films[titleOf(f, name)]; !ok || format(f.Media) != formatSubtitle {
			return rankNone, nil
		}
		return rankExact, name
	}
	r := found.another()
	if err := s.queryPools(ctx, r, poolRequest{steps: planSteps(plans...), rank: fits}); err != nil {
		return // the page is shown without them
	}
	for _, x := range r.sorted() {
		row := &rows[films[titleOf(x.file, x.name)]]
		if !slices.ContainsFunc(row.Subtitles, func(f File) bool { return f.Media.Document == x.file.Media.Document }) {
			row.Subtitles = append(slices.Clip(row.Subtitles), x.file)
		}
	}
}
