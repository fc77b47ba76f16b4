package filter

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

const (
	pageSize  = 1000
	pagePause = 20 * time.Millisecond // after each page, so that a read of millions delays no search
)

// eachPage calls fn with the documents of a collection whose ids are numbers, in the order of the ids and with the named fields only. fn returns the
// last id of its page.
func eachPage[D any](ctx context.Context, pool *storage.Pool, collection string, fields []string, fn func([]D) int64) error {
	projection := bson.D{}
	for _, f := range fields {
		projection = append(projection, bson.E{Key: f, Value: 1})
	}
	condition := anyID()
	for {
		var docs []D
		err := pool.Do(ctx, "read all "+collection, func(ctx context.Context, db *mongo.Database) error {
			cur, err := db.Collection(collection).Find(ctx, condition, inIDOrder(pageSize).SetProjection(projection))
			if err != nil {
				return err
			}
			docs = nil // drop what an earlier try read
			return cur.All(ctx, &docs)
		})
		if err != nil || len(docs) == 0 {
			return err
		}
		condition = idsAfter(fn(docs))
		if !sleep(ctx, pagePause) {
			return context.Cause(ctx)
		}
	}
}
