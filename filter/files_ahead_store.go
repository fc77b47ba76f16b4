package filter

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"
)

// filesAhead holds files that a search reads early, while it still reads lists from the database. The lists in memory give their ids. The search uses them
// only if the pool's index still has the version of those lists.
type filesAhead struct {
	version indexVersion
	asked   map[int64]bool
	done    chan struct{} // closed when docs and err are set
	docs    map[int64]fileDoc
	err     error
}

// aheadBlock is the number of files read ahead at most. They often have all matches of a query of two words, and then no other file is read.
const aheadBlock = 2 * firstBlock

// errNotInMemory means that a reader with onlyMemory needs a part of a list that is not in memory.
var errNotInMemory = errors.New("a list is not in memory")

// readAhead begins to read the first files of the steps whose lists are all in memory, in one version. It returns nil if there are none.
func (r *listReader) readAhead(ctx context.Context, db *mongo.Database, req poolRequest) *filesAhead {
	a := &filesAhead{asked: map[int64]bool{}, done: make(chan struct{})}
	var ids []int64
	for _, st := range req.steps {
		version, found := r.candidatesInMemory(ctx, st.plan)
		if len(found) == 0 || len(ids) > 0 && version != a.version || r.version != nil && version != *r.version {
			continue
		}
		a.version = version
		for _, id := range found {
			if len(ids) < aheadBlock && !a.asked[id] {
				a.asked[id] = true
				ids = append(ids, id)
			}
		}
		if len(ids) == aheadBlock {
			break
		}
	}
	if len(ids) == 0 {
		return nil
	}
	go func() {
		defer close(a.done)
		docs, err := findDocs(ctx, db, ids)
		a.err, a.docs = err, make(map[int64]fileDoc, len(docs))
		for _, d := range docs {
			a.docs[d.ID] = d
		}
	}()
	return a
}

// candidatesInMemory returns the first candidates of a plan by the lists in memory, and the version of these.
func (r *listReader) candidatesInMemory(ctx context.Context, p plan) (version indexVersion, ids []int64) {
	open, version, ok := r.inMemory(p.appendWords(nil))
	if !ok {
		return version, nil
	}
	memory := &listReader{pool: r.pool, open: open, onlyMemory: true}
	c, err := memory.candidatesOf(ctx, p)
	if err != nil {
		return version, nil
	}
	ids, err = c.next(ctx, aheadBlock)
	if err != nil {
		return version, nil
	}
	return version, ids
}

// take returns the files with the given ids that were read ahead, and the ids that were not. version is that of the index.
func (a *filesAhead) take(ids []int64, version *indexVersion) (docs []fileDoc, unread []int64) {
	if a == nil || version == nil || *version != a.version {
		return nil, ids
	}
	a.wait()
	if a.err != nil {
		return nil, ids
	}
	for _, id := range ids {
		if d, ok := a.docs[id]; ok {
			docs = append(docs, d)
		} else if !a.asked[id] {
			unread = append(unread, id)
		}
	}
	return docs, unread
}

// wait returns when the files are read.
func (a *filesAhead) wait() {
	if a != nil {
		<-a.done
	}
}
