package filter

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// blockedIndex finds those who blocked the bot: few.
const blockedIndex = "b_1"

var errIndexMissing = errors.New("an index is missing")

// EnsureIndexes makes the indexes of one pool; it does nothing where they are. Files and lists are found by _id alone, which costs nothing
// more than the documents.
func EnsureIndexes(ctx context.Context, pool *storage.Pool) error {
	return pool.Do(ctx, "make indexes", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(usersCollection).Indexes().CreateOne(ctx, mongo.IndexModel{
			Keys: bson.D{{Key: "b", Value: 1}}, Options: options.Index().SetSparse(true).SetName(blockedIndex),
		})
		return err
	})
}

// CheckIndexes tells whether one pool has its indexes.
func CheckIndexes(ctx context.Context, pool *storage.Pool) error {
	return pool.Do(ctx, "check indexes", func(ctx context.Context, db *mongo.Database) error {
		specs, err := db.Collection(usersCollection).Indexes().ListSpecifications(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(specs, func(s mongo.IndexSpecification) bool { return s.Name == blockedIndex }) {
			return fmt.Errorf("%w: %s of %s", errIndexMissing, blockedIndex, usersCollection)
		}
		return nil
	})
}
