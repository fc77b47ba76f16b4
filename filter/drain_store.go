package filter

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// readFirstFiles reads the files with the lowest ids of a pool.
func readFirstFiles(ctx context.Context, pool *storage.Pool, most int64) (docs []fileDoc, err error) {
	err = pool.Do(ctx, "read files to move", func(ctx context.Context, db *mongo.Database) error {
		return readFirst(ctx, db.Collection(filesCollection), most, &docs)
	})
	return docs, err
}

// readFirst reads the documents with the lowest ids of a collection whose ids are numbers.
func readFirst(ctx context.Context, c *mongo.Collection, most int64, into any) error {
	cur, err := c.Find(ctx, anyID(), inIDOrder(most))
	if err != nil {
		return err
	}
	return cur.All(ctx, into)
}

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

// movePeople moves a batch of people out of a pool and returns how many there were. A person whose document changes meanwhile stays for the next
// batch.
func (a *Audience) movePeople(ctx context.Context, from *storage.Pool) (int, error) {
	var people []personDoc
	err := from.Do(ctx, "read people to move", func(ctx context.Context, db *mongo.Database) error {
		return readFirst(ctx, db.Collection(usersCollection), drainBatch, &people)
	})
	if err != nil || len(people) == 0 {
		return 0, err
	}
	elsewhere, err := a.mergeIntoOthers(ctx, from, people)
	if err != nil {
		return 0, err
	}
	var added, removed []mongo.WriteModel
	for _, p := range people {
		if !elsewhere[p.ID] {
			added = append(added, mongo.NewUpdateOneModel().SetFilter(bson.D{{Key: "_id", Value: p.ID}}).SetUpdate(bson.D{{Key: "$set", Value: p}}).SetUpsert(true))
		}
		removed = append(removed, mongo.NewDeleteOneModel().SetFilter(p.unchangedFilter()))
	}
	if err := a.insertPeople(ctx, from, added); err != nil {
		return 0, err
	}
	return len(people), bulkWriteUsers(ctx, from, "drop moved people", removed)
}

// mergeIntoOthers updates the documents that other pools have of the people, and returns the ids of these people.
func (a *Audience) mergeIntoOthers(ctx context.Context, from *storage.Pool, people []personDoc) (map[int64]bool, error) {
	ids, byID := make([]int64, len(people)), map[int64]personDoc{}
	for i, p := range people {
		ids[i], byID[p.ID] = p.ID, p
	}
	elsewhere := map[int64]bool{}
	for _, pool := range a.pools.All() {
		if pool == from {
			continue
		}
		var twins []personDoc
		err := pool.Do(ctx, "find moved people", func(ctx context.Context, db *mongo.Database) error {
			cur, err := db.Collection(usersCollection).Find(ctx, byIDs(ids))
			if err != nil {
				return err
			}
			return cur.All(ctx, &twins)
		})
		if errors.Is(err, storage.ErrPoolDown) {
			continue // a copy there is met when people are counted or written to, as after any outage
		}
		if err != nil {
			return nil, err
		}
		var writes []mongo.WriteModel
		for _, twin := range twins {
			elsewhere[twin.ID] = true
			if p := byID[twin.ID]; p.Seen > twin.Seen {
				writes = append(writes, mongo.NewUpdateOneModel().SetFilter(twin.unchangedFilter()).SetUpdate(bson.D{{Key: "$set", Value: p}}))
			}
		}
		if err := bulkWriteUsers(ctx, pool, "merge people", writes); err != nil {
			return nil, err
		}
	}
	return elsewhere, nil
}

// insertPeople writes people to a normal pool.
func (a *Audience) insertPeople(ctx context.Context, from *storage.Pool, writes []mongo.WriteModel) error {
	if len(writes) == 0 {
		return nil
	}
	errs := []error{ErrNoRoom}
	for _, pool := range a.pools.Writable(ctx) {
		err := storage.Distinct(ctx, from, pool)
		if err == nil {
			err = bulkWriteUsers(ctx, pool, "add moved people", writes)
		}
		if err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func bulkWriteUsers(ctx context.Context, pool *storage.Pool, op string, writes []mongo.WriteModel) error {
	if len(writes) == 0 {
		return nil
	}
	return pool.Do(ctx, op, func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(usersCollection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		return err
	})
}

// personDoc is a stored person.
type personDoc struct {
	ID       int64  `bson:"_id"`
	Seen     int32  `bson:"s"` // Unix time of the last activity
	First    int32  `bson:"f,omitempty"`
	Language string `bson:"l,omitempty"`
	Blocked  bool   `bson:"b,omitempty"`
	Others   bson.M `bson:",inline"` // fields that this type does not name
}

// unchangedFilter matches the document as long as it is as it was read. A comparison with null matches a missing field.
func (p personDoc) unchangedFilter() bson.D {
	field := func(present bool, value any) any {
		if present {
			return value
		}
		return nil
	}
	return bson.D{{Key: "_id", Value: p.ID}, {Key: "s", Value: p.Seen}, {Key: "l", Value: field(p.Language != "", p.Language)}, {Key: "b", Value: field(p.Blocked, true)}}
}
