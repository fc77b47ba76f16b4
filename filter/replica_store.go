package filter

import (
	"bytes"
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// versioned is a small document that every pool stores, so that it can be read while any pool is down: channels with their ledgers, reads of the
// past. The highest version counts. One process writes them, the holder of the bot's lease. A pool that missed a write has an
// older version, whose ledger has more ids in gaps, and reading a message twice is harmless. When the pool is back, copyReplicasTo writes the newest
// versions to it, because it may be the only one that answers at the next start.
type versioned interface {
	replicaID() any
	replicaVersion() int64
}

// writeReplica writes a document to every pool. It succeeds when one pool stored it.
func writeReplica(ctx context.Context, pools *storage.Pools, collection string, doc versioned) error {
	outcomes := pools.Each(ctx, "write "+collection, func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		_, err := db.Collection(collection).ReplaceOne(ctx, bson.D{{Key: "_id", Value: doc.replicaID()}}, doc, options.Replace().SetUpsert(true))
		return err
	})
	var errs []error
	for _, o := range outcomes {
		if o.Err == nil {
			return nil
		}
		errs = append(errs, o.Err)
	}
	return errors.Join(errs...)
}

// rawReplica is a versioned document of any collection.
type rawReplica struct{ bson.Raw }

// UnmarshalBSON keeps the document as it is.
func (r *rawReplica) UnmarshalBSON(data []byte) error {
	r.Raw = bytes.Clone(data)
	return nil
}

func (r rawReplica) replicaID() any {
	id := r.Lookup("_id")
	if n, ok := id.AsInt64OK(); ok {
		return n
	}
	text, _ := id.StringValueOK() // an id is a number or a string
	return text
}

func (r rawReplica) replicaVersion() int64 {
	version, _ := r.Lookup("v").AsInt64OK() // every document has it
	return version
}

// copyReplicasTo writes the newest version of every document to a pool that may have missed it.
func copyReplicasTo(ctx context.Context, pools *storage.Pools, to *storage.Pool, collections ...string) error {
	for _, collection := range collections {
		list, err := loadReplicas[rawReplica](ctx, pools, collection)
		if err != nil {
			return err
		}
		var writes []mongo.WriteModel
		for _, doc := range list {
			older := bson.D{{Key: "_id", Value: doc.replicaID()}, {Key: "v", Value: bson.D{{Key: "$lt", Value: doc.replicaVersion()}}}}
			writes = append(writes, mongo.NewReplaceOneModel().SetFilter(older).SetReplacement(doc.Raw).SetUpsert(true))
		}
		if len(writes) == 0 {
			continue
		}
		err = to.Do(ctx, "write "+collection, func(ctx context.Context, db *mongo.Database) error {
			_, err := db.Collection(collection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
			return err
		})
		if err != nil && !mongo.IsDuplicateKeyError(err) { // a duplicate key means that the pool has the version or a newer one
			return err
		}
	}
	return nil
}

// loadReplicas returns the newest version of every document. It fails when no pool answers.
func loadReplicas[T versioned](ctx context.Context, pools *storage.Pools, collection string) ([]T, error) {
	list, _, err := readReplicas[T](ctx, pools, collection)
	return list, err
}

// readReplicas returns the newest version of every document among the pools that answer. isComplete tells whether all did. It fails when none does.
func readReplicas[T versioned](ctx context.Context, pools *storage.Pools, collection string) (list []T, isComplete bool, err error) {
	answers := make(chan []T, len(pools.All()))
	outcomes := pools.Each(ctx, "read "+collection, func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		cur, err := db.Collection(collection).Find(ctx, anyID(), options.Find().SetHint("_id_"))
		if err != nil {
			return err
		}
		var docs []T
		if err := cur.All(ctx, &docs); err != nil {
			return err
		}
		answers <- docs
		return nil
	})
	close(answers)
	newest := map[any]T{}
	for docs := range answers {
		for _, d := range docs {
			if old, ok := newest[d.replicaID()]; !ok || old.replicaVersion() < d.replicaVersion() {
				newest[d.replicaID()] = d
			}
		}
	}
	errs := []error{ErrSearchUnavailable}
	answered := 0
	for _, o := range outcomes {
		if o.Err == nil {
			answered++
		}
		errs = append(errs, o.Err)
	}
	if answered == 0 {
		return nil, false, errors.Join(errs...)
	}
	list = make([]T, 0, len(newest))
	for _, d := range newest {
		list = append(list, d)
	}
	return list, answered == len(outcomes), nil
}
