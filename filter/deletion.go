package filter

import (
	"context"
	"slices"
)

// FindAll returns the files that a query finds, without pages, up to the limits of a search. capped means that there are more. It fails if a pool did
// not answer.
func (s *Searcher) FindAll(ctx context.Context, text string) (files []File, capped bool, err error) {
	page, err := s.Search(ctx, Query{Text: text, Limit: maxFound})
	if err == nil && len(page.Missing) > 0 {
		err = ErrSearchUnavailable
	}
	return page.Files, page.Total > len(page.Files) || page.Capped, err
}

const maxFound = 5000

// FileAt returns the file of a post.
func (s *Searcher) FileAt(ctx context.Context, at Place) (File, error) {
	have, complete := fileStore{pools: s.pools}.findInPools(ctx, idsNearPlaces([]Place{at}, nil))
	for _, h := range have {
		for _, f := range h.doc.files() {
			if slices.Contains(f.Places, at) && !s.opts.isHidden(f.Media.Document) {
				return f, nil
			}
		}
	}
	if !complete {
		return File{}, ErrSearchUnavailable
	}
	return File{}, ErrFileNotFound
}

// RemoveFiles deletes files from every pool. It fails if a pool does not answer, because that one may have them; another call completes the deletion.
func (x *Indexer) RemoveFiles(ctx context.Context, files []DocumentID) error {
	ids := make([]int64, len(files))
	for i, id := range files {
		ids[i] = int64(id)
	}
	x.storing.Lock()
	defer x.storing.Unlock()
	have, complete := x.store.findInPools(ctx, fixedIDs(ids))
	changes := poolBatches{}
	for _, h := range have {
		changes.of(h.pool).deleteFile(h.doc)
	}
	if err := x.store.writeBatches(ctx, changes); err != nil {
		return err
	}
	if !complete {
		return errPoolNoAnswer
	}
	return nil
}

// withoutDeleted turns posts of files that an admin deleted for good into deletions, so that a channel that is read again does not bring them back.
func withoutDeleted(events []event, deleted func(DocumentID) bool) []event {
	if deleted == nil {
		return events
	}
	for i, e := range events {
		if e.post != nil && deleted(e.post.Media.Document) {
			events[i].post, events[i].replace = nil, true
		}
	}
	return events
}
