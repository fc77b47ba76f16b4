package filter

import (
	"context"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"
)

// suspect is an entry of a list that seems wrong at the first look.
type suspect struct {
	hash uint64 // of key
	key  string // empty for an entry that the list seems to lack
	id   int64
}

// countWrong counts the wrong suspects. It decides each as soon as no process writes its file. After Settle it leaves the rest to countUnfinished.
func (c *poolChecker) countWrong(ctx context.Context, suspects []suspect) error {
	deadline := c.options.Now().Add(c.options.Settle)
	for {
		findings, moving, err := c.lookAgain(ctx, suspects)
		if err != nil {
			return err
		}
		c.count(findings)
		if len(moving) == 0 || c.options.Now().After(deadline) {
			return nil
		}
		suspects = moving
		if !sleep(ctx, c.pause()) {
			return context.Cause(ctx)
		}
	}
}

func (c *poolChecker) pause() time.Duration { return min(time.Second, c.options.Settle/4) }

// lookAgain reads the files and lists of suspects again. A writer notes its entries before it changes a list, and deletes the note after its last change. So
// a suspect is decided only if its file is the same before and after the lists are read, and if no note names it just before and just after that. The
// others are moving.
func (c *poolChecker) lookAgain(ctx context.Context, suspects []suspect) (findings []Finding, moving []suspect, err error) {
	var ids []int64
	for _, s := range suspects {
		ids = append(ids, s.id)
	}
	ids = distinct(ids)
	before, err := docsByID(ctx, c.pool, ids)
	if err != nil {
		return nil, nil, err
	}
	keys, lists := map[int64][]string{}, map[string][]int64{}
	for id, doc := range before {
		keys[id] = listKeys(doc)
	}
	for i, s := range suspects {
		if s.key == "" {
			j := slices.IndexFunc(keys[s.id], func(k string) bool { return xxhash.Sum64String(k) == s.hash })
			if j < 0 {
				continue // the file left or lost the word
			}
			suspects[i].key = keys[s.id][j]
		}
		lists[suspects[i].key] = append(lists[suspects[i].key], s.id)
	}
	noted, err := unfinishedIDs(ctx, c.pool)
	if err != nil {
		return nil, nil, err
	}
	listed, err := listedAmong(ctx, c.pool, lists)
	if err != nil {
		return nil, nil, err
	}
	notedAfter, err := unfinishedIDs(ctx, c.pool)
	if err != nil {
		return nil, nil, err
	}
	after, err := docsByID(ctx, c.pool, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range suspects {
		doc, there := before[s.id]
		now, still := after[s.id]
		has := slices.Contains(keys[s.id], s.key)
		finding := Finding{Kind: FindingDead, Key: s.key, File: DocumentID(s.id), Name: doc.Name}
		switch in := slices.Contains(listed[s.key], s.id); {
		case s.key == "" || has == in:
			continue
		case noted[s.id] || notedAfter[s.id] || there != still || there && !doc.equal(now):
			moving = append(moving, s)
			continue
		case has:
			finding.Kind = FindingMissing
		case there:
			finding.Kind = FindingOldWord
		}
		findings = append(findings, finding)
	}
	return findings, moving, nil
}

// countUnfinished counts the entries of notes that stay for Settle: their writers have died, and no bot runs that finishes their writes.
func (c *poolChecker) countUnfinished(ctx context.Context) error {
	first := map[string]bool{}
	if err := eachUnfinished(ctx, c.pool, func(d unfinishedDoc) { first[d.ID] = true }); err != nil {
		return err
	}
	deadline := c.options.Now().Add(c.options.Settle)
	for {
		left := 0
		err := eachUnfinished(ctx, c.pool, func(d unfinishedDoc) {
			if first[d.ID] {
				left += d.size()
			}
		})
		if err != nil {
			return err
		}
		if left == 0 || c.options.Now().After(deadline) {
			c.result.Unfinished = left
			return nil
		}
		if !sleep(ctx, c.pause()) {
			return context.Cause(ctx)
		}
	}
}
