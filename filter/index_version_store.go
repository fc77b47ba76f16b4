package filter

import (
	"context"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// Each pool has a random number among its lists that every write replaces after it has written files and lists. Searches keep lists and results in memory
// under the number that they read before them, and use them while the pool still has it. So memory is never older than the last write that was
// acknowledged, whichever process made it.
//
// A process that dies between a write and its number leaves the old one. The next one replaces it when it starts, and nothing in memory is
// used for more than trustedFor.

const (
	indexVersionKey = "\x02" // sorts before all lists
	trustedFor      = time.Minute
)

// indexVersion tells states of a pool's index apart.
type indexVersion struct {
	number int64
	period int64 // of trustedFor
}

func (s *Searcher) versionOf(number int64) indexVersion {
	return indexVersion{number, s.opts.Now().UnixNano() / int64(trustedFor)}
}

// changeIndexVersion replaces the number of a pool, also when ctx has ended, because the writes before it may have arrived.
func changeIndexVersion(ctx context.Context, pool *storage.Pool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return pool.Do(ctx, "change version", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(postingsCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: indexVersionKey}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "v", Value: rand.Int64()}}}}, options.UpdateOne().SetUpsert(true)) //nolint:gosec // it only has to be new
		return err
	})
}
