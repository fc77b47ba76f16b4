package filter

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Conditions on the _id, the only indexed field of most collections.

// byIDs matches the documents with these ids.
func byIDs[ID int64 | string](ids []ID) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}
}

// idsAfter matches the documents whose ids sort after one.
func idsAfter[ID int64 | string](id ID) bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$gt", Value: id}}}}
}

// anyID matches all documents. In contrast to an empty condition it uses the index.
func anyID() bson.D {
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$exists", Value: true}}}}
}

// inIDOrder reads the first documents in the order of their ids.
func inIDOrder(most int64) *options.FindOptionsBuilder {
	return options.Find().SetHint("_id_").SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(most)
}

// readAll reads all documents of a cursor without the driver's decoder, which makes a reader for each of them.
func readAll[D any, P interface {
	*D
	bson.Unmarshaler
}](ctx context.Context, cur *mongo.Cursor) (docs []D, err error) {
	for cur.Next(ctx) {
		docs = append(docs, *new(D))
		if err := P(&docs[len(docs)-1]).UnmarshalBSON(cur.Current); err != nil {
			return nil, errors.Join(err, cur.Close(ctx))
		}
	}
	return docs, errors.Join(cur.Err(), cur.Close(ctx))
}

func findDocs(ctx context.Context, db *mongo.Database, ids []int64) ([]fileDoc, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	cur, err := db.Collection(filesCollection).Find(ctx, byIDs(ids))
	if err != nil {
		return nil, err
	}
	return readAll[fileDoc](ctx, cur)
}
