package filter

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"pavilion/storage"
)

const keysAtOnce = 2000

// listTries limits how often a change is repeated because another process changed a list meanwhile. In each round one of the two succeeds.
const listTries = 30

var errListsBusy = errors.New("the lists are being changed by another process")

// posting is one stored chunk of a list.
type posting struct {
	Key        string `bson:"_id"`
	Count      int32  `bson:"n,omitempty"` // ids ever added to the list; in the head only
	Generation string `bson:"g,omitempty"` // the compaction that wrote the later chunks, empty before the first one; in the head only
	Files      []byte `bson:"f"`
	Version    int64  `bson:"v,omitempty"` // in the document indexVersionKey only
}

// UnmarshalBSON reads the fields without reflection, because a search reads many lists, and a start the heads of all words.
func (p *posting) UnmarshalBSON(data []byte) error {
	elements, err := bson.Raw(data).Elements()
	if err != nil {
		return err
	}
	*p = posting{}
	for _, e := range elements {
		v := e.Value()
		switch e.Key() {
		case "_id":
			p.Key, _ = v.StringValueOK()
		case "n":
			p.Count = int32Of(v)
		case "g":
			p.Generation, _ = v.StringValueOK()
		case "f":
			p.Files = binaryOf(v).Data
		case "v":
			p.Version, _ = v.AsInt64OK()
		}
	}
	return nil
}

// isLong reports a list of several chunks, or one whose next id begins the second.
func (p posting) isLong() bool { return p.Count >= chunkIDs }

// lastChunk returns the number of the last chunk of a head's list.
func (p posting) lastChunk() int { return int(p.Count) / chunkIDs }

// chunkKey returns the key of chunk n of a head's list.
func (p posting) chunkKey(n int) string {
	switch {
	case n == 0:
		return p.Key
	case p.Generation == "":
		return p.Key + chunkMark + strconv.FormatInt(int64(n), 36)
	}
	return p.Key + chunkMark + strconv.FormatInt(int64(n), 36) + chunkMark + p.Generation
}

// chunkKeys returns the keys of the chunks from..to-1 of a head's list.
func (p posting) chunkKeys(from, to int) (keys []string) {
	for n := from; n < to; n++ {
		keys = append(keys, p.chunkKey(n))
	}
	return keys
}

// listsAtOnce is the number of lists that are read and written together. writersAtOnce such groups are changed at the same time, because a server handles the
// statements of a command one after the other.
const (
	listsAtOnce   = 1000
	writersAtOnce = 2
)

// changePostings adds and removes ids in the lists of one pool. It returns the generations of those lists that it added ids to and that may be compacted.
func changePostings(ctx context.Context, pool *storage.Pool, adds, removes map[string][]int64) (map[string]string, error) {
	words := slices.Collect(maps.Keys(adds))
	for w := range removes {
		if adds[w] == nil {
			words = append(words, w)
		}
	}
	change := listsChange{pool: pool, adds: adds, removes: removes, generations: map[string]string{}}
	writers, wctx := errgroup.WithContext(ctx)
	writers.SetLimit(writersAtOnce)
	for part := range slices.Chunk(words, listsAtOnce) {
		writers.Go(func() error { return change.write(wctx, part) })
	}
	if err := writers.Wait(); err != nil {
		return nil, err
	}
	if len(change.unsure) > 0 {
		_, err := changePostings(ctx, pool, map[string][]int64{unsureKey: distinct(change.unsure)}, nil)
		return change.generations, err
	}
	return change.generations, nil
}

// listsChange adds and removes ids in lists of one pool.
type listsChange struct {
	pool          *storage.Pool
	adds, removes map[string][]int64

	mu          sync.Mutex
	generations map[string]string // of the lists that got ids and that may be compacted
	unsure      []int64           // removed ids that stay in long lists
}

// write changes the lists of some words. If another process changed one meanwhile, it reads them again and repeats the change, up to listTries times.
func (c *listsChange) write(ctx context.Context, words []string) error {
	for range listTries {
		var done bool
		err := c.pool.Do(ctx, "write lists", func(ctx context.Context, db *mongo.Database) error {
			postings := db.Collection(postingsCollection)
			lists, err := readListTails(ctx, postings, words, c.adds)
			if err != nil {
				return err
			}
			for _, l := range lists {
				c.changeList(l)
			}
			done, err = writeListTails(ctx, postings, lists)
			return err
		})
		if done || err != nil {
			return err
		}
	}
	return errListsBusy
}

