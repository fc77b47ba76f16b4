package filter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// A removed file stays in the lists that have several chunks, because finding its id would read the whole list. So does an edited file in the lists of
// words that it lost. The ids of a whole removed channel fill the lists of common words up to the limit at which a search stops reading. So the pools
// are compacted after the removal of a channel, and each week. A compaction rewrites every long list without the ids that have no document, and without
// the unsure files that lack the word. A compaction may leave a list of one chunk, so the next one rewrites such lists too.
//
// A compaction writes the new chunks beside the old ones, under a new generation, and then replaces the head, which switches readers over. The full
// chunks of a list do not change, so Indexer.storing is held only for the last chunks and the new head. Another process may change the list even
// then; the head's condition fails in that case, and the last chunks are read again.

const (
	chunksAtOnce = 16 // read or written in one call
	swapTries    = 5  // while another process adds to the same list
)

// compaction rewrites one list without repeats, without dead ids, which have no document, and without old entries, whose file lacks the word.
type compaction struct {
	pool    *storage.Pool
	newHead posting
	unsure  map[int64]bool // the files that may have old entries

	seen       map[int64]bool
	unwritten  []int64 // ids that are in no new chunk yet
	fullChunks int     // new chunks so far, all full
	dead       map[int64]bool
	old        map[int64]bool
	dropped    int // number of dead ids, old entries and repeats
}

func newCompaction(pool *storage.Pool, key string, unsure map[int64]bool) *compaction {
	return &compaction{
		pool: pool, newHead: posting{Key: key, Generation: bson.NewObjectID().Hex()}, unsure: unsure, seen: map[int64]bool{}, dead: map[int64]bool{}, old: map[int64]bool{},
	}
}

// compact rewrites the list, unless it has nothing to drop. It notes in at the dropped entries. If another process keeps changing the list, compact
// leaves it as it is and sets at.incomplete.
func (p *compaction) compact(ctx context.Context, storing sync.Locker, at *poolCompaction) error {
	old, err := p.readHead(ctx)
	if err != nil || !mayHaveOldEntries(old.Count, old.Generation) {
		return err
	}
	for n := 0; n < old.lastChunk(); n += chunksAtOnce {
		if err := p.readChunks(ctx, old, n, min(n+chunksAtOnce, old.lastChunk())); err != nil {
			return err
		}
		if p.dropped == 0 {
			continue
		}
		if err := p.writeFullChunks(ctx); err != nil {
			return err
		}
	}
	if p.dropped == 0 {
		tail := p.clone()
		if err := tail.readChunks(ctx, old, old.lastChunk(), old.lastChunk()+1); err != nil || tail.dropped == 0 {
			return err
		}
	}
	done, unused, err := p.replaceList(ctx, storing, old, at)
	if err != nil {
		return err
	}
	if !done {
		at.incomplete = true
		old, unused = p.newHead, p.fullChunks+1 // delete the new chunks instead
	}
	return errors.Join(p.deleteChunks(ctx, old, unused), changeIndexVersion(ctx, p.pool))
}

// replaceList copies the last chunks and replaces the head while it holds storing. It returns the number of the old list's last chunk.
func (p *compaction) replaceList(ctx context.Context, storing sync.Locker, old posting, at *poolCompaction) (done bool, last int, err error) {
	storing.Lock()
	defer storing.Unlock()
	for range swapTries {
		now, err := p.readHead(ctx)
		if err != nil {
			return false, 0, err
		}
		if now.Generation != old.Generation || now.Count < old.Count {
			return false, 0, nil // another process has compacted it
		}
		try := p.clone()
		for n := old.lastChunk(); n <= now.lastChunk(); n += chunksAtOnce {
			if err := try.readChunks(ctx, now, n, min(n+chunksAtOnce, now.lastChunk()+1)); err != nil {
				return false, 0, err
			}
		}
		if err := try.writeFullChunks(ctx); err != nil {
			return false, 0, err
		}
		maps.Copy(at.droppedIDs, try.dead)
		at.oldEntries[old.Key] = slices.AppendSeq(at.oldEntries[old.Key], maps.Keys(try.old))
		if done, err := try.swapHead(ctx, now); done || err != nil {
			return done, now.lastChunk(), err
		}
	}
	return false, 0, nil
}

// clone returns a copy for a try that may fail.
func (p *compaction) clone() *compaction {
	f := *p
	f.seen, f.unwritten, f.dead, f.old = maps.Clone(p.seen), slices.Clone(p.unwritten), maps.Clone(p.dead), maps.Clone(p.old)
	return &f
}

func (p *compaction) readHead(ctx context.Context) (first posting, err error) {
	err = p.pool.Do(ctx, "read list", func(ctx context.Context, db *mongo.Database) error {
		heads, err := findPostings(ctx, db.Collection(postingsCollection), []string{p.newHead.Key})
		for _, h := range heads {
			first = h
		}
		return err
	})
	return first, err
}

