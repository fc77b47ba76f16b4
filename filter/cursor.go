package filter

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"

	"pavilion/internal/fault"
)

// The results of a broad query have parts. The first part has the best of the matches that a search reads for the first page; each next part has four times as
// many and is ordered in itself. So a search reads few files for the first pages, and all results can be paged to.
const (
	partShift = 5 // a Cursor.Rank has the rank in the bits below
	lastPart  = 7 // has all further matches
)

func (c Cursor) part() int { return int(c.Rank >> partShift) }

// inPart returns the cursor of a match that belongs to a part.
func (c Cursor) inPart(part int) Cursor {
	c.Rank |= uint8(part) << partShift //nolint:gosec // at most lastPart
	return c
}

// Cursor is a position in the total order of a query's results: part, rank, then the most taken first, then the newest, then by id. Pages are cut at a
// cursor, so a post that arrives between two pages shifts none of them.
type Cursor struct {
	Rank     uint8 // the part of the results in the highest three bits, the rank in the others
	Taken    uint8 // how often the file was taken, as a level; 0 if the name has the words of the query as they were typed
	Posted   int32
	Document DocumentID
}

// Compare orders cursors like the results.
func (c Cursor) Compare(o Cursor) int {
	return cmp.Or(cmp.Compare(c.Rank, o.Rank), cmp.Compare(o.Taken, c.Taken), cmp.Compare(o.Posted, c.Posted), cmp.Compare(o.Document, c.Document))
}

// Zero reports the zero cursor, which comes before all results.
func (c Cursor) Zero() bool { return c == Cursor{} }

// String returns 18 characters that are safe in callback data, 19 for a file that was taken, or none for the zero cursor.
func (c Cursor) String() string {
	if c.Zero() {
		return ""
	}
	b := []byte{c.Rank}
	b = binary.BigEndian.AppendUint32(b, uint32(c.Posted))   //nolint:gosec // turned back by ParseCursor
	b = binary.BigEndian.AppendUint64(b, uint64(c.Document)) //nolint:gosec // turned back by ParseCursor
	if c.Taken > 0 {
		b = append(b, c.Taken)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// cursorSize is the number of bytes of a cursor without Taken.
const cursorSize = 13

// ErrCursor means that String did not write the cursor.
var ErrCursor = fault.New(fault.Invalid, "cursor_invalid")

// ParseCursor is the inverse of Cursor.String.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != cursorSize && (len(b) != cursorSize+1 || b[cursorSize] == 0) || b[0] == rankNone {
		return Cursor{}, ErrCursor
	}
	c := Cursor{Rank: b[0], Posted: int32(binary.BigEndian.Uint32(b[1:])), Document: DocumentID(binary.BigEndian.Uint64(b[5:]))} //nolint:gosec // written by String
	if len(b) > cursorSize {
		c.Taken = b[cursorSize]
	}
	return c, nil
}
