package filter

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Selection is the set of filters of a search; a zero field does not filter.
type Selection struct {
	Kind       *Kind
	Season     int
	Resolution int
	Language   string
	Year       int
}

// Dimension is a property of files that a filter button selects by.
type Dimension uint8

// The dimensions, in the order of their buttons.
const (
	ByKind Dimension = iota
	BySeason
	ByResolution
	ByLanguage
	ByYear
)

// Facet is one filter button: a value of a dimension with the number of results that have it.
type Facet struct {
	Dimension Dimension
	Value     string
	Count     int
}

// facetSample is the number of best results that the facets are counted from.
const facetSample = 100

// With returns the selection with the value set in a dimension. An empty value clears the dimension.
func (s Selection) With(d Dimension, value string) (Selection, error) {
	n := 0
	if value != "" && (d == BySeason || d == ByResolution || d == ByYear) {
		var err error
		if n, err = strconv.Atoi(value); err != nil || n < 0 || n > 9999 {
			return s, fmt.Errorf("selection: %w", ErrCursor)
		}
	}
	switch d {
	case ByKind:
		s.Kind = nil
		for _, k := range []Kind{KindDocument, KindVideo, KindAudio, KindPhoto} {
			if k.String() == value {
				s.Kind = &kinds[k]
			}
		}
	case BySeason:
		s.Season = n
	case ByResolution:
		s.Resolution = n
	case ByLanguage:
		if value != "" && !languages[value] {
			return s, fmt.Errorf("selection: %w", ErrCursor)
		}
		s.Language = value
	case ByYear:
		s.Year = n
	default:
		return s, fmt.Errorf("selection: %w", ErrCursor)
	}
	return s, nil
}

// kinds holds one address for each kind, so that equal selections compare equal with ==.
var kinds = [...]Kind{KindDocument, KindVideo, KindAudio, KindPhoto} //nolint:gochecknoglobals // a table, never written

// Value returns the selected value of a dimension, empty when none is selected.
func (s Selection) Value(d Dimension) string {
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	switch d {
	case ByKind:
		if s.Kind != nil {
			return s.Kind.String()
		}
	case BySeason:
		return number(s.Season)
	case ByResolution:
		return number(s.Resolution)
	case ByLanguage:
		return s.Language
	case ByYear:
		return number(s.Year)
	}
	return ""
}

// requiredTokens returns one list of alternatives for each filter that tokens can express. A file that matches has a token of every list.
func (s Selection) requiredTokens() [][]string {
	var out [][]string
	if s.Year != 0 {
		out = append(out, []string{strconv.Itoa(s.Year)})
	}
	if s.Season != 0 {
		out = append(out, []string{seasonToken(s.Season)})
	}
	switch s.Resolution {
	case 0:
	case 2160:
		out = append(out, []string{"2160p", "4k", "uhd"})
	case 1080:
		out = append(out, []string{"1080p", "1080i"})
	}
	return out
}

// matches checks the file itself. requiredTokens only reduces the number of files to fetch.
func (s Selection) matches(f File) bool {
	if s == (Selection{}) {
		return true
	}
	if s.Kind != nil && *s.Kind != f.Media.Kind {
		return false
	}
	t := traitsOf(f.Media)
	return (s.Season == 0 || s.Season == t.season) && (s.Resolution == 0 || s.Resolution == t.resolution) &&
		(s.Language == "" || slices.Contains(t.languages, s.Language)) && (s.Year == 0 || s.Year == t.year)
}

// countFacets counts the values of the best results. It leaves out a value that all of them have, because it would filter nothing.
func countFacets(all []result, sel Selection) []Facet {
	counts := map[Facet]int{}
	sample := all[:min(len(all), facetSample)]
	for _, r := range sample {
		t := traitsFrom(r.name, r.file.Media)
		own := Selection{Kind: &kinds[r.file.Media.Kind%4], Season: t.season, Resolution: t.resolution, Year: t.year}
		for d := ByKind; d <= ByYear; d++ {
			if v := own.Value(d); v != "" && sel.Value(d) == "" {
				counts[Facet{Dimension: d, Value: v}]++
			}
		}
		for _, l := range t.languages {
			if sel.Language == "" {
				counts[Facet{Dimension: ByLanguage, Value: l}]++
			}
		}
	}
	var out []Facet
	for f, n := range counts {
		if n < len(sample) {
			out = append(out, Facet{f.Dimension, f.Value, n})
		}
	}
	slices.SortFunc(out, func(a, b Facet) int {
		return cmp.Or(cmp.Compare(a.Dimension, b.Dimension), cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
	return out
}
