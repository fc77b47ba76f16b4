package filter

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

// Out of a list of many chunks nothing is taken when a file leaves: finding it would read the whole list. One file more or less does no harm, but
// a channel's do: they fill the lists of common words up to where a search stops reading. So when a channel has left, long lists are packed.

// tidying is how far lists are packed, so that one that was interrupted goes on.
type tidying map[*storage.Pool]*tidyingPool

type tidyingPool struct {
	last string         // the key up to which all is done
	gone map[int64]bool // ids that were left out since: their files may have been written meanwhile
}

// tidy packs the lists of every pool that answers.
func (s fileStore) tidy(ctx context.Context, at tidying, storing sync.Locker) error {
	var errs []error
	for _, pool := range s.pools.All() {
		if at[pool] == nil {
			at[pool] = &tidyingPool{gone: map[int64]bool{}}
		}
		errs = append(errs, s.tidyPool(ctx, pool, at[pool], storing))
	}
	return errors.Join(errs...)
}

func (s fileStore) tidyPool(ctx context.Context, pool *storage.Pool, at *tidyingPool, storing sync.Locker) error {
	err := eachHead(ctx, pool, at.last, func(heads []head) error {
		for _, h := range heads {
			if h.Count >= chunkIDs {
				p := packing{pool: pool, next: posting{Key: h.Key, Pack: bson.NewObjectID().Hex()}, seen: map[int64]bool{}, dead: map[int64]bool{}}
				if err := p.run(ctx, storing, at.gone); err != nil {
					return err
				}
			}
			at.last = h.Key
		}
		return nil
	})
	return errors.Join(err, s.restore(ctx, pool, at))
}

// restore lists the files anew that were written while lists were packed without them.
func (s fileStore) restore(ctx context.Context, pool *storage.Pool, at *tidyingPool) error {
	for part := range slices.Chunk(slices.Collect(maps.Keys(at.gone)), packChunks*chunkIDs) {
		adds := map[string][]int64{}
		err := pool.Do(ctx, "look at files", func(ctx context.Context, db *mongo.Database) error {
			there, err := existing(ctx, db, part)
			if err != nil {
				return err
			}
			docs, err := findDocs(ctx, db, slices.Collect(maps.Keys(there)))
			for _, d := range docs {
				for _, k := range keysOf(d) {
					adds[k] = append(adds[k], d.ID)
				}
			}
			return err
		})
		if err != nil {
			return err
		}
		if _, err := changePostings(ctx, pool, adds, nil); err != nil {
			return err
		}
		for _, id := range part {
			delete(at.gone, id)
		}
	}
	return nil
}
