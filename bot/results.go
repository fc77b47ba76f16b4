package bot

import (
	"fmt"
	"strings"
	"unicode"

	"pavilion/filter"
)

const (
	queryMark   = "🔎 "
	suggestMark = "Did you mean: "
	maxButton   = 48 // runes of a name on a button
	maxFacets   = 12
	facetsInRow = 4
)

// resultsReply renders a page of results. Its first line is the query, which pageStore reads back.
func resultsReply(query string, sel filter.Selection, p filter.Page, pageSize int, owner int64) Reply {
	header := queryMark + clean(query, 200)
	var b strings.Builder
	b.WriteString(header)
	b.WriteByte('\n')
	switch {
	case len(p.Files) == 0:
		b.WriteString("Nothing found.")
	default:
		more := ""
		if p.Capped {
			more = "+"
		}
		fmt.Fprintf(&b, "%d%s %s", p.Total, more, plural(p.Total, "file", "files"))
		if pages := (p.Total + pageSize - 1) / pageSize; pages > 1 {
			fmt.Fprintf(&b, " · page %d of %d%s", p.Skipped/pageSize+1, pages, more)
		}
		b.WriteString(" · tap one to get it")
	}
	if len(p.Missing) > 0 {
		fmt.Fprintf(&b, "\n⚠️ Partial results: %s not answering right now.", strings.Join(p.Missing, ", ")+plural(len(p.Missing), " is", " are"))
	}
	r := Reply{Text: b.String(), Bold: len(header)}
	if len(p.Files) == 0 && p.Suggestion != "" {
		r.Text += "\n" + suggestMark + p.Suggestion
		r.Keyboard = [][]Button{{{Text: queryMark + clean(p.Suggestion, maxButton), Data: tapData{Action: actSuggest, Owner: owner}.encode()}}}
		return r
	}
	for _, f := range p.Files {
		r.Keyboard = append(r.Keyboard, []Button{{Text: fileLabel(f), Data: tapData{Action: actGet, Owner: owner, Document: f.Media.Document}.encode()}})
	}
	if nav := navigation(sel, p, pageSize, owner); len(nav) > 0 {
		r.Keyboard = append(r.Keyboard, nav)
	}
	r.Keyboard = append(r.Keyboard, facetRows(sel, p, owner)...)
	return r
}

func navigation(sel filter.Selection, p filter.Page, pageSize int, owner int64) []Button {
	if !p.HasPrev && !p.HasNext {
		return nil
	}
	var nav []Button
	if p.HasPrev {
		nav = append(nav, Button{"◀", tapData{Action: actPage, Owner: owner, Selection: sel, Back: true, Cursor: p.First}.encode()})
	}
	nav = append(nav, Button{fmt.Sprintf("%d/%d", p.Skipped/pageSize+1, (p.Total+pageSize-1)/pageSize), tapData{Action: actNothing, Owner: owner}.encode()})
	if p.HasNext {
		nav = append(nav, Button{"▶", tapData{Action: actPage, Owner: owner, Selection: sel, Cursor: p.Last}.encode()})
	}
	return nav
}

// facetRows are the buttons that narrow, and those that take a filter off again.
func facetRows(sel filter.Selection, p filter.Page, owner int64) [][]Button {
	var all []Button
	for d := filter.ByKind; d <= filter.ByYear; d++ {
		if v := sel.Value(d); v != "" {
			if without, err := sel.With(d, ""); err == nil {
				all = append(all, Button{"✕ " + facetLabel(d, v), tapData{Action: actPage, Owner: owner, Selection: without}.encode()})
			}
		}
	}
	for _, f := range p.Facets {
		if with, err := sel.With(f.Dimension, f.Value); err == nil && len(all) < maxFacets {
			all = append(all, Button{facetLabel(f.Dimension, f.Value), tapData{Action: actPage, Owner: owner, Selection: with}.encode()})
		}
	}
	var rows [][]Button
	for len(all) > 0 {
		n := min(facetsInRow, len(all))
		rows, all = append(rows, all[:n]), all[n:]
	}
	return rows
}

func facetLabel(d filter.Dimension, v string) string {
	switch d {
	case filter.ByKind:
		return map[string]string{"video": "🎬 Video", "audio": "🎵 Audio", "photo": "🖼 Photo", "document": "📄 Document"}[v]
	case filter.BySeason:
		return "Season " + v
	case filter.ByResolution:
		return v + "p"
	case filter.ByLanguage:
		return strings.ToUpper(v[:1]) + v[1:]
	case filter.ByYear:
	}
	return v
}

func fileLabel(f filter.File) string {
	label := clean(f.Media.Name, maxButton)
	if f.Media.Size > 0 {
		label += " · " + size(f.Media.Size)
	}
	return label
}

// size writes bytes as people do.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

// clean makes a name safe to show: one line, no characters that turn the writing round or hide, at most so many runes.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200d' || r == '\u200c': // joiners are part of emoji and of Indic and Persian words
			return r
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		s = strings.TrimSpace(string(r[:most-1])) + "…"
	}
	return s
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
