package search

import (
	"fmt"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/phrase"
)

const (
	queryMark   = "🔎 " // begins a results message; the query follows
	maxLabel    = 48   // runes of a name on a button
	maxFacets   = 12
	facetsInRow = 4
)

// results draws pages of results for one person.
type results struct {
	in       *phrase.Speaker
	owner    int64 // who may tap the buttons
	pageSize int

	mostFiles int  // that are sent at once
	mayLink   bool // the owner may make links
}

// page draws a page. Its first line is the query, so that the query can be read back from the message.
func (r results) page(query string, tap pageTap, p filter.Page) telegram.Reply {
	sel := tap.selection
	header := queryMark + telegram.CleanLine(query, maxQuery)
	text := header + "\n" + r.summary(p)
	if len(p.Missing) > 0 {
		text += "\n" + r.in.Say("search.partial", len(p.Missing), strings.Join(p.Missing, ", "))
	}
	reply := telegram.Reply{Text: text, Bold: len(header)}
	if len(p.Rows) == 0 {
		return r.nothing(reply, tap, p)
	}
	for _, row := range p.Rows {
		if len(row.Files)+len(row.Subtitles) == 1 {
			reply.Keyboard = r.addFile(reply.Keyboard, fileLabel(row.Files[0]), row.Files[0])
		} else {
			reply.Keyboard = r.addButton(reply.Keyboard, r.rowLabel(row), letterRow, rowTap{sel, row.Files[0].Media.Document}.encode())
		}
	}
	if buttons := r.pageButtons(tap, p); len(buttons) > 0 {
		reply.Keyboard = append(reply.Keyboard, buttons)
	}
	reply.Keyboard = append(reply.Keyboard, r.allButtons(tap, p)...)
	reply.Keyboard = append(reply.Keyboard, r.filterButtons(tap, p)...)
	if tap.flat || p.Total > p.RowsTotal {
		key := "search.flat"
		if tap.flat {
			key = "search.grouped"
		}
		reply.Keyboard = append(reply.Keyboard, []telegram.Button{r.pageButton(r.in.Say(key), pageTap{selection: sel, flat: !tap.flat})})
	}
	return reply
}

// nothing adds buttons to a page without files: the suggestion, the query with fewer words, filters to remove, and help.
func (r results) nothing(reply telegram.Reply, tap pageTap, p filter.Page) telegram.Reply {
	other, said := p.Suggestion, "search.suggest"
	if other == "" {
		other, said = p.Fewer, "search.fewer"
	}
	if other != "" {
		reply.Text += "\n" + r.in.Say(said, other)
		reply.Keyboard = r.addButton(reply.Keyboard, queryMark+telegram.CleanLine(other, maxLabel), letterSuggest, "")
	}
	reply.Keyboard = append(reply.Keyboard, r.filterButtons(tap, p)...)
	reply.Keyboard = r.addButton(reply.Keyboard, r.in.Say("search.how_button"), letterHow, "")
	return reply
}

// summary says how many files there are, and which page this is.
func (r results) summary(p filter.Page) string {
	if len(p.Rows) == 0 {
		return r.in.Say("search.nothing")
	}
	found, page := "search.found", "search.page"
	if p.Capped {
		found = "search.found_more"
	}
	if p.RowsCapped {
		page = "search.page_more"
	}
	parts := []string{r.in.Say(found, p.Total)}
	if pages := r.pages(p); pages > 1 {
		parts = append(parts, r.in.Say(page, p.Skipped/r.pageSize+1, pages))
	}
	return strings.Join(append(parts, r.in.Say("search.tap")), " · ")
}

func (r results) pages(p filter.Page) int { return (p.RowsTotal + r.pageSize - 1) / r.pageSize }

// suggestionIn reads the suggestion, or the query with fewer words, from a message of ours. It is the text after the first ": " of the last line, in every
// language. The first line is the user's query and is not trusted.
func suggestionIn(text string) (string, bool) {
	first, rest, _ := strings.Cut(text, "\n")
	last := rest[strings.LastIndex(rest, "\n")+1:]
	_, query, ok := strings.Cut(last, ": ")
	return query, ok && query != "" && strings.HasPrefix(first, queryMark)
}

// addButton adds a row of one button; one that does not fit is left out.
func (r results) addButton(rows [][]telegram.Button, text string, letter byte, payload string) [][]telegram.Button {
	if b, ok := (chat.Data{Letter: letter, Owner: r.owner, Payload: payload}).Button(text); ok {
		rows = append(rows, []telegram.Button{b})
	}
	return rows
}

// pageButton leads to another page or filter.
func (r results) pageButton(text string, to pageTap) telegram.Button {
	b, _ := chat.Data{Letter: letterPage, Owner: r.owner, Payload: to.encode()}.Button(text)
	return b
}

func (r results) pageButtons(tap pageTap, p filter.Page) []telegram.Button {
	if !p.HasPrev && !p.HasNext {
		return nil
	}
	var row []telegram.Button
	if p.HasPrev {
		row = append(row, r.pageButton("◀", pageTap{selection: tap.selection, flat: tap.flat, back: true, cursor: p.First}))
	}
	row = append(row, chat.Label(fmt.Sprintf("%d/%d", p.Skipped/r.pageSize+1, r.pages(p)), r.owner))
	if p.HasNext {
		row = append(row, r.pageButton("▶", pageTap{selection: tap.selection, flat: tap.flat, cursor: p.Last}))
	}
	return row
}

// filterButtons add a filter, or take one off again.
func (r results) filterButtons(tap pageTap, p filter.Page) [][]telegram.Button {
	sel := tap.selection
	var all []telegram.Button
	for d := filter.ByKind; d <= filter.ByYear; d++ {
		if v := sel.Value(d); v != "" {
			if without, err := sel.With(d, ""); err == nil {
				all = append(all, r.pageButton("✕ "+r.filterLabel(d, v), pageTap{selection: without, flat: tap.flat}))
			}
		}
	}
	for _, f := range p.Facets {
		if with, err := sel.With(f.Dimension, f.Value); err == nil && len(all) < maxFacets {
			all = append(all, r.pageButton(r.filterLabel(f.Dimension, f.Value), pageTap{selection: with, flat: tap.flat}))
		}
	}
	var rows [][]telegram.Button
	for len(all) > 0 {
		n := min(facetsInRow, len(all))
		rows, all = append(rows, all[:n]), all[n:]
	}
	return rows
}

func (r results) filterLabel(d filter.Dimension, v string) string {
	switch d {
	case filter.ByKind:
		return r.in.Say("kind." + v)
	case filter.BySeason:
		return r.in.Say("search.season", v)
	case filter.ByResolution:
		return v + "p"
	case filter.ByLanguage:
		return strings.ToUpper(v[:1]) + v[1:]
	case filter.ByYear:
	}
	return v
}

func fileLabel(f filter.File) string {
	label := telegram.CleanLine(f.Media.Name, maxLabel)
	if f.Media.Size > 0 {
		label += " · " + phrase.Size(f.Media.Size)
	}
	return label
}
