package filter

import (
	"context"

	"pavilion/storage"
)

// findCopies counts the files that an earlier pool has too. An earlier pool that does not answer is reported in its own result.
func (c *poolChecker) findCopies(ctx context.Context, docs []fileDoc) error {
	left, names := make([]int64, len(docs)), map[int64]string{}
	for i, d := range docs {
		left[i], names[d.ID] = d.ID, d.Name
	}
	for _, pool := range c.earlier {
		copies, others, err := splitByFile(ctx, pool, left)
		if err != nil || len(copies) == 0 {
			continue
		}
		left = others
		unnoted, noted, err := c.findUnnoted(ctx, pool, copies)
		if err != nil {
			return err
		}
		c.result.Noted += noted
		for _, id := range unnoted {
			c.result.Twice++
			c.addExample(Finding{Kind: FindingTwice, File: DocumentID(id), Name: names[id]})
		}
		if c.options.Repair && len(unnoted) > 0 {
			if err := notePossibleDuplicates(ctx, c.pool, unnoted); err != nil {
				return err
			}
		}
	}
	return nil
}

// findUnnoted returns which of the files stand in both pools without a note that lets the bot merge them, and the number of those with one.
func (c *poolChecker) findUnnoted(ctx context.Context, other *storage.Pool, ids []int64) (unnoted []int64, noted int, err error) {
	deadline := c.options.Now().Add(c.options.Settle)
	for {
		again, writing, waiting, err := c.lookAtCopies(ctx, other, ids)
		if err != nil {
			return nil, 0, err
		}
		unnoted, noted = append(unnoted, again...), noted+waiting
		if len(writing) == 0 || c.options.Now().After(deadline) { // when the bot finishes an interrupted write, it notes the copies
			return unnoted, noted + len(writing), nil
		}
		ids = writing
		if !sleep(ctx, c.pause()) {
			return nil, 0, context.Cause(ctx)
		}
	}
}

// lookAtCopies sorts copies by their notes. A writer notes the copies that it finds before it deletes its batch's note. A merge deletes a copy before
// the copy's note. So lookAtCopies reads the notes of batches, then those of copies, and then the copies. A copy that still exists and has no note is
// unnoted.
func (c *poolChecker) lookAtCopies(ctx context.Context, other *storage.Pool, ids []int64) (unnoted, writing []int64, noted int, err error) {
	pools := []*storage.Pool{c.pool, other}
	inWrites, inNotes := map[int64]bool{}, map[int64]bool{}
	for _, p := range pools {
		named, err := unfinishedIDs(ctx, p)
		if err != nil {
			return nil, nil, 0, err
		}
		for id := range named {
			inWrites[id] = true
		}
	}
	for _, p := range pools {
		named, err := notedDuplicates(ctx, p, ids)
		if err != nil {
			return nil, nil, 0, err
		}
		for id := range named {
			inNotes[id] = true
		}
	}
	for _, p := range pools {
		if ids, _, err = splitByFile(ctx, p, ids); err != nil {
			return nil, nil, 0, err
		}
	}
	for _, id := range ids {
		switch {
		case inNotes[id]:
			noted++
		case inWrites[id]:
			writing = append(writing, id)
		default:
			unnoted = append(unnoted, id)
		}
	}
	return unnoted, writing, noted, nil
}
