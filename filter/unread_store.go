package filter

import (
	"context"
	"slices"
)

// maxCheckedIDs is the size up to which a whole list is read to count the matches that are not read.
const maxCheckedIDs = 131_072

// countUnread counts the matches that were not read. It reads the files of which the lists do not tell whether they match.
func (a *answering) countUnread(ctx context.Context, reader *listReader) error {
	p := a.request.all()
	if !a.request.counts {
		return nil
	}
	if len(p) == 0 {
		a.answer.capped = true
		return nil
	}
	if err := reader.openLists(ctx, append(wordsOf(p), suspectKey)); err != nil {
		return err
	}
	m, err := reader.membersOf(ctx, p, a.seen)
	if err != nil {
		return err
	}
	if !m.known || m.number > len(m.ids) {
		a.answer.capped, a.answer.more = true, m.number
		return nil
	}
	var unsure []int64
	for _, id := range m.ids {
		switch reader.judge(a.request.judge, id) {
		case isMatch:
			if a.request.hides == nil || !a.request.hides(DocumentID(id)) {
				a.answer.unread = append(a.answer.unread, id)
			}
		case mayMatch:
			unsure = append(unsure, id)
		case noMatch:
		}
	}
	for part := range slices.Chunk(unsure, lastBlock) {
		docs, err := findDocs(ctx, a.db, part)
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

// judge returns the verdict of the lists on a file. An entry of a suspect may be an old one, or may be of another description than the next entry.
func (r *listReader) judge(j *listJudge, id int64) verdict {
	if j == nil {
		return mayMatch
	}
	found := j.judge(func(word string) verdict {
		if l, ok := r.open[word]; ok {
			return l.verdictOn(id)
		}
		return mayMatch
	})
	if found == isMatch && r.open[suspectKey].verdictOn(id) != noMatch {
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

// members are the ids that are in a list of every clause of a plan.
type members struct {
	ids    []int64
	number int  // of ids; if that is greater than the number of ids, these are incomplete
	known  bool // the lists were short enough
}

// membersOf returns the ids that satisfy a plan and are not in skip. It tries the ids of one clause in the lists of the others.
func (r *listReader) membersOf(ctx context.Context, p plan, skip map[int64]bool) (m members, err error) {
	words, sizes, all := make([][]string, len(p)), make([]int, len(p)), 0
	for i, cl := range p {
		if words[i], sizes[i] = r.words(cl); sizes[i] == 0 {
			return members{known: true}, nil
		}
		all += len(words[i])
	}
	first := 0
	work := func(i int) int { return sizes[i] * (1 + all - len(words[i])) }
	for i := range p {
		if work(i) < work(first) {
			first = i
		}
	}
	if len(p) == 1 && sizes[0]-len(skip) > maxCounted*len(words[0]) {
		return members{number: sizes[0] - len(skip), known: true}, nil
	}
	if sizes[first] > maxListIDs {
		return members{}, nil
	}
	least := map[string]int{suspectKey: maxCheckedIDs}
	for _, own := range words {
		for _, w := range own {
			least[w] = maxCheckedIDs
		}
	}
	if err := r.extend(ctx, least); err != nil {
		return members{}, err
	}
	clauses := make([][]*list, len(p))
	for i, own := range words {
		for _, w := range own {
			clauses[i] = append(clauses[i], r.open[w])
		}
	}
	m.known = true
	counted := map[int64]bool{}
	tried := clauses[first]
	for _, l := range tried {
		for _, id := range l.ids {
			if !isInOthers(clauses, first, id) || skip[id] || counted[id] {
				continue
			}
			if m.number++; m.number <= maxCounted {
				counted[id] = true
				m.ids = append(m.ids, id)
			}
		}
	}
	return m, nil
}

// isInOthers reports that an id may be in a list of every clause but one.
func isInOthers(clauses [][]*list, but int, id int64) bool {
	for i, lists := range clauses {
		if i != but && !slices.ContainsFunc(lists, func(l *list) bool { return l.verdictOn(id) != noMatch }) {
			return false
		}
	}
	return true
}
