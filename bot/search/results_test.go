package search

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/filter"
	"pavilion/internal/phrase"
	"pavilion/sandbox/golden"
)

const pageSize = 3

func book(t *testing.T) *phrase.Book {
	t.Helper()
	b, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func file(id filter.DocumentID, name string, size int64, kind filter.Kind) filter.File {
	return filter.File{Media: filter.Media{Document: id, Name: name, Size: size, Kind: kind}}
}

// screens are all pages that a search can show.
func screens(t *testing.T, in *phrase.Speaker) map[string]telegram.Reply {
	t.Helper()
	r := results{in: in, owner: 7, pageSize: pageSize, mostFiles: 200}
	files := []filter.File{
		file(1, "Inception.2010.1080p.BluRay.mkv", 2_250_000_000, filter.KindVideo),
		file(2, "आवारा (1951).mkv", 730_000_000, filter.KindVideo),
		file(3, "A name that is so long\nthat no button has room for all of it\u202e.pdf", 900, filter.KindDocument),
	}
	season, err := filter.Selection{}.With(filter.BySeason, "2")
	if err != nil {
		t.Fatal(err)
	}
	facets := []filter.Facet{
		{Dimension: filter.ByKind, Value: "video"},
		{Dimension: filter.ByKind, Value: "document"},
		{Dimension: filter.ByResolution, Value: "1080"},
		{Dimension: filter.ByLanguage, Value: "hindi"},
		{Dimension: filter.ByYear, Value: "2010"},
	}
	versions := filter.Row{
		Files: []filter.File{
			file(4, "[Crew] Inception.2010.1080p.Hindi.BluRay.mkv", 2_250_000_000, filter.KindVideo), file(5, "Inception.2010.720p.[Tam + Tel].mkv", 900_000_000, filter.KindVideo),
			file(6, "Inception 2010.mkv", 700_000_000, filter.KindVideo),
		},
		Subtitles: []filter.File{file(7, "Inception.2010.English.srt", 90_000, filter.KindDocument)},
	}
	inSeason, flat := pageTap{selection: season}, pageTap{flat: true}
	return map[string]telegram.Reply{
		"one_file":    r.page("inception", pageTap{}, filter.Page{Rows: rowsOf(files[:1]), Total: 1, RowsTotal: 1}),
		"first_page":  r.page("inception", pageTap{}, filter.Page{Rows: rowsOf(files), Total: 1234, RowsTotal: 1234, HasNext: true, Facets: facets}),
		"middle_page": r.page("inception", inSeason, filter.Page{Rows: rowsOf(files), Total: 10, RowsTotal: 10, Skipped: 3, HasPrev: true, HasNext: true, Facets: facets[:1]}),
		"grouped":     r.page("inception", pageTap{}, filter.Page{Rows: append(rowsOf(files[:1]), versions), Total: 4, RowsTotal: 2}),
		"flat":        r.page("inception", flat, filter.Page{Rows: rowsOf(files), Total: 4, RowsTotal: 4, HasNext: true, Facets: facets[:1]}),
		"row":         r.row("inception", season, filter.Page{Rows: []filter.Row{versions}, Total: 3, RowsTotal: 1, Start: filter.Cursor{Rank: 2, Posted: 7, Document: 9}}),
		"may_link":    results{in: in, owner: 7, pageSize: pageSize, mostFiles: 2, mayLink: true}.page("inception", pageTap{}, filter.Page{Rows: rowsOf(files), Total: 10, RowsTotal: 10, HasNext: true}),
		"capped":      r.page("a", pageTap{}, filter.Page{Rows: rowsOf(files), Total: 2000, RowsTotal: 2000, Capped: true, RowsCapped: true, HasNext: true}),
		"one_missing": r.page("inception", pageTap{}, filter.Page{Rows: rowsOf(files[:1]), Total: 1, RowsTotal: 1, Missing: []string{"old"}}),
		"all_missing": r.page("inception", pageTap{}, filter.Page{Missing: []string{"old", "new"}}),
		"nothing":     r.page("xylophone", pageTap{}, filter.Page{}),
		"fewer_words": r.page("xylophone \n quartz", pageTap{}, filter.Page{Fewer: "xylophone"}),
		"no_season":   r.page("inception", inSeason, filter.Page{}),
		"suggestion":  r.page("incepton", pageTap{}, filter.Page{Suggestion: "inception"}),
	}
}

// rowsOf puts every file into a row of its own.
func rowsOf(files []filter.File) []filter.Row {
	var rows []filter.Row
	for _, f := range files {
		rows = append(rows, filter.Row{Files: []filter.File{f}})
	}
	return rows
}

func TestResults_LookAsInTheGoldenFiles(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, language := range b.Languages() {
		for name, reply := range screens(t, b.In(language)) {
			golden.Check(t, name+"."+language, telegramtest.Drawn(reply))
		}
	}
}

// The query and the suggestion are read back from a message, in whatever language it is.
func TestSuggestion_IsReadBackInEveryLanguage(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, language := range b.Languages() {
		for _, suggestion := range []string{"inception", "a: b", "🔎 x"} {
			r := results{in: b.In(language), owner: 7, pageSize: pageSize}
			reply := r.page("Did you mean: evil\n: x", pageTap{}, filter.Page{Suggestion: suggestion, Missing: []string{"old"}})
			fewer := r.page("Try fewer words: evil", pageTap{}, filter.Page{Fewer: suggestion, Missing: []string{"old"}})
			for _, shown := range []telegram.Reply{reply, fewer} {
				if got, ok := suggestionIn(shown.Text); !ok || got != suggestion {
					t.Errorf("%s: %q, %v, want %q in:\n%s", language, got, ok, suggestion, shown.Text)
				}
			}
		}
	}
	for _, text := range []string{"", "🔎 x", "🔎 x\nNothing found.", "x\nDid you mean: y"} {
		if got, ok := suggestionIn(text); ok {
			t.Errorf("%q suggests %q", text, got)
		}
	}
}

func TestResults_ButtonsFitTelegram(t *testing.T) {
	t.Parallel()
	for name, reply := range screens(t, book(t).In("hi")) {
		for _, row := range reply.Keyboard {
			for _, button := range row {
				if len(button.Data) == 0 || len(button.Data) > 64 || strings.TrimSpace(button.Text) == "" {
					t.Errorf("%s: %+v", name, button)
				}
			}
		}
	}
	if b := chat.Label("1/2", 7); string(b.Data) != "1n:7" {
		t.Errorf("a label carries %s", b.Data)
	}
}

// A search without results has at least one button.
func TestResults_NothingFoundLeadsOn(t *testing.T) {
	t.Parallel()
	for name, reply := range screens(t, book(t).In("en")) {
		if len(reply.Keyboard) == 0 {
			t.Errorf("%s is a dead end: %q", name, reply.Text)
		}
	}
	for _, language := range book(t).Languages() {
		if how := book(t).In(language).Say("search.how"); utf8.RuneCountInString(how) > 200 {
			t.Errorf("%s: Telegram shows 200 characters on a button, not %q", language, how)
		}
	}
}
