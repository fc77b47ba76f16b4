package filter

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// Each pool holds the words of its own files: {_id: word, n: files}.
const termsCollection = "terms"

const filesCollection = "files"

const termsBatch = 5000

// LoadVocabulary reads the words of one pool into v. A word that stands in several pools is counted in each.
func LoadVocabulary(ctx context.Context, pool *storage.Pool, v *Vocabulary) error {
	last := ""
	for {
		batch := map[string]int{}
		err := pool.Do(ctx, "load words", func(ctx context.Context, db *mongo.Database) error {
			clear(batch)
			from := last
			cur, err := db.Collection(termsCollection).Find(ctx, bson.M{"_id": bson.M{"$gt": from}}, options.Find().SetSort(bson.M{"_id": 1}).SetLimit(termsBatch))
			if err != nil {
				return err
			}
			var docs []struct {
				Term  string `bson:"_id"`
				Count int    `bson:"n"`
			}
			if err := cur.All(ctx, &docs); err != nil {
				return err
			}
			for _, d := range docs {
				batch[d.Term], from = d.Count, d.Term
			}
			last = from
			return nil
		})
		if err != nil {
			return err
		}
		v.Add(batch)
		if len(batch) < termsBatch {
			return nil
		}
	}
}

// storeTerms counts words in a pool. It runs before the files are written: a word too many is harmless, one too few is not.
func storeTerms(ctx context.Context, pool *storage.Pool, terms map[string]int) error {
	if len(terms) == 0 {
		return nil
	}
	writes := make([]mongo.WriteModel, 0, len(terms))
	for t, n := range terms {
		writes = append(writes, mongo.NewUpdateOneModel().SetFilter(bson.M{"_id": t}).SetUpdate(bson.M{"$inc": bson.M{"n": n}}).SetUpsert(true))
	}
	return pool.Do(ctx, "count words", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(termsCollection).BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		if mongo.IsDuplicateKeyError(err) {
			return errors.Join(errWordRace, err)
		}
		return err
	})
}

// errWordRace means that two writers upserted one new word at once; counting it again succeeds.
var errWordRace = errors.New("two writers met at a new word")

// countTerms counts the words of files, without their title tokens.
func countTerms(tokens []string, sign int, into map[string]int) {
	for _, t := range tokens {
		if t[:1] != titleMark {
			into[t] += sign
		}
	}
}