// changeList applies the change to a list that was read. It notes the list's generation, and the removed ids that stay in the list.
func (c *listsChange) changeList(l *listTail) {
	w := l.head.Key
	l.removeIDs(c.removes[w])
	l.addIDs(c.adds[w])
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.isLong() && w != unsureKey {
		c.unsure = append(c.unsure, c.removes[w]...)
	}
	if mayHaveOldEntries(l.count, l.head.Generation) && len(c.adds[w]) > 0 {
		c.generations[w] = l.head.Generation
	}
}

// readListTails reads the heads of words, and the chunks to which ids may be added.
func readListTails(ctx context.Context, c *mongo.Collection, words []string, adds map[string][]int64) (map[string]*listTail, error) {
	heads, err := findPostings(ctx, c, words)
	if err != nil {
		return nil, err
	}
	lists := make(map[string]*listTail, len(words))
	for _, h := range heads {
		lists[h.Key] = newListTail(h, true)
	}
	for _, w := range words {
		if lists[w] == nil {
			lists[w] = newListTail(posting{Key: w}, false)
		}
	}
	for {
		wanted := map[string]*listChunk{}
		for w, l := range lists {
			for _, n := range l.chunksToRead(len(adds[w])) {
				l.chunks[n] = &listChunk{}
				wanted[l.head.chunkKey(n)] = l.chunks[n]
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
			*wanted[p.Key] = listChunk{true, p.Files, p.Files}
		}
	}
}

// writeListTails writes the chunks that differ: the later ones first, then the heads with the counts. It returns false when another process
// changed one of them meanwhile.
func writeListTails(ctx context.Context, c *mongo.Collection, lists map[string]*listTail) (done bool, err error) {
	var later, first []mongo.WriteModel
	for _, l := range lists {
		later = append(later, l.laterWrites()...)
		first = append(first, l.headWrites()...)
	}
	if done, err = writeIfUnchanged(ctx, c, later); !done || err != nil {
		return false, err
	}
	return writeIfUnchanged(ctx, c, first)
}

// writeIfUnchanged sends conditional writes and returns true when every condition held. An insert of a document that exists by now fails with a
// duplicate key, which counts as a failed condition.
func writeIfUnchanged(ctx context.Context, c *mongo.Collection, writes []mongo.WriteModel) (done bool, err error) {
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

// laterWrites returns the writes of the changed chunks behind the head.
func (l *listTail) laterWrites() (writes []mongo.WriteModel) {
	for n, c := range l.chunks {
		key := l.head.chunkKey(n)
		switch {
		case n == 0 || bytes.Equal(c.before, c.after):
		case !c.exists:
			writes = append(writes, mongo.NewInsertOneModel().SetDocument(posting{Key: key, Files: c.after}))
		default:
			writes = append(writes, mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: key}, {Key: "f", Value: c.before}}).
				SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "f", Value: c.after}}}}))
		}
	}
	return writes
}

// headWrites returns the write of the head, if it changed. In the head of a long list only the count changes.
func (l *listTail) headWrites() []mongo.WriteModel {
	if l.isLong() {
		if l.count == l.head.Count {
			return nil
		}
		return []mongo.WriteModel{mongo.NewUpdateOneModel().SetFilter(l.head.unchangedFilter()).SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: l.count}}}})}
	}
	c := l.chunks[0]
	asRead := append(l.head.unchangedFilter(), bson.E{Key: "f", Value: c.before})
	switch {
	case bytes.Equal(c.before, c.after):
		return nil
	case !l.exists:
		return []mongo.WriteModel{mongo.NewInsertOneModel().SetDocument(posting{Key: l.head.Key, Count: l.count, Files: c.after})}
	case l.count == 0:
		return []mongo.WriteModel{mongo.NewDeleteOneModel().SetFilter(asRead)}
	}
	return []mongo.WriteModel{mongo.NewUpdateOneModel().SetFilter(asRead).
		SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "n", Value: l.count}, {Key: "f", Value: c.after}}}})}
}

