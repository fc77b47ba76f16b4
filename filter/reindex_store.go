package filter

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

const (
	reindexCollection = "reindex"
	reindexKey        = "at"
)

// reindexing is the position of the reindexer in a pool.
type reindexing struct {
	Version int32 `bson:"v"` // analysisVersion of the program that works
	Begun   bool  `bson:"b"` // After has a value
	After   int64 `bson:"a"` // files up to this id are done
	Done    bool  `bson:"d"`
}

// passed reports whether the reindexer has processed the id.
func (at reindexing) passed(id int64) bool {
	return at.Version == analysisVersion && (at.Done || at.Begun && id <= at.After)
}

// readReindexing reads the position. It is zero in a pool without one.
func readReindexing(ctx context.Context, pool *storage.Pool) (at reindexing, err error) {
	err = pool.Do(ctx, "read position", func(ctx context.Context, db *mongo.Database) error {
		err := db.Collection(reindexCollection).FindOne(ctx, bson.D{{Key: "_id", Value: reindexKey}}).Decode(&at)
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil
		}
		return err
	})
	return at, err
}

func saveReindexing(ctx context.Context, pool *storage.Pool, at reindexing) error {
	return pool.Do(ctx, "save position", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(reindexCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: reindexKey}}, bson.D{{Key: "$set", Value: at}}, options.UpdateOne().SetUpsert(true))
		return err
	})
}

// markAnalysed gives documents the program's version of the analysis. all is false if another process changed one of them meanwhile. The documents' own
// version grows, because a process that has read them would write the old one back.
func markAnalysed(ctx context.Context, pool *storage.Pool, docs []fileDoc) (all bool, err error) {
	var writes []mongo.WriteModel
	for _, d := range docs {
		writes = append(writes, mongo.NewUpdateOneModel().SetFilter(d.unchangedFilter()).
			SetUpdate(bson.D{{Key: "$set", Value: bson.D{{Key: "w", Value: int32(analysisVersion)}}}, {Key: "$inc", Value: bson.D{{Key: "v", Value: int32(1)}}}}))
	}
	err = pool.Do(ctx, "mark files", func(ctx context.Context, db *mongo.Database) error {
		all, err = writeIfUnchanged(ctx, db.Collection(filesCollection), writes)
		return err
	})
	return all, err
}
