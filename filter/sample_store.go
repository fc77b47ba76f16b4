package filter

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// readRandomRun reads files in the order of their ids from a random one on, or the first ones if there are none.
func readRandomRun(ctx context.Context, pool *storage.Pool, from, most int64) (docs []fileDoc, err error) {
	err = pool.Do(ctx, "read random files", func(ctx context.Context, db *mongo.Database) error {
		c := db.Collection(filesCollection)
		var ends [2]fileDoc // those with the lowest and the highest id
		for i, order := range []int{1, -1} {
			err := c.FindOne(ctx, anyID(), options.FindOne().SetHint("_id_").SetSort(bson.D{{Key: "_id", Value: order}})).Decode(&ends[i])
			if errors.Is(err, mongo.ErrNoDocuments) {
				return nil
			}
			if err != nil {
				return err
			}
		}
		from = ends[0].ID + from%max(1, ends[1].ID-ends[0].ID+1)
		cur, err := c.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$gte", Value: from}}}}, inIDOrder(most))
		if err != nil {
			return err
		}
		return cur.All(ctx, &docs)
	})
	return docs, err
}
