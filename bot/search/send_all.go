package search

import (
	"context"
	"errors"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
)

// Deliveries send files and make links.
type Deliveries interface {
	// Deliver sends one file for a tap, and answers the tap. sent is false if the tap is answered without the file.
	Deliver(ctx context.Context, e *telegram.Event, file filter.File) (sent bool, err error)
	// SendAll sends files one after the other, at most MostFiles, and answers the tap.
	SendAll(ctx context.Context, e *telegram.Event, files []filter.File) error
	// LinkTo answers the tap with links to files and to the query that found them.
	LinkTo(ctx context.Context, e *telegram.Event, files []filter.File, query string) error
	MayLink(ctx context.Context, person int64) bool
	MostFiles(ctx context.Context) int
}

// The payloads of letterAll.
const (
	allOfPage   = "p" // the files of the page
	allOfResult = "r" // and the selection: every file of the result
	allLinks    = "l" // links to the files of the page
)

// allButtons send all files of the page or of the result. The files of the page are read from the message's own buttons, so that they are the ones that the
// person sees.
func (r results) allButtons(tap pageTap, p filter.Page) [][]telegram.Button {
	if len(p.Rows) == 0 {
		return nil
	}
	var row []telegram.Button
	add := func(text, payload string) {
		if b, ok := (chat.Data{Letter: letterAll, Owner: r.owner, Payload: payload}).Button(text); ok {
			row = append(row, b)
		}
	}
	if len(p.Rows) > 1 {
		add(r.in.Say("search.send_page", len(p.Rows)), allOfPage)
	}
	if p.Total > len(p.Rows) && r.mostFiles > len(p.Rows) {
		add(r.in.Say("search.send_result", min(p.Total, r.mostFiles)), allOfResult+":"+encodeSelection(tap.selection, false))
	}
	var rows [][]telegram.Button
	if len(row) > 0 {
		rows = append(rows, row)
	}
	if r.mayLink {
		row = nil
		add(r.in.Say("search.links"), allLinks)
		rows = append(rows, row)
	}
	return rows
}

// tapAll sends all files of a page or of a result, or links to them.
func (s *Screens) tapAll(ctx context.Context, e *telegram.Event, d chat.Data) error {
	f := chat.ParseFields(d.Payload)
	what := f.Next()
	var sel filter.Selection
	if what == allOfResult {
		sel, _ = parseSelection(f)
	}
	if !f.Done() {
		return chat.ErrButton
	}
	switch what {
	case allOfPage:
		files, err := s.shownFiles(ctx, e)
		if err != nil {
			return err
		}
		return s.Deliveries.SendAll(ctx, e, files)
	case allLinks:
		files, err := s.shownFiles(ctx, e)
		if err != nil {
			return err
		}
		query, err := s.queryOf(ctx, e)
		if err != nil {
			return err
		}
		return s.Deliveries.LinkTo(ctx, e, files, query)
	case allOfResult:
		query, err := s.queryOf(ctx, e)
		if err != nil {
			return err
		}
		files, err := s.allFiles(ctx, query, sel)
		if err != nil {
			return err
		}
		return s.Deliveries.SendAll(ctx, e, files)
	}
	return chat.ErrButton
}

// allFiles are the files of a result, as many as are sent at once. The search hands a long result out in parts.
func (s *Screens) allFiles(ctx context.Context, query string, sel filter.Selection) ([]filter.File, error) {
	var files []filter.File
	most := s.Deliveries.MostFiles(ctx)
	q := filter.Query{Text: query, Selection: sel}
	for {
		q.Limit = most - len(files)
		page, err := s.Searcher.Search(ctx, q)
		if err != nil {
			return nil, err
		}
		files = append(files, page.Files...)
		if len(page.Files) == 0 || !page.HasNext || len(files) >= most {
			return files, nil
		}
		q.After = page.Last
	}
}

// shownFiles are the files on the buttons of the tapped message. Files that are gone from the archive are left out.
func (s *Screens) shownFiles(ctx context.Context, e *telegram.Event) ([]filter.File, error) {
	buttons, err := telegram.NewDeliverer(s.Messenger).ButtonsOf(ctx, e.Chat, e.MessageID)
	if err != nil {
		return nil, err
	}
	var files []filter.File
	for _, data := range buttons {
		d, err := chat.ParseData(data)
		if err != nil {
			continue
		}
		get, ok := shownFile(d)
		if !ok {
			continue
		}
		file, err := s.Searcher.File(ctx, get.document, get.at)
		if errors.Is(err, filter.ErrFileNotFound) || errors.Is(err, filter.ErrFileUnreachable) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if get.at != (filter.Place{}) { // the place whose caption was found stands first
			file.Places = append([]filter.Place{get.at}, file.Places...)
		}
		files = append(files, file)
	}
	return files, nil
}

// shownFile returns the file of a button; of a title with several files, the best match.
func shownFile(d chat.Data) (get getTap, ok bool) {
	switch d.Letter {
	case letterGet:
		get, err := parseGet(d.Payload)
		return get, err == nil
	case letterRow:
		row, err := parseRow(d.Payload)
		return getTap{document: row.document}, err == nil
	}
	return getTap{}, false
}
