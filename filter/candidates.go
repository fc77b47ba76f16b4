package filter

import (
	"context"
	"slices"
)

// candidates yields the ids that are in a list of every clause of a plan, as far as the lists are short enough to be read.
type candidates struct {
	reader *listReader
	words  []string   // the clause with the fewest files, of which every id is tried
	checks [][]string // the words of the other clauses
	taken  map[string]int
	capped bool // a list was too long to be read to its end
}

// candidatesOf opens the lists of a plan. With no list for a clause there are no candidates.
func (r *listReader) candidatesOf(ctx context.Context, p plan) (*candidates, error) {
	c := &candidates{reader: r, taken: map[string]int{}}
	type condition struct {
		words  []string
		size   int
		single bool // the clause has one word, which is no acronym
	}
	conditions := make([]condition, len(p))
	for i, cl := range p {
		words, size := r.words(cl)
		if size == 0 {
			return c, nil
		}
		conditions[i] = condition{words, size, len(cl.words) == 1 && !isAcronymKey(cl.words[0])}
	}
	slices.SortStableFunc(conditions, func(a, b condition) int { return a.size - b.size })
	least := map[string]int{}
	for i, cond := range conditions {
		if i == 0 {
			c.words = cond.words
			continue
		}
		if cond.size > maxListIDs {
			break // the files are checked instead
		}
		if conditions[0].size <= fewIDs && (!cond.single || !r.hasWhole(cond.words)) {
			continue // likewise; but what is in memory costs no read, and every match has the only word of a clause
		}
		c.checks = append(c.checks, cond.words)
		for _, w := range cond.words {
			least[w] = maxListIDs
		}
	}
	if len(c.checks) > 0 {
		for _, w := range c.words {
			least[w] = maxListIDs
		}
	}
	return c, r.extend(ctx, least)
}

// hasWhole reports that no id of the words' lists is left to be read.
func (r *listReader) hasWhole(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return r.open[w].next >= 0 })
}

// next returns at most n further ids, none at the end.
func (c *candidates) next(ctx context.Context, n int) (ids []int64, err error) {
	for len(ids) < n {
		least := map[string]int{}
		ended := true
		for _, w := range c.words { // one of each word in turn, because no list tells which id is the newest
			l, at := c.reader.open[w], c.taken[w]
			switch {
			case at >= maxListIDs:
				c.capped = true
			case at < len(l.ids):
				ended = false
				c.taken[w]++
				if len(ids) < n && c.passes(l.ids[at]) {
					ids = append(ids, l.ids[at])
				} else if len(ids) == n {
					c.taken[w]--
				}
			case l.next >= 0:
				least[w] = at + chunkIDs
			}
		}
		switch {
		case len(least) > 0:
			if err := c.reader.extend(ctx, least); err != nil {
				return nil, err
			}
		case ended:
			return ids, nil
		}
	}
	return ids, nil
}

// passes reports whether an id is in a list of every other clause.
func (c *candidates) passes(id int64) bool {
	for _, words := range c.checks {
		if !slices.ContainsFunc(words, func(w string) bool { return c.reader.open[w].contains(id) }) {
			return false
		}
	}
	return true
}

// appendWords adds the words of a plan, some of them more than once.
func (p plan) appendWords(words []string) []string {
	for _, cl := range p {
		words = append(words, cl.words...)
	}
	return words
}
