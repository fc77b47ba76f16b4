package groups

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// matcher finds the filters whose words stand in a message. A group's matcher is made once for each version of its filters.
type matcher struct {
	version int64
	byFirst map[string][]pattern // by the first word; the longest first
}

// pattern is the words of one filter.
type pattern struct {
	id    FilterID
	words []string
	size  int // characters
}

// filterWords is a filter's id with its stored key.
type filterWords struct {
	id  FilterID
	key string
}

func newMatcher(version int64, filters []filterWords) *matcher {
	m := &matcher{version: version, byFirst: map[string][]pattern{}}
	for _, f := range filters {
		words := wordsOf(f.key)
		if len(words) == 0 {
			continue
		}
		m.byFirst[words[0]] = append(m.byFirst[words[0]], pattern{f.id, words, utf8.RuneCountInString(f.key)})
	}
	for _, list := range m.byFirst {
		slices.SortFunc(list, func(a, b pattern) int {
			return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.id, b.id))
		})
	}
	return m
}

// longest returns the longest pattern whose words stand next to each other in the message; of equally long ones the first in the message.
func (m *matcher) longest(words []string) (best pattern, found bool) {
	if len(m.byFirst) == 0 {
		return best, false
	}
	for i, w := range words {
		for _, p := range m.byFirst[w] {
			if p.size <= best.size {
				break
			}
			if len(p.words) <= len(words)-i && slices.Equal(p.words, words[i:i+len(p.words)]) {
				best, found = p, true
				break
			}
		}
	}
	return best, found
}

// Match returns the filter that answers a message: the longest one of the group and the club. Of equally long ones it is the group's.
func (g *Group) Match(text string) (FilterID, bool) {
	if len(g.own.byFirst) == 0 && (g.club == nil || len(g.club.byFirst) == 0) {
		return 0, false
	}
	words := wordsOf(text)
	best, found := g.own.longest(words)
	if g.club != nil {
		if p, ok := g.club.longest(words); ok && p.size > best.size {
			best, found = p, true
		}
	}
	return best.id, found
}
