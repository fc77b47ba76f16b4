package filter

import "slices"

// Range is a range of message ids that includes both ends.
type Range struct {
	From MessageID
	To   MessageID
}

// Ledger records how far a channel is indexed: every id up to Low, the watermark, is stored or is in Gaps. Nothing is known of the ids above.
// Indexer.SaveLedgers stores it with its channel.
type Ledger struct {
	Low  MessageID
	Gaps []Range // ascending; they neither overlap nor touch
}

// AddGap adds ids to the gaps. An empty range adds none.
func (l *Ledger) AddGap(r Range) {
	if r.From > r.To {
		return
	}
	var merged []Range
	for _, g := range l.Gaps {
		if g.To+1 < r.From || r.To+1 < g.From {
			merged = append(merged, g)
			continue
		}
		r.From, r.To = min(r.From, g.From), max(r.To, g.To)
	}
	merged = append(merged, r)
	slices.SortFunc(merged, func(a, b Range) int { return int(a.From - b.From) })
	l.Gaps = merged
}

// FillGap removes ids from the gaps.
func (l *Ledger) FillGap(r Range) {
	var left []Range
	for _, g := range l.Gaps {
		if g.To < r.From || r.To < g.From {
			left = append(left, g)
			continue
		}
		if g.From < r.From {
			left = append(left, Range{g.From, r.From - 1})
		}
		if r.To < g.To {
			left = append(left, Range{r.To + 1, g.To})
		}
	}
	l.Gaps = left
}

// GapSize returns the number of ids in all gaps.
func (l *Ledger) GapSize() int {
	n := 0
	for _, g := range l.Gaps {
		n += int(g.To - g.From + 1)
	}
	return n
}

// NextMissing returns the n lowest ids in the gaps.
func (l *Ledger) NextMissing(n int) []MessageID {
	var ids []MessageID
	for _, g := range l.Gaps {
		for id := g.From; id <= g.To; id++ {
			if len(ids) == n {
				return ids
			}
			ids = append(ids, id)
		}
	}
	return ids
}
