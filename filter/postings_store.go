package filter

import (
	"context"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

const keysAtOnce = 2000

// changePostings adds and removes ids in the lists of one pool. One process does this at a time.
func changePostings(ctx context.Context, pool *storage.Pool, adds, removes map[string][]int64) error {
	words := slices.Collect(maps.Keys(adds))
	for w := range removes {
		if adds[w] == nil {
			words = append(words, w)
		}
	}
	for part := range slices.Chunk(words, keysAtOnce) {
		err := pool.Do(ctx, "write lists", func(ctx context.Context, db *mongo.Database) error {
			c := db.Collection(postingsCollection)
			lists, err := loadChunks(ctx, c, part)
			if err != nil {
				return err
			}
			var writes []mongo.WriteModel
			for w, l := range lists {
				l.remove(removes[w])
				l.add(adds[w])
				writes = append(writes, l.writes()...)
			}
			if len(writes) == 0 {
				return nil
			}
			_, err = c.BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// loadChunks reads the first and last chunks of words.
func loadChunks(ctx context.Context, c *mongo.Collection, words []string) (map[string]*chunks, error) {
	lists := make(map[string]*chunks, len(words))
	for _, w := range words {
		empty := posting{Key: w}
		lists[w] = &chunks{word: w, head: empty, last: empty, dirty: map[string]posting{}}
	}
	heads, err := findPostings(ctx, c, words)
	if err != nil {
		return nil, err
	}
	var more []string
	owner := map[string]*chunks{}
	for _, h := range heads {
		l := lists[h.Key]
		l.head, l.last = h, h
		if n := l.lastNumber(); n > 0 {
			l.last = posting{Key: chunkKey(h.Key, n)}
			owner[l.last.Key] = l
			more = append(more, l.last.Key)
		}
	}
	if len(more) == 0 {
		return lists, nil
	}
	lasts, err := findPostings(ctx, c, more)
	if err != nil {
		return nil, err
	}
	for _, p := range lasts {
		owner[p.Key].last = p
	}
	return lists, nil
}

func findPostings(ctx context.Context, c *mongo.Collection, keys []string) ([]posting, error) {
	cur, err := c.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: keys}}}})
	if err != nil {
		return nil, err
	}
	var found []posting
	return found, cur.All(ctx, &found)
}

// writes turns the changed chunks into writes. Of a long list's first chunk only the count changes.
func (c *chunks) writes() []mongo.WriteModel {
	var out []mongo.WriteModel
	for key, p := range c.dirty {
		id := bson.D{{Key: "_id", Value: key}}
		switch {
		case key == c.word && c.head.Count == 0:
			out = append(out, mongo.NewDeleteOneModel().SetFilter(id))
		case key == c.word && !c.files:
			out = append(out, mongo.NewUpdateOneModel().SetFilter(id).SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: c.head.Count}}}}))
		default:
			out = append(out, mongo.NewReplaceOneModel().SetFilter(id).SetReplacement(p).SetUpsert(true))
		}
	}
	return out
}

// LoadVocabulary reads the words of one pool into v. A word that stands in several pools is counted in each.
func LoadVocabulary(ctx context.Context, pool *storage.Pool, v *Vocabulary) error {
	return eachHead(ctx, pool, func(heads []head) error {
		words := map[string]int{}
		for _, h := range heads {
			if isWord(h.Key) {
				words[h.Key] = h.Count
			}
		}
		v.Add(words)
		return nil
	})
}

// head is a chunk's key and, in a list's first one, the number of ids ever added.
type head struct {
	Key   string `bson:"_id"`
	Count int    `bson:"n"`
}

// eachHead walks the keys of all chunks of a pool in order, some thousands at a time.
func eachHead(ctx context.Context, pool *storage.Pool, fn func([]head) error) error {
	const batch = 5000
	for last := ""; ; {
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
