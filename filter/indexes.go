package filter

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// EnsureIndexes makes the indexes of one pool; it does nothing where they are. Files and lists are found by _id alone, which costs nothing
// more than the documents.
func EnsureIndexes(ctx context.Context, pool *storage.Pool) error {
	return pool.Do(ctx, "make indexes", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(usersCollection).Indexes().CreateOne(ctx, mongo.IndexModel{
			Keys: bson.D{{Key: "b", Value: 1}}, Options: options.Index().SetSparse(true).SetName("b_1"), // those who blocked the bot: few
		})
		return err
	})
}
