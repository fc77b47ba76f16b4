package filter

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// EnsureIndexes makes the indexes of one pool; it does nothing where they are.
func EnsureIndexes(ctx context.Context, pool *storage.Pool) error {
	return pool.Do(ctx, "make indexes", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(filesCollection).Indexes().CreateMany(ctx, []mongo.IndexModel{
			{Keys: bson.D{{Key: "k", Value: 1}, {Key: "d", Value: -1}}}, // words, newest first
			{Keys: bson.D{{Key: "p", Value: 1}}},                        // edits, deletions and removals come by place
		})
		if err != nil {
			return err
		}
		_, err = db.Collection(usersCollection).Indexes().CreateOne(ctx, mongo.IndexModel{
			Keys: bson.D{{Key: "b", Value: 1}}, Options: options.Index().SetSparse(true).SetName("b_1"), // those who blocked the bot: few
		})
		return err
	})
}