// unchangedFilter is the condition that the head still has the count and generation that were read. For a long list this covers all chunks.
func (p posting) unchangedFilter() bson.D {
	var pack any // null: there is none
	if p.Generation != "" {
		pack = p.Generation
	}
	return bson.D{{Key: "_id", Value: p.Key}, {Key: "n", Value: p.Count}, {Key: "g", Value: pack}}
}

// compactedSince returns the lists that were compacted or deleted since their generations were read.
func compactedSince(ctx context.Context, pool *storage.Pool, generations map[string]string) (words []string, err error) {
	for part := range slices.Chunk(slices.Collect(maps.Keys(generations)), keysAtOnce) {
		same := map[string]bool{}
		err := pool.Do(ctx, "look at lists", func(ctx context.Context, db *mongo.Database) error {
			heads, err := findPostings(ctx, db.Collection(postingsCollection), part, withoutFiles(options.Find()))
			for _, h := range heads {
				same[h.Key] = h.Generation == generations[h.Key]
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

func findPostings(ctx context.Context, c *mongo.Collection, keys []string, o ...options.Lister[options.FindOptions]) ([]posting, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	wanted := byIDs(keys)
	if len(keys) == 1 {
		wanted = bson.D{{Key: "_id", Value: keys[0]}}
	}
	cur, err := c.Find(ctx, wanted, o...)
	if err != nil {
		return nil, err
	}
	return readAll[posting](ctx, cur)
}

// withoutFiles makes a read return keys, counts and generations only.
func withoutFiles(o *options.FindOptionsBuilder) *options.FindOptionsBuilder {
	return o.SetProjection(bson.D{{Key: "n", Value: 1}, {Key: "g", Value: 1}})
}

// findNewestFirst reads chunks by their keys and returns the ids of each, the last added first. It unpacks them directly from the response, because a list of
// a million files has about 2,000 chunks.
func findNewestFirst(ctx context.Context, c *mongo.Collection, keys []string) (map[string][]int64, error) {
	chunks := make(map[string][]int64, len(keys))
	for part := range slices.Chunk(keys, keysAtOnce) {
		cur, err := c.Find(ctx, byIDs(part))
		if err != nil {
			return nil, err
		}
		for cur.Next(ctx) {
			key, _ := cur.Current.Lookup("_id").StringValueOK()
			_, ids, _ := cur.Current.Lookup("f").BinaryOK()
			chunks[key] = newestFirst(ids)
		}
		if err := errors.Join(cur.Err(), cur.Close(ctx)); err != nil {
			return nil, err
		}
	}
	return chunks, nil
}

// LoadVocabulary adds the words of one pool to v. The counts of a word in several pools add up.
func LoadVocabulary(ctx context.Context, pool *storage.Pool, v *Vocabulary) error {
	_, err := loadWords(ctx, pool, v, "")
	return err
}

// loadWords adds the words that sort after last to v. It returns the last key that it read.
func loadWords(ctx context.Context, pool *storage.Pool, v *Vocabulary, last string) (string, error) {
	err := eachListHead(ctx, pool, last, func(heads []posting) error {
		words := map[string]int{}
		for _, h := range heads {
			if isWord(h.Key) {
				words[h.Key] = int(h.Count)
			}
		}
		v.Add(words)
		if len(heads) > 0 {
			last = heads[len(heads)-1].Key
		}
		return nil
	})
	signal(v.deltaFull) // the merged words are quicker to search
	return last, err
}

// eachListHead calls fn with all chunks of a pool whose keys sort after last, in order, up to 5000 at a time. The chunks come without Files.
func eachListHead(ctx context.Context, pool *storage.Pool, last string, fn func([]posting) error) error {
	const batch = 5000
	for {
		var heads []posting
		err := pool.Do(ctx, "read words", func(ctx context.Context, db *mongo.Database) error {
			cur, err := db.Collection(postingsCollection).Find(ctx, idsAfter(last), withoutFiles(inIDOrder(batch)))
			if err != nil {
				return err
			}
			heads, err = readAll[posting](ctx, cur)
			return err
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
