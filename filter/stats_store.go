package filter

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

// countFiles asks every pool for its number of files, which MongoDB takes from the collection's metadata.
func countFiles(ctx context.Context, pools *storage.Pools) (counts map[*storage.Pool]*int64, outcomes []storage.PoolResult) {
	counts = make(map[*storage.Pool]*int64)
	for _, p := range pools.All() {
		counts[p] = new(int64)
	}
	outcomes = pools.Each(ctx, "count files", func(ctx context.Context, p *storage.Pool, db *mongo.Database) error {
		n, err := db.Collection(filesCollection).EstimatedDocumentCount(ctx)
		*counts[p] = n
		return err
	})
	return counts, outcomes
}
