package filter

import "slices"

// Range is a run of message ids, both ends included.
type Range struct {
	From MessageID `bson:"f"`
	To   MessageID `bson:"t"`
}

// Ledger says which messages of a channel the index still owes: every id up to Low is stored or stands in Gaps; nothing is known of the
// ids above. It is pure; Indexer.Keep has it stored with its channel.
type Ledger struct {
	Low  MessageID
	Gaps []Range // ascending, apart, not empty
}

// Owe adds ids to the gaps.
func (l *Ledger) Owe(r Range) {
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

// Settle takes ids out of the gaps.
func (l *Ledger) Settle(r Range) {
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

// Owed is the number of ids in the gaps.
func (l *Ledger) Owed() int {
	n := 0
	for _, g := range l.Gaps {
		n += int(g.To - g.From + 1)
	}
	return n
}

// Next returns up to n owed ids, the lowest first.
func (l *Ledger) Next(n int) []MessageID {
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