// readChunks reads the chunks from..to-1 of the old list and sorts their ids into unwritten, dead, old and repeated ones.
func (p *compaction) readChunks(ctx context.Context, old posting, from, to int) error {
	return p.pool.Do(ctx, "look at list", func(ctx context.Context, db *mongo.Database) error {
		files := map[string][]byte{old.Key: old.Files}
		keys := old.chunkKeys(max(1, from), to)
		docs, err := findPostings(ctx, db.Collection(postingsCollection), keys)
		if err != nil {
			return err
		}
		for _, d := range docs {
			files[d.Key] = d.Files
		}
		var ids []int64
		for n := from; n < to; n++ {
			for _, id := range unpackIDs(files[old.chunkKey(n)]) {
				if p.seen[id] {
					p.dropped++
					continue
				}
				p.seen[id] = true
				ids = append(ids, id)
			}
		}
		there, err := existingFileIDs(ctx, db, ids)
		if err != nil {
			return err
		}
		old, err := p.oldEntries(ctx, db, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if there[id] && !old[id] {
				p.unwritten = append(p.unwritten, id)
				delete(p.dead, id) // dead earlier in the list, stored and added again since
				delete(p.old, id)
				continue
			}
			if there[id] {
				p.old[id] = true
			} else {
				p.dead[id] = true
			}
			p.dropped++
			delete(p.seen, id)
		}
		return nil
	})
}

// oldEntries returns the unsure files among ids that lack the word.
func (p *compaction) oldEntries(ctx context.Context, db *mongo.Database, ids []int64) (map[int64]bool, error) {
	old := map[int64]bool{}
	unsure, _ := splitIDs(ids, p.unsure)
	for part := range slices.Chunk(unsure, pageSize) {
		docs, err := findDocs(ctx, db, part)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			if d.Analysis == analysisVersion && !slices.Contains(listKeys(d), p.newHead.Key) {
				old[d.ID] = true
			}
		}
	}
	return old, nil
}

// writeFullChunks writes unwritten ids to new chunks as long as they fill one.
func (p *compaction) writeFullChunks(ctx context.Context) error {
	for len(p.unwritten) >= chunkIDs {
		var writes []mongo.WriteModel
		for len(p.unwritten) >= chunkIDs && len(writes) < chunksAtOnce {
			writes = p.addChunkWrite(writes, p.unwritten[:chunkIDs])
			p.unwritten = p.unwritten[chunkIDs:]
			p.fullChunks++
		}
		if err := p.bulkWrite(ctx, writes); err != nil {
			return err
		}
	}
	return nil
}

// addChunkWrite appends the write of the next chunk. The first chunk is the head, which swapHead writes.
func (p *compaction) addChunkWrite(writes []mongo.WriteModel, ids []int64) []mongo.WriteModel {
	if p.fullChunks == 0 {
		p.newHead.Files = packIDs(ids)
		return writes
	}
	c := posting{Key: p.newHead.chunkKey(p.fullChunks), Files: packIDs(ids)}
	return append(writes, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: c.Key}}).SetReplacement(c).SetUpsert(true))
}

func (p *compaction) bulkWrite(ctx context.Context, writes []mongo.WriteModel) error {
	if len(writes) == 0 {
		return nil
	}
	return p.pool.Do(ctx, "write packed list", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(postingsCollection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		return err
	})
}

// swapHead writes the last chunk and replaces the head. It returns false when the list changed since now was read.
func (p *compaction) swapHead(ctx context.Context, now posting) (done bool, err error) {
	if len(p.unwritten) > 0 {
		if err := p.bulkWrite(ctx, p.addChunkWrite(nil, p.unwritten)); err != nil {
			return false, err
		}
	}
	p.newHead.Count = int32(p.fullChunks*chunkIDs + len(p.unwritten)) //nolint:gosec // no more than there were
	asRead := now.unchangedFilter()
	if !now.isLong() {
		asRead = append(asRead, bson.E{Key: "f", Value: now.Files})
	}
	var change mongo.WriteModel = mongo.NewReplaceOneModel().SetFilter(asRead).SetReplacement(p.newHead)
	if p.newHead.Count == 0 {
		change = mongo.NewDeleteOneModel().SetFilter(asRead)
	}
	err = p.pool.Do(ctx, "change over to packed list", func(ctx context.Context, db *mongo.Database) error {
		done, err = writeIfUnchanged(ctx, db.Collection(postingsCollection), []mongo.WriteModel{change})
		return err
	})
	return done, err
}

// deleteChunks deletes the chunks 1..last of a list that is not in use.
func (p *compaction) deleteChunks(ctx context.Context, list posting, last int) error {
	for from := 1; from <= last; from += keysAtOnce {
		keys := list.chunkKeys(from, min(last+1, from+keysAtOnce))
		err := p.pool.Do(ctx, "drop old list", func(ctx context.Context, db *mongo.Database) error {
			_, err := db.Collection(postingsCollection).DeleteMany(ctx, byIDs(keys))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// existingFileIDs returns the ids that have a document.
func existingFileIDs(ctx context.Context, db *mongo.Database, ids []int64) (map[int64]bool, error) {
	there := make(map[int64]bool, len(ids))
	for part := range slices.Chunk(ids, keysAtOnce) {
		cur, err := db.Collection(filesCollection).Find(ctx, byIDs(part), options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			return nil, fmt.Errorf("which files are there: %w", err)
		}
		var docs []struct {
			ID int64 `bson:"_id"`
		}
		if err := cur.All(ctx, &docs); err != nil {
			return nil, fmt.Errorf("which files are there: %w", err)
		}
		for _, d := range docs {
			there[d.ID] = true
		}
	}
	return there, nil
}
