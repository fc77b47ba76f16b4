package filter

import (
	"context"
	"slices"
)

// maxCheckedIDs is the size up to which a whole list is read to count the matches that are not read.
const maxCheckedIDs = 131_072

// finish counts the matches that were not read. Rows come from the names: if rows are counted and all matches fit into the first two parts, finish
// reads these matches.
func (a *answering) finish(ctx context.Context) error {
	if !a.request.counts {
		return nil
	}
	if err := a.countUnread(ctx); err != nil {
		return err
	}
	ids := a.answer.unread
	if !a.request.rows || a.part > 0 || a.answer.capped || len(ids) == 0 || len(a.answer.results)+len(ids) >= laterPart {
		return nil
	}
	a.part, a.waiting, a.answer.unread = 1, ids, nil
	return a.readWaiting(ctx)
}

// countUnread adds the matches that were not read, or some of them if there are many. It reads a file if the lists do not decide whether the file
// matches.
func (a *answering) countUnread(ctx context.Context) error {
	p := a.request.all()
	if len(p) == 0 {
		a.answer.capped = true
		return nil
	}
	for _, id := range a.waiting {
		delete(a.seen, id)
	}
	m, err := a.reader.membersOf(ctx, p, a.request.verdicts, a.seen)
	if err != nil {
		return err
	}
	if !m.known || a.request.onlyRead && len(m.unsure) > 0 {
		a.answer.capped, m.unsure = true, nil
	}
	for _, id := range m.sure {
		if !a.request.hides(DocumentID(id)) {
			a.answer.unread = append(a.answer.unread, id)
		}
	}
	for part := range slices.Chunk(m.unsure, lastBlock) {
		docs, err := a.readDocs(ctx, part)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if a.rankDoc(d).cursor.Rank != rankNone {
				a.answer.unread = append(a.answer.unread, d.ID)
			}
		}
	}
	return nil
}

// fileVerdict returns the verdict of the lists on a file. An entry of an unsure file may be old. Its entries may also belong to several descriptions, of
// which none matches.
func (r *listReader) fileVerdict(id int64, v *listVerdicts) verdict {
	if v == nil {
		return mayMatch
	}
	found := v.ofFile(func(word string) verdict {
		if l, ok := r.open[word]; ok {
			return l.verdictOn(id)
		}
		return mayMatch
	})
	if found == isMatch && r.open[unsureKey].verdictOn(id) != noMatch {
		return mayMatch
	}
	return found
}

// verdictOn tells whether the list has an id.
func (l *list) verdictOn(id int64) verdict {
	switch {
	case l == nil:
		return noMatch
	case l.contains(id):
		return isMatch
	case l.next >= 0:
		return mayMatch
	}
	return noMatch
}

// members are the ids that are in a list of every clause of a plan, by the verdict of the lists.
type members struct {
	sure, unsure []int64
	known        bool // sure and unsure are complete
}

// membersOf returns the ids that satisfy a plan and are not in skip. It tries the ids of one clause in the lists of the others.
func (r *listReader) membersOf(ctx context.Context, p plan, verdicts *listVerdicts, skip map[int64]bool) (members, error) {
	clauses, sizes, all := make([][]string, len(p)), make([]int, len(p)), 0
	for i, cl := range p {
		if clauses[i], sizes[i] = r.words(cl); sizes[i] == 0 {
			return members{known: true}, nil
		}
		all += len(clauses[i])
	}
	first := 0
	work := func(i int) int { return sizes[i] * (1 + all - len(clauses[i])) }
	for i := range p {
		if work(i) < work(first) {
			first = i
		}
	}
	words := []string{unsureKey}
	if verdicts != nil {
		words = append(words, verdicts.phrase...)
	}
	least := map[string]int{}
	isBroad := len(p) == 1 && len(words) == 1 && verdicts != nil && sizes[0]-len(skip) > maxCounted*len(clauses[0])
	switch {
	case isBroad: // the newest files of its longest list are more than maxCounted
		longest := slices.MaxFunc(clauses[0], func(a, b string) int { return r.open[a].size() - r.open[b].size() })
		clauses[0] = []string{longest}
		least[longest] = maxCounted + len(skip)
	case sizes[first] > maxListIDs:
		return members{}, nil
	default:
		words = slices.Concat(append(clauses, words)...)
	}
	for _, w := range words {
		if r.open[w] != nil {
			least[w] = maxCheckedIDs
		}
	}
	if err := r.extend(ctx, least); err != nil {
		return members{}, err
	}
	m := r.collect(clauses, first, verdicts, skip)
	m.known = m.known && !isBroad
	return m, nil
}

// collect returns the ids of one clause that are in lists of the others. It ends after maxCounted sure ones.
func (r *listReader) collect(clauses [][]string, first int, verdicts *listVerdicts, skip map[int64]bool) (m members) {
	var others [][]*list
	for i, words := range clauses {
		var lists []*list
		for _, w := range words {
			lists = append(lists, r.open[w])
		}
		if i != first {
			others = append(others, lists)
		}
	}
	m.known = true
	seen := map[int64]bool{}
	for _, w := range clauses[first] {
		for _, id := range r.open[w].ids {
			if !mayBeInAll(others, id) || skip[id] || seen[id] {
				continue
			}
			seen[id] = true
			switch r.fileVerdict(id, verdicts) {
			case isMatch:
				m.sure = append(m.sure, id)
			case mayMatch:
				if m.known {
					m.unsure = append(m.unsure, id)
				}
			case noMatch:
			}
			m.known = m.known && len(m.sure)+len(m.unsure) <= maxCounted
			if len(m.sure) > maxCounted {
				return m
			}
		}
	}
	return m
}

// mayBeInAll reports that an id may be in one of the lists of each clause.
func mayBeInAll(clauses [][]*list, id int64) bool {
	for _, lists := range clauses {
		if !slices.ContainsFunc(lists, func(l *list) bool { return l.verdictOn(id) != noMatch }) {
			return false
		}
	}
	return true
}
