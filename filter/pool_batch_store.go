package filter

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

// poolBatch collects the writes of one pool: documents, and the ids to add to and remove from posting lists.
type poolBatch struct {
	models        []mongo.WriteModel
	inserted      []int64
	deleted       []int64
	thumbs        []thumbDoc
	adds, removes map[string][]int64
	bytes         int64
	counts        fileCounts
}

func newPoolBatch() *poolBatch {
	return &poolBatch{adds: map[string][]int64{}, removes: map[string][]int64{}, counts: fileCounts{}}
}

// moveLists moves a document's id from the lists in from to the lists in to.
func (b *poolBatch) moveLists(id int64, from, to []string) {
	for _, k := range from {
		if !slices.Contains(to, k) {
			b.removes[k] = append(b.removes[k], id)
		}
	}
	for _, k := range to {
		if !slices.Contains(from, k) {
			b.adds[k] = append(b.adds[k], id)
		}
	}
}

// insertFile adds the writes of a new document that belongs to the lists of keys.
func (b *poolBatch) insertFile(doc fileDoc, keys []string) {
	b.moveLists(doc.ID, nil, keys)
	b.counts.add(doc, 1)
	b.bytes += bytesPerFile
	if b.addThumb(doc); doc.Thumb != nil {
		b.bytes += int64(bytesPerThumb + len(doc.Thumb))
	}
	b.inserted = append(b.inserted, doc.ID)
	b.models = append(b.models, mongo.NewInsertOneModel().SetDocument(doc))
}

// replaceFile adds the writes that change a document. They fail if another process changes it first. A document of another analysis keeps its version,
// because some of its lists do.
func (b *poolBatch) replaceFile(old, doc fileDoc) {
	b.moveLists(doc.ID, listKeys(old), listKeys(doc))
	b.counts.add(old, -1)
	b.counts.add(doc, 1)
	b.addThumb(doc)
	doc.Version, doc.Analysis = old.Version+1, old.Analysis
	b.models = append(b.models, mongo.NewReplaceOneModel().SetFilter(old.unchangedFilter()).SetReplacement(doc))
}

// deleteFile adds the writes that delete a document. They fail if another process changes it first.
func (b *poolBatch) deleteFile(doc fileDoc) {
	b.moveLists(doc.ID, listKeys(doc), nil)
	b.counts.add(doc, -1)
	b.deleted = append(b.deleted, doc.ID)
	b.models = append(b.models, mongo.NewDeleteOneModel().SetFilter(doc.unchangedFilter()))
}

// addThumb adds the write of a document's thumb, if it has one.
func (b *poolBatch) addThumb(doc fileDoc) {
	if doc.Thumb != nil {
		b.thumbs = append(b.thumbs, thumbDoc{doc.ID, doc.Thumb})
	}
}

// entries returns the ids that the batch adds to lists or removes from them.
func (b *poolBatch) entries() map[string][]int64 {
	entries := make(map[string][]int64, len(b.adds)+len(b.removes))
	for _, change := range []map[string][]int64{b.adds, b.removes} {
		for k, ids := range change {
			entries[k] = slices.Concat(entries[k], ids)
		}
	}
	return entries
}

// poolBatches has a batch for each pool that is written to.
type poolBatches map[*storage.Pool]*poolBatch

// of returns the batch of a pool, a new one at the first call.
func (b poolBatches) of(pool *storage.Pool) *poolBatch {
	if b[pool] == nil {
		b[pool] = newPoolBatch()
	}
	return b[pool]
}

// writeBatches writes batches until one fails.
func (s fileStore) writeBatches(ctx context.Context, batches poolBatches) error {
	for pool, b := range batches {
		if err := s.writeBatch(ctx, pool, b); err != nil {
			return err
		}
	}
	return nil
}

// writeWithin is the longest time from the notes of a batch until its files are written. Another process that finds the notes relies on it.
const writeWithin = 30 * time.Second

var errBatchLate = errors.New("the lists were not written in time")

var errFilesChanged = errors.New("another process changed the files")

// errUnfinished means that the documents of a batch are stored. finishWrites does the rest.
var errUnfinished = errors.New("the files are stored, but their write is not finished")

