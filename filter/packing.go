package filter

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// A packed list stands in new chunks beside the old ones until its first chunk names them. Only the last chunks change while it is made, so only
// for these, and for the change-over, nobody else of this process may store. Another process may: what it changes meanwhile is looked at again.

const (
	packChunks = 16 // that are looked at, or written, in one go
	packTries  = 5  // against another process that adds to the same list
)

// packing makes one list anew without the ids that have no document, and without doubles.
type packing struct {
	pool *storage.Pool
	next posting // the new first chunk

	seen    map[int64]bool
	rest    []int64 // ids that stand in no new chunk yet
	chunks  int     // new chunks that are full
	dead    map[int64]bool
	dropped int // dead ones and doubles
}

func (p *packing) run(ctx context.Context, storing sync.Locker, gone map[int64]bool) error {
	old, err := p.first(ctx)
	if err != nil || old.Count < chunkIDs {
		return err
	}
	for n := 0; n < old.last(); n += packChunks {
		if err := p.look(ctx, old, n, min(n+packChunks, old.last())); err != nil {
			return err
		}
		if p.dropped == 0 {
			continue
		}
		if err := p.write(ctx); err != nil {
			return err
		}
	}
	if p.dropped == 0 {
		tail := p.fork()
		if err := tail.look(ctx, old, old.last(), old.last()+1); err != nil || tail.dropped == 0 {
			return err
		}
	}
	done, unused, err := p.finish(ctx, storing, old, gone)
	if err != nil {
		return err
	}
	if !done {
		old, unused = p.next, p.chunks+1 // what was written serves nobody
	}
	return p.drop(ctx, old, unused)
}

// finish looks at the last chunks and changes over while nobody else of this process stores. It returns the number of the old list's last chunk.
func (p *packing) finish(ctx context.Context, storing sync.Locker, old posting, gone map[int64]bool) (done bool, last int, err error) {
	storing.Lock()
	defer storing.Unlock()
	for range packTries {
		now, err := p.first(ctx)
		if err != nil {
			return false, 0, err
		}
		if now.Pack != old.Pack || now.Count < old.Count {
			return false, 0, nil // another process has packed it
		}
		try := p.fork()
		for n := old.last(); n <= now.last(); n += packChunks {
			if err := try.look(ctx, now, n, min(n+packChunks, now.last()+1)); err != nil {
				return false, 0, err
			}
		}
		if err := try.write(ctx); err != nil {
			return false, 0, err
		}
		maps.Copy(gone, try.dead)
		if done, err := try.change(ctx, now); done || err != nil {
			return done, now.last(), err
		}
	}
	return false, 0, nil
}

// fork is a copy that may be thrown away.
func (p *packing) fork() *packing {
	f := *p
	f.seen, f.rest, f.dead = maps.Clone(p.seen), slices.Clone(p.rest), maps.Clone(p.dead)
	return &f
}

func (p *packing) first(ctx context.Context) (first posting, err error) {
	err = p.pool.Do(ctx, "read list", func(ctx context.Context, db *mongo.Database) error {
		heads, err := findPostings(ctx, db.Collection(postingsCollection), []string{p.next.Key})
		for _, h := range heads {
			first = h
		}
		return err
	})
	return first, err
}

// look reads chunks of the old list and which of their ids have a document.
func (p *packing) look(ctx context.Context, old posting, from, to int) error {
	return p.pool.Do(ctx, "look at list", func(ctx context.Context, db *mongo.Database) error {
		files := map[string][]byte{old.Key: old.Files}
		var keys []string
		for n := max(1, from); n < to; n++ {
			keys = append(keys, old.chunk(n))
		}
		docs, err := findPostings(ctx, db.Collection(postingsCollection), keys)
		if err != nil {
			return err
		}
		for _, d := range docs {
			files[d.Key] = d.Files
		}
		var ids []int64
		for n := from; n < to; n++ {
			for _, id := range unpackIDs(files[old.chunk(n)]) {
				if p.seen[id] {
					p.dropped++
					continue
				}
				p.seen[id] = true
				ids = append(ids, id)
			}
		}
		there, err := existing(ctx, db, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if there[id] {
				p.rest = append(p.rest, id)
				delete(p.dead, id) // it has come back, and was added again
			} else {
				p.dead[id] = true
				p.dropped++
				delete(p.seen, id)
			}
		}
		return nil
	})
}

// write makes full chunks of the ids so far.
func (p *packing) write(ctx context.Context) error {
	for len(p.rest) >= chunkIDs {
		var writes []mongo.WriteModel
		for len(p.rest) >= chunkIDs && len(writes) < packChunks {
			writes = p.put(writes, p.rest[:chunkIDs])
			p.rest = p.rest[chunkIDs:]
			p.chunks++
		}
		if err := p.send(ctx, writes); err != nil {
			return err
		}
	}
	return nil
}

// put makes ids the next chunk. The first one is kept until the end.
func (p *packing) put(writes []mongo.WriteModel, ids []int64) []mongo.WriteModel {
	if p.chunks == 0 {
		p.next.Files = packIDs(ids)
		return writes
	}
	c := posting{Key: p.next.chunk(p.chunks), Files: packIDs(ids)}
	return append(writes, mongo.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: c.Key}}).SetReplacement(c).SetUpsert(true))
}

func (p *packing) send(ctx context.Context, writes []mongo.WriteModel) error {
	if len(writes) == 0 {
		return nil
	}
	return p.pool.Do(ctx, "write packed list", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(postingsCollection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		return err
	})
}

// change writes what is left and makes the list the new one. It is not done where the list is not any more what it was.
func (p *packing) change(ctx context.Context, now posting) (done bool, err error) {
	if len(p.rest) > 0 {
		if err := p.send(ctx, p.put(nil, p.rest)); err != nil {
			return false, err
		}
	}
	p.next.Count = int32(p.chunks*chunkIDs + len(p.rest)) //nolint:gosec // no more than there were
	var change mongo.WriteModel = mongo.NewReplaceOneModel().SetFilter(now.asRead()).SetReplacement(p.next)
	if p.next.Count == 0 {
		change = mongo.NewDeleteOneModel().SetFilter(now.asRead())
	}
	err = p.pool.Do(ctx, "change over to packed list", func(ctx context.Context, db *mongo.Database) error {
		done, err = writeAsRead(ctx, db.Collection(postingsCollection), []mongo.WriteModel{change})
		return err
	})
	return done, err
}

// drop removes the chunks behind the first one of a list that nobody reads any more, up to number last.
func (p *packing) drop(ctx context.Context, list posting, last int) error {
	for from := 1; from <= last; from += keysAtOnce {
		var keys []string
		for n := from; n <= min(last, from+keysAtOnce-1); n++ {
			keys = append(keys, list.chunk(n))
		}
		err := p.pool.Do(ctx, "drop old list", func(ctx context.Context, db *mongo.Database) error {
			_, err := db.Collection(postingsCollection).DeleteMany(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// existing tells which ids have a document.
func existing(ctx context.Context, db *mongo.Database, ids []int64) (map[int64]bool, error) {
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
