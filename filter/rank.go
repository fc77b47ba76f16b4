package filter

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"

	"pavilion/internal/fault"
)

// Ranks, best first.
const (
	rankTitle   uint8 = iota // the title is what was typed, and the year if one was typed
	rankPhrase               // the words stand in the name side by side, in order
	rankExact                // every word stands in the name or caption
	rankPrefix               // the last word is the beginning of one
	rankSimilar              // a word is within the edit distance
	rankNone                 // no match
)

// matcher decides how well a file answers a query.
type matcher struct {
	query    query
	similar  map[string]map[string]bool // typed word → words it was taken for
	variants []variant
}

// rankFile judges a file. titled tells that the file stands in the list of the title that was typed: parsing its name for the title would take
// longer than everything else together (0.2 ms).
func (j matcher) rankFile(f File, titled bool) uint8 {
	name := tokenSequence(f.Media.Name)
	all := name
	have := make(map[string]bool, len(all))
	for _, t := range name {
		have[t] = true
	}
	best := j.rankTerms(have)
	if best != rankExact && f.Media.Caption != "" && f.Media.Caption != f.Media.Name {
		all = append(slices.Clone(name), tokenSequence(f.Media.Caption)...)
		for _, t := range all[len(name):] {
			have[t] = true
		}
		best = j.rankTerms(have)
	}
	if best == rankExact {
		switch {
		case titled && containsPhrase(name, j.query.titleWords()):
			return rankTitle
		case containsPhrase(name, j.query.terms):
			return rankPhrase
		}
	}
	for _, v := range j.variants {
		if best > rankExact && hasAll(have, v.terms) && (v.pair == nil || containsPhrase(all, v.pair)) {
			return rankExact // the same words, written in another way
		}
	}
	return best
}

// rankTerms ranks by the worst of the words.
func (j matcher) rankTerms(have map[string]bool) uint8 {
	worst := rankExact
	for i, t := range j.query.terms {
		switch {
		case have[t]:
		case j.query.lastIsPrefix && i == len(j.query.terms)-1 && hasPrefix(have, t):
			worst = max(worst, rankPrefix)
		case j.hasSimilar(have, t):
			worst = rankSimilar
		default:
			return rankNone
		}
	}
	return worst
}

func (j matcher) hasSimilar(have map[string]bool, t string) bool {
	for s := range j.similar[t] {
		if have[s] {
			return true
		}
	}
	return false
}

func hasPrefix(have map[string]bool, prefix string) bool {
	for t := range have {
		if strings.HasPrefix(t, prefix) {
			return true
		}
	}
	return false
}

func hasAll(have map[string]bool, terms []string) bool {
	return !slices.ContainsFunc(terms, func(t string) bool { return !have[t] })
}

func containsPhrase(in, phrase []string) bool {
	for i := 0; i+len(phrase) <= len(in); i++ {
		if slices.Equal(in[i:i+len(phrase)], phrase) {
			return true
		}
	}
	return false
}

// Cursor is a place in the total order of a query's results: rank, then newest, then id. Pages are cut at a cursor, so a post that
// arrives between two pages shifts nothing.
type Cursor struct {
	Rank     uint8
	Posted   int32
	Document DocumentID
}

// Compare orders cursors as results are shown.
func (c Cursor) Compare(o Cursor) int {
	return cmp.Or(cmp.Compare(c.Rank, o.Rank), cmp.Compare(o.Posted, c.Posted), cmp.Compare(o.Document, c.Document))
}

// Zero tells the cursor that stands before everything.
func (c Cursor) Zero() bool { return c == Cursor{} }

// String is 18 characters that are safe in callback data; empty for the zero cursor.
func (c Cursor) String() string {
	if c.Zero() {
		return ""
	}
	b := []byte{c.Rank}
	b = binary.BigEndian.AppendUint32(b, uint32(c.Posted))   //nolint:gosec // turned back by ParseCursor
	b = binary.BigEndian.AppendUint64(b, uint64(c.Document)) //nolint:gosec // turned back by ParseCursor
	return base64.RawURLEncoding.EncodeToString(b)
}

// ErrCursor means that a cursor did not come from String.
var ErrCursor = fault.New(fault.Invalid, "cursor_invalid", "That page is not one of mine. Please search again.")

// ParseCursor reads what String wrote.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != 13 || b[0] >= rankNone {
		return Cursor{}, ErrCursor
	}
	return Cursor{
		Rank: b[0], Posted: int32(binary.BigEndian.Uint32(b[1:])), Document: DocumentID(binary.BigEndian.Uint64(b[5:])), //nolint:gosec // written by String
	}, nil
}