// writeBatch writes the documents of a batch and their entries in lists. If it ends in the middle, by an error or with the process, a note stays for
// finishWrites. An error after the documents were written is errUnfinished. If another process changed a document, writeBatch has written only some of
// them and returns errFilesChanged.
func (s fileStore) writeBatch(ctx context.Context, pool *storage.Pool, b *poolBatch) (err error) {
	if len(b.models) == 0 {
		return writeThumbs(ctx, pool, b.thumbs)
	}
	var written bool
	defer func() {
		if err = errors.Join(err, changeIndexVersion(ctx, pool)); err != nil && written {
			err = errors.Join(errUnfinished, err)
		}
	}()
	entries := b.entries()
	wctx, cancel := context.WithTimeoutCause(ctx, writeWithin, errBatchLate)
	defer cancel()
	notes, err := noteUnfinished(wctx, pool, entries)
	if err != nil {
		return err
	}
	if err := writeThumbs(wctx, pool, b.thumbs); err != nil {
		return err
	}
	// New entries come before the document: a search skips an id without a document, but cannot find a document that is in no list. Old entries leave
	// after the document, because a repeated deletion finds it by them.
	generations, err := changePostings(wctx, pool, b.adds, nil)
	if err != nil {
		return err
	}
	s.addWords(b.adds, 1) // a repeated batch adds none for the files that this one stores
	if written, err = writeFiles(wctx, pool, b.models); err != nil {
		return err
	}
	if written {
		pool.Wrote(b.bytes)
		s.counted(b.counts)
	}
	if err := s.noteCopies(ctx, pool, b.inserted); err != nil { // before the notes are deleted: they outlive a process that dies here
		return err
	}
	if !written {
		err := redoEntries(ctx, pool, entries)
		if err == nil {
			_, err = dropNotes(ctx, pool, notes, "")
		}
		return errors.Join(errFilesChanged, err)
	}
	if err := s.relistCompacted(ctx, pool, generations, b.adds); err != nil {
		return err
	}
	if _, err := changePostings(ctx, pool, nil, b.removes); err != nil {
		return err
	}
	if err := dropThumbs(ctx, pool, b.deleted); err != nil {
		return err
	}
	all, err := dropNotes(ctx, pool, notes, "")
	if err == nil && !all {
		err = redoEntries(ctx, pool, entries)
	}
	if err != nil {
		return err
	}
	s.addWords(b.removes, -1)
	return nil
}

// filesAtOnce is the number of files that one command writes, so that a slow server manages it within the timeout of a command.
const filesAtOnce = 1000

// writeFiles writes documents. It returns false when another process changed one of them meanwhile; the others are written.
func writeFiles(ctx context.Context, pool *storage.Pool, models []mongo.WriteModel) (written bool, err error) {
	written = true
	for part := range slices.Chunk(models, filesAtOnce) {
		err := pool.Do(ctx, "write files", func(ctx context.Context, db *mongo.Database) error {
			done, err := writeIfUnchanged(ctx, db.Collection(filesCollection), part)
			written = written && done
			return err
		})
		if err != nil {
			return false, err
		}
	}
	return written, nil
}

// addWords adds the entries of lists to the counts of words, or subtracts them with the sign -1.
func (s fileStore) addWords(lists map[string][]int64, sign int) {
	words := make(map[string]int, len(lists))
	for k, ids := range lists {
		if isWord(k) {
			words[k] = sign * len(ids)
		}
	}
	s.vocab.Add(words)
}

// relistCompacted adds ids again to lists that another process compacted after the list write and before the file write. Such a compaction drops
// the ids, because it finds no document for them. A later one finds the documents.
func (s fileStore) relistCompacted(ctx context.Context, pool *storage.Pool, generations map[string]string, adds map[string][]int64) error {
	compacted, err := compactedSince(ctx, pool, generations)
	if err != nil || len(compacted) == 0 {
		return err
	}
	again := map[string][]int64{}
	for _, w := range compacted {
		again[w] = adds[w]
	}
	_, err = changePostings(ctx, pool, again, nil)
	return err
}

// bytesPerFile estimates the size of a file with its share of the lists; TestStore_BytesPerFile measures it.
const bytesPerFile = 360
