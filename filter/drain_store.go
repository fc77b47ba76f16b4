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
