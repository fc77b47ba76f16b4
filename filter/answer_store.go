package filter

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

const (
	maxFetched = 2_000 // files read for the first part of the results
	firstBlock = 16    // files read at once at first
	leastBlock = 8
	lastBlock  = 320
	enough     = 12  // good matches after which the first part of a pool's results ends
	laterPart  = 128 // matches after which the second part ends; each later part has four times as many
)

// answering is the answer of one pool so far.
type answering struct {
	request    poolRequest
	db         *mongo.Database
	reader     *listReader
	ahead      *filesAhead // nil if no files were read ahead
	files      poolFilesRead
	candidates int
	answer     poolAnswer
	block      int            // files of the next read
	grown      int            // block before fitBlock shrinks it
	waiting    []int64        // for the next read
	seen       map[int64]bool // read or waiting
	titled     map[int64]bool // in the list of the query's title
	ranks      [rankNone]int  // results of each rank
	read       int
	part       int // of the results that are read now
}

// isDone reports whether all requested parts are complete. It moves on to the next part when one is complete.
func (a *answering) isDone(good uint8) bool {
	for a.isPartDone(good) {
		if a.part == a.request.parts {
			return true
		}
		a.part++
	}
	return false
}

func (a *answering) isPartDone(good uint8) bool {
	if a.part == lastPart {
		return false
	}
	if a.part > 0 {
		return len(a.answer.results) >= laterPart<<(2*(a.part-1)) || a.read >= maxFetched<<(2*a.part)
	}
	return a.goodMatches(good) >= enough || len(a.answer.results) >= a.candidates || a.read >= maxFetched
}

// goodMatches returns the number of matches of a rank or a better one.
func (a *answering) goodMatches(good uint8) (n int) {
	for _, of := range a.ranks[:good+1] {
		n += of
	}
	return n
}

// readStep reads and ranks the files of a step, a block at a time. It returns true when the answer has enough. Files that do not fill a block wait for
// those of the next step, because each read is a round trip.
func (a *answering) readStep(ctx context.Context, c *candidates, good uint8) (done bool, err error) {
	for !a.isDone(good) {
		ids, err := a.nextIDs(ctx, c, a.block-len(a.waiting))
		if err != nil || len(ids) == 0 {
			return false, err
		}
		if a.waiting = append(a.waiting, ids...); len(a.waiting) == a.block {
			if err := a.readWaiting(ctx); err != nil {
				return false, err
			}
			a.fitBlock(good)
		}
	}
	return true, nil
}

// fitBlock shrinks the next block of the first part. It estimates how many files contain the missing good matches, from the share of good matches so far, and
// adds a quarter.
func (a *answering) fitBlock(good uint8) {
	if n := a.goodMatches(good); a.part == 0 && n > 0 && n < enough {
		missing := (enough - n) * a.read / n
		a.block = max(leastBlock, min(a.block, missing+missing/4))
	}
}

// readWaiting reads and ranks the files of a block.
func (a *answering) readWaiting(ctx context.Context) error {
	docs, err := a.readDocs(ctx, a.waiting)
	if err != nil {
		return err
	}
	a.read += len(a.waiting)
	a.grown = min(2*a.grown, lastBlock)
	a.waiting, a.block = nil, a.grown
	a.rankDocs(docs)
	return nil
}

// nextIDs returns candidates that no earlier step has returned.
func (a *answering) nextIDs(ctx context.Context, c *candidates, n int) ([]int64, error) {
	for {
		ids, err := c.next(ctx, n)
		if err != nil || len(ids) == 0 {
			return nil, err
		}
		fresh := slices.DeleteFunc(ids, func(id int64) bool {
			seen := a.seen[id]
			a.seen[id] = true
			return seen
		})
		if len(fresh) > 0 {
			return fresh, nil
		}
	}
}

func (a *answering) rankDocs(docs []fileDoc) {
	for _, d := range docs {
		best := a.rankDoc(d)
		if best.cursor.Rank != rankNone {
			a.ranks[best.cursor.Rank]++
			best.cursor = best.cursor.inPart(a.part)
			a.answer.results = append(a.answer.results, best)
		}
	}
}

// rankDoc ranks the descriptions of a file and returns the best one.
func (a *answering) rankDoc(d fileDoc) result {
	best := result{cursor: Cursor{Rank: rankNone}}
	for _, f := range d.files() { // of equally ranked descriptions the newest wins
		if n, name := a.request.rank(f, a.titled[d.ID]); n < best.cursor.Rank {
			best = newResult(f, n, name)
		}
	}
	return best
}

// readTitled reads the list of the query's title.
func (a *answering) readTitled(ctx context.Context) error {
	title := a.request.title
	if a.reader.open[title] == nil {
		return nil
	}
	if err := a.reader.extend(ctx, map[string]int{title: maxListIDs}); err != nil {
		return err
	}
	for _, id := range a.reader.open[title].ids {
		a.titled[id] = true
	}
	return nil
}
