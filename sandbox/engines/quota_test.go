package engines_test

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/sandbox/engines"
)

func TestQuota_AFullServerRefusesWritesAndStillReadsAndDeletes(t *testing.T) {
	t.Parallel()
	e, err := engines.Start(t.Context(), engines.Options{MongoPools: 1})
	if err != nil {
		t.Fatal(err)
	}
	q, err := engines.OpenQuota(t.Context(), e.MongoURIs[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		q.Close()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	c := mongoAt(t, q.URI()).Database("pavilion").Collection("things")
	ctx := t.Context()
	if _, err := c.InsertOne(ctx, bson.M{"_id": 1}); err != nil {
		t.Fatal(err)
	}
	q.SetFull(true)
	var refused mongo.CommandError
	if _, err := c.InsertOne(ctx, bson.M{"_id": 2}); !errors.As(err, &refused) || refused.Code != 8000 {
		t.Errorf("an insert: %v", err)
	}
	if _, err := c.UpdateOne(ctx, bson.M{"_id": 1}, bson.M{"$set": bson.M{"n": 1}}); !errors.As(err, &refused) {
		t.Errorf("an update: %v", err)
	}
	if n, err := c.CountDocuments(ctx, bson.M{}); err != nil || n != 1 {
		t.Errorf("%d documents, %v", n, err)
	}
	if _, err := c.DeleteOne(ctx, bson.M{"_id": 1}); err != nil {
		t.Errorf("a deletion: %v", err)
	}
	q.SetFull(false)
	if _, err := c.InsertOne(ctx, bson.M{"_id": 2}); err != nil {
		t.Errorf("an insert with room: %v", err)
	}
}
