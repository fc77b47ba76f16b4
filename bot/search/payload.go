package search

import (
	"math"
	"strconv"
	"strings"

	"pavilion/bot/chat"
	"pavilion/filter"
)

// pageTap is the payload of a button to another page or filter.
type pageTap struct {
	selection filter.Selection
	flat      bool // a row for every file instead of for every title
	back      bool // the page before cursor, not the one after
	cursor    filter.Cursor
}

func (p pageTap) encode() string {
	direction := ">"
	if p.back {
		direction = "<"
	}
	return encodeSelection(p.selection, p.flat) + ":" + direction + p.cursor.String()
}

func parsePage(payload string) (pageTap, error) {
	f := chat.ParseFields(payload)
	var p pageTap
	p.selection, p.flat = parseSelection(f)
	direction := f.Next()
	p.back = strings.HasPrefix(direction, "<")
	cursor, err := filter.ParseCursor(strings.TrimLeft(direction, "<>"))
	if err != nil || !f.Done() {
		return pageTap{}, chat.ErrButton
	}
	p.cursor = cursor
	return p, nil
}

// rowTap is the payload of a button that lists the files of a title: one of them.
type rowTap struct {
	selection filter.Selection
	document  filter.DocumentID
}

func (r rowTap) encode() string {
	return encodeSelection(r.selection, false) + ":" + chat.Base36(int64(r.document))
}

func parseRow(payload string) (rowTap, error) {
	f := chat.ParseFields(payload)
	var r rowTap
	r.selection, _ = parseSelection(f)
	r.document = filter.DocumentID(f.Number())
	if !f.Done() {
		return rowTap{}, chat.ErrButton
	}
	return r, nil
}

// getTap is the payload of a button that delivers a file: the document, and a place whose caption is delivered. Old buttons have no place.
type getTap struct {
	document filter.DocumentID
	at       filter.Place
}

func (g getTap) encode() string {
	payload := chat.Base36(int64(g.document))
	if g.at != (filter.Place{}) {
		payload += ":" + chat.Base36(int64(g.at.Channel)) + ":" + chat.Base36(int64(g.at.Message))
	}
	return payload
}

func parseGet(payload string) (getTap, error) {
	f := chat.ParseFields(payload)
	g := getTap{document: filter.DocumentID(f.Number())}
	if f.More() {
		g.at = filter.Place{Channel: filter.ChannelID(f.NumberUpTo(math.MaxInt64)), Message: filter.MessageID(f.NumberUpTo(math.MaxInt32))}
	}
	if !f.Done() {
		return getTap{}, chat.ErrButton
	}
	return g, nil
}

// dimensionMarks are the letters of the dimensions in a selection.
const dimensionMarks = "ksrly"

// flatMark stands in a selection for a row for every file.
const flatMark = "u"

// encodeSelection writes a selection as letter and value, with dots between: k1 is a kind by its number.
func encodeSelection(s filter.Selection, flat bool) string {
	var parts []string
	if flat {
		parts = append(parts, flatMark)
	}
	for d := filter.ByKind; d <= filter.ByYear; d++ {
		v := s.Value(d)
		if d == filter.ByKind && s.Kind != nil {
			v = strconv.Itoa(int(*s.Kind))
		}
		if v != "" {
			parts = append(parts, string(dimensionMarks[d])+v)
		}
	}
	return strings.Join(parts, ".")
}

func parseSelection(f *chat.Fields) (s filter.Selection, flat bool) {
	text := f.Next()
	if text == "" {
		return s, false
	}
	for part := range strings.SplitSeq(text, ".") {
		if part == flatMark && !flat {
			flat = true
			continue
		}
		if part == "" {
			f.Reject()
			return s, false
		}
		d := strings.IndexByte(dimensionMarks, part[0])
		value := part[1:]
		if filter.Dimension(d) == filter.ByKind { //nolint:gosec // -1 becomes 255, which With refuses
			n, err := strconv.ParseUint(value, 10, 2)
			if err != nil {
				f.Reject()
				return s, false
			}
			value = filter.Kind(n).String()
		}
		var err error
		if s, err = s.With(filter.Dimension(d), value); d < 0 || err != nil || value == "" { //nolint:gosec // see above
			f.Reject()
			return s, false
		}
	}
	return s, flat
}
