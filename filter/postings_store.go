package filter

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

const keysAtOnce = 2000

// listTries is how often a list is changed anew because another process changed it meanwhile. Each time at least one of the two gets through.
const listTries = 30

var errListsBusy = errors.New("the lists are being changed by another process")

// changePostings adds and removes ids in the lists of one pool. It returns the packings of the long lists that ids were added to.
func changePostings(ctx context.Context, pool *storage.Pool, adds, removes map[string][]int64) (map[string]string, error) {
	words := slices.Collect(maps.Keys(adds))
	for w := range removes {
		if adds[w] == nil {
			words = append(words, w)
		}
	}
	packs := map[string]string{}
	for part := range slices.Chunk(words, keysAtOnce) {
		for try, done := 0, false; !done; try++ {
			if try == listTries {
				return nil, errListsBusy
			}
			err := pool.Do(ctx, "write lists", func(ctx context.Context, db *mongo.Database) error {
				c := db.Collection(postingsCollection)
				lists, err := readEnds(ctx, c, part, adds)
				if err != nil {
					return err
				}
				for _, l := range lists {
					w := l.head.Key
					l.remove(removes[w])
					l.add(adds[w])
					if l.count >= chunkIDs && len(adds[w]) > 0 {
						packs[w] = l.head.Pack
					}
				}
				done, err = writeEnds(ctx, c, lists)
				return err
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return packs, nil
}

// readEnds reads the first chunks of words, and the chunks that ids may be added to.
func readEnds(ctx context.Context, c *mongo.Collection, words []string, adds map[string][]int64) (map[string]*list, error) {
	heads, err := findPostings(ctx, c, words)
	if err != nil {
		return nil, err
	}
	lists := make(map[string]*list, len(words))
	for _, h := range heads {
		lists[h.Key] = newList(h, true)
	}
	for _, w := range words {
		if lists[w] == nil {
			lists[w] = newList(posting{Key: w}, false)
		}
	}
	for {
		wanted := map[string]*chunk{}
		for w, l := range lists {
			for _, n := range l.wants(len(adds[w])) {
				l.chunks[n] = &chunk{}
				wanted[l.head.chunk(n)] = l.chunks[n]
			}
		}
		if len(wanted) == 0 {
			return lists, nil
		}
		found, err := findPostings(ctx, c, slices.Collect(maps.Keys(wanted)))
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			*wanted[p.Key] = chunk{true, p.Files, p.Files}
		}
	}
}

// writeEnds writes what has changed, first the later chunks, then the first ones with the counts. It is not done where something was not as
// it had been read.
func writeEnds(ctx context.Context, c *mongo.Collection, lists map[string]*list) (done bool, err error) {
	var later, first []mongo.WriteModel
	for _, l := range lists {
		later = append(later, l.later()...)
		first = append(first, l.first()...)
	}
	if done, err = writeAsRead(ctx, c, later); !done || err != nil {
		return false, err
	}
	return writeAsRead(ctx, c, first)
}

// writeAsRead is done when every write found what it names. A document that should not be there yet is a duplicate key.
func writeAsRead(ctx context.Context, c *mongo.Collection, writes []mongo.WriteModel) (done bool, err error) {
	if len(writes) == 0 {
		return true, nil
	}
	result, err := c.BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
	if mongo.IsDuplicateKeyError(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return result.InsertedCount+result.MatchedCount+result.DeletedCount == int64(len(writes)), nil
}

// later are the writes to the later chunks.
func (l *list) later() (writes []mongo.WriteModel) {
	for n, c := range l.chunks {
		key := l.head.chunk(n)
		switch {
		case n == 0 || bytes.Equal(c.read, c.files):
		case !c.there:
			writes = append(writes, mongo.NewInsertOneModel().SetDocument(posting{Key: key, Files: c.files}))
		default:
			writes = append(writes, mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: key}, {Key: "f", Value: c.read}}).
				SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "f", Value: c.files}}}}))
		}
	}
	return writes
}

