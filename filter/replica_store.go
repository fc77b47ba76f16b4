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

// A few small documents must be known whichever pool is down: channels with their ledgers, reads of the past. They are written to every
// pool with a version; the highest version found is the truth. One process writes them (the holder of the bot's lease). A pool that
// missed a write is behind, never ahead: what an older ledger owes is only more, and reading a message twice is harmless. When it comes back it is
// told what it missed, for it may be the only one that answers at the next start.

type versioned interface {
	replicaID() any
	replicaVersion() int64
}

// writeReplica writes a document to every pool and succeeds when one has it.
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

// rawReplica is a document of any kind.
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
	text, _ := id.StringValueOK() // an id is one or the other
	return text
}

func (r rawReplica) replicaVersion() int64 {
	version, _ := r.Lookup("v").AsInt64OK() // every one has it
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
		if err != nil && !mongo.IsDuplicateKeyError(err) { // which says that the pool has it already
			return err
		}
	}
	return nil
}

// loadReplicas returns the newest version of every document, and the pools that did not answer. It fails when none did.
func loadReplicas[T versioned](ctx context.Context, pools *storage.Pools, collection string) ([]T, error) {
	answers := make(chan []T, len(pools.All()))
	outcomes := pools.Each(ctx, "read "+collection, func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		cur, err := db.Collection(collection).Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$exists", Value: true}}}}, options.Find().SetHint("_id_"))
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
	answered := false
	for _, o := range outcomes {
		answered = answered || o.Err == nil
		errs = append(errs, o.Err)
	}
	if !answered {
		return nil, errors.Join(errs...)
	}
	list := make([]T, 0, len(newest))
	for _, d := range newest {
		list = append(list, d)
	}
	return list, nil
}
