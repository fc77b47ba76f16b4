package filter

import (
	"context"

	"pavilion/storage"
)

// filesRead has the files that one search has read, by pool. A search asks a pool several times if little is found, and each time most files are the same.
type filesRead map[*storage.Pool]poolFilesRead

// poolFilesRead maps the ids that were asked for to the files, nil for an id without a file.
type poolFilesRead map[int64]*fileDoc

// mostFilesRead limits the files of a pool that are kept: a page behind many others reads thousands.
const mostFilesRead = 1_000

// addPools adds an empty entry for each pool that has none. The pools are asked in parallel, and each changes its own entry only.
func (f filesRead) addPools(pools []*storage.Pool) {
	for _, p := range pools {
		if f[p] == nil {
			f[p] = poolFilesRead{}
		}
	}
}

// take returns the files with the given ids that were read before, and the other ids.
func (f poolFilesRead) take(ids []int64) (docs []fileDoc, unread []int64) {
	for _, id := range ids {
		switch d, ok := f[id]; {
		case !ok:
			unread = append(unread, id)
		case d != nil:
			docs = append(docs, *d)
		}
	}
	return docs, unread
}

func (f poolFilesRead) keep(ids []int64, docs []fileDoc) {
	if f == nil || len(f)+len(ids) > mostFilesRead {
		return
	}
	for _, id := range ids {
		f[id] = nil
	}
	for i, d := range docs {
		f[d.ID] = &docs[i]
	}
}

// readDocs reads files, unless this search has read them.
func (a *answering) readDocs(ctx context.Context, ids []int64) ([]fileDoc, error) {
	docs, fresh := a.files.take(ids)
	early, unread := a.ahead.take(fresh, a.reader.version)
	more, err := findDocs(ctx, a.db, unread)
	if err != nil {
		return nil, err
	}
	more = append(more, early...)
	a.files.keep(fresh, more)
	return append(docs, more...), nil
}