// first are the writes to the first chunk. Of a long list's only the count changes.
func (l *list) first() []mongo.WriteModel {
	if l.long() {
		if l.count == l.head.Count {
			return nil
		}
		return []mongo.WriteModel{mongo.NewUpdateOneModel().SetFilter(l.head.asRead()).SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: l.count}}}})}
	}
	c := l.chunks[0]
	asRead := append(l.head.asRead(), bson.E{Key: "f", Value: c.read})
	switch {
	case bytes.Equal(c.read, c.files):
		return nil
	case !l.there:
		return []mongo.WriteModel{mongo.NewInsertOneModel().SetDocument(posting{Key: l.head.Key, Count: l.count, Files: c.files})}
	case l.count == 0:
		return []mongo.WriteModel{mongo.NewDeleteOneModel().SetFilter(asRead)}
	}
	return []mongo.WriteModel{mongo.NewUpdateOneModel().SetFilter(asRead).
		SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: l.count}, {Key: "f", Value: c.files}}}})}
}

// asRead is the condition that the first chunk of a list is what it was; of a long list it covers all chunks.
func (p posting) asRead() bson.D {
	var pack any // null: there is none
	if p.Pack != "" {
		pack = p.Pack
	}
	return bson.D{{Key: "_id", Value: p.Key}, {Key: "n", Value: p.Count}, {Key: "g", Value: pack}}
}

// packedSince tells which lists have been packed since they were read, or are gone.
func packedSince(ctx context.Context, pool *storage.Pool, packs map[string]string) (words []string, err error) {
	for part := range slices.Chunk(slices.Collect(maps.Keys(packs)), keysAtOnce) {
		same := map[string]bool{}
		err := pool.Do(ctx, "look at lists", func(ctx context.Context, db *mongo.Database) error {
			cur, err := db.Collection(postingsCollection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: part}}}}, options.Find().SetProjection(bson.D{{Key: "g", Value: 1}}))
			if err != nil {
				return err
			}
			var heads []posting
			err = cur.All(ctx, &heads)
			for _, h := range heads {
				same[h.Key] = h.Pack == packs[h.Key]
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, w := range part {
			if !same[w] {
				words = append(words, w)
			}
		}
	}
	return words, nil
}

func findPostings(ctx context.Context, c *mongo.Collection, keys []string) ([]posting, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	cur, err := c.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}})
	if err != nil {
		return nil, err
	}
	var found []posting
	return found, cur.All(ctx, &found)
}

// LoadVocabulary reads the words of one pool into v. A word that stands in several pools is counted in each.
func LoadVocabulary(ctx context.Context, pool *storage.Pool, v *Vocabulary) error {
	_, err := loadWords(ctx, pool, v, "")
	return err
}

// loadWords reads the words behind last. It returns how far it came.
func loadWords(ctx context.Context, pool *storage.Pool, v *Vocabulary, last string) (string, error) {
	err := eachHead(ctx, pool, last, func(heads []head) error {
		words := map[string]int{}
		for _, h := range heads {
			if isWord(h.Key) {
				words[h.Key] = h.Count
			}
		}
		v.Add(words)
		if len(heads) > 0 {
			last = heads[len(heads)-1].Key
		}
		return nil
	})
	return last, err
}

// head is a chunk's key and, in a list's first one, the number of ids ever added.
type head struct {
	Key   string `bson:"_id"`
	Count int    `bson:"n"`
}

// eachHead walks the keys of all chunks of a pool behind last, in order, some thousands at a time.
func eachHead(ctx context.Context, pool *storage.Pool, last string, fn func([]head) error) error {
	const batch = 5000
	for {
		var heads []head
		err := pool.Do(ctx, "read words", func(ctx context.Context, db *mongo.Database) error {
			cur, err := db.Collection(postingsCollection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: last}}}},
				options.Find().SetHint("_id_").SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(batch).SetProjection(bson.D{{Key: "n", Value: 1}}))
			if err != nil {
				return err
			}
			heads = heads[:0] // of a try before
			return cur.All(ctx, &heads)
		})
		if err != nil {
			return err
		}
		if err := fn(heads); err != nil {
			return err
		}
		if len(heads) < batch {
			return nil
		}
		last = heads[len(heads)-1].Key
	}
}
