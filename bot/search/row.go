package search

import (
	"fmt"
	"strings"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/phrase"
)

// row draws the files of one title, and the subtitles that fit it.
func (r results) row(query string, sel filter.Selection, p filter.Page) telegram.Reply {
	header := queryMark + telegram.CleanLine(query, maxQuery)
	row := p.Rows[0]
	title := telegram.CleanLine(row.Title(), maxLabel)
	reply := telegram.Reply{Text: header + "\n" + title + "\n" + r.in.Say("search.found", len(row.Files)+len(row.Subtitles)) + " · " + r.in.Say("search.tap"), Bold: len(header)}
	for _, f := range row.Files {
		reply.Keyboard = r.addFile(reply.Keyboard, r.versionLabel(f), f)
	}
	for _, f := range row.Subtitles {
		reply.Keyboard = r.addFile(reply.Keyboard, subtitleMark+fileLabel(f), f)
	}
	back := r.pageButton("◀ "+r.in.Say("search.back"), pageTap{selection: sel, cursor: p.Start})
	reply.Keyboard = append(reply.Keyboard, []telegram.Button{back})
	return reply
}

const subtitleMark = "💬 "

// addFile adds a button that delivers a file.
func (r results) addFile(rows [][]telegram.Button, label string, f filter.File) [][]telegram.Button {
	get := getTap{document: f.Media.Document}
	if len(f.Places) > 0 {
		get.at = f.Places[0]
	}
	return r.addButton(rows, label, letterGet, get.encode())
}

// rowLabel names a title and its versions: "Inception 2010 · 720p, 1080p · Hindi · 0.7–2 GB".
func (r results) rowLabel(row filter.Row) string {
	v := row.Versions()
	parts := []string{telegram.CleanLine(row.Title(), maxLabel)}
	if len(row.Files) > 1 {
		parts[0] += fmt.Sprintf(" ×%d", len(row.Files))
	}
	if len(row.Subtitles) > 0 {
		parts[0] = subtitleMark + parts[0]
	}
	var lines []string
	for _, n := range v.Resolutions {
		lines = append(lines, r.filterLabel(filter.ByResolution, fmt.Sprint(n)))
	}
	parts = append(parts, strings.Join(lines, ", "), r.languageNames(v.Languages))
	switch {
	case v.Largest == 0:
	case v.Smallest == v.Largest:
		parts = append(parts, phrase.Size(v.Largest))
	default:
		parts = append(parts, phrase.Size(v.Smallest)+" – "+phrase.Size(v.Largest))
	}
	return joinParts(parts)
}

// versionLabel tells a file from the others of its title. Without a resolution or a language it is the name.
func (r results) versionLabel(f filter.File) string {
	resolution, languages := filter.Version(f)
	if resolution == 0 && len(languages) == 0 {
		return fileLabel(f)
	}
	parts := []string{"", r.languageNames(languages)}
	if resolution != 0 {
		parts[0] = r.filterLabel(filter.ByResolution, fmt.Sprint(resolution))
	}
	if f.Media.Size > 0 {
		parts = append(parts, phrase.Size(f.Media.Size))
	}
	return joinParts(append(parts, telegram.CleanLine(f.Media.Name, maxLabel)))
}

func (r results) languageNames(languages []string) string {
	var names []string
	for _, l := range languages {
		names = append(names, r.filterLabel(filter.ByLanguage, l))
	}
	return strings.Join(names, ", ")
}

// joinParts joins the parts that are not empty.
func joinParts(parts []string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " · ")
}
