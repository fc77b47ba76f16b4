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

// blockedIndex is the sparse index of the people who blocked the bot.
const blockedIndex = "b_1"

var errIndexMissing = errors.New("an index is missing")

// EnsureIndexes creates the indexes of one pool that are missing. Files and posting lists are found by _id, so they need no other index.
func EnsureIndexes(ctx context.Context, pool *storage.Pool) error {
	return pool.Do(ctx, "make indexes", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(usersCollection).Indexes().CreateOne(ctx, mongo.IndexModel{
			Keys: bson.D{{Key: "b", Value: 1}}, Options: options.Index().SetSparse(true).SetName(blockedIndex),
		})
		return err
	})
}

// CheckIndexes returns an error when a pool lacks an index. An empty pool lacks none: the first start makes them.
func CheckIndexes(ctx context.Context, pool *storage.Pool) error {
	return pool.Do(ctx, "check indexes", func(ctx context.Context, db *mongo.Database) error {
		names, err := db.ListCollectionNames(ctx, bson.D{})
		if err != nil || !slices.ContainsFunc(names, func(name string) bool { return name != storage.IdentityCollection }) {
			return err
		}
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
