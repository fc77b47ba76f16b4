package archivechaos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/sandbox"
)

// The databases have notes of writes that did not end, and of files that may stand in two databases. The bot claims a note of a write when it first
// sees it, and deletes it when the claim is a minute old. Until then the writer may be alive.
const (
	writesCollection = "unfinished"
	copiesCollection = "unsettled"
)

var errNotes = fmt.Errorf("%w: the index has interrupted writes or copies that are not merged", errFailed)

// untilMerged waits until no note is left. A short run lets the bot look at its start instead of every ten seconds, and makes the claims old.
func (s *scene) untilMerged(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, settles, errNotes)
	defer cancel()
	if s.options.Short {
		if err := s.restart(ctx); err != nil {
			return err
		}
		if err := s.untilNone(ctx, writesCollection, bson.D{{Key: "t", Value: nil}}); err != nil {
			return err
		}
		if err := s.ageClaims(ctx); err != nil {
			return err
		}
		if err := s.restart(ctx); err != nil {
			return err
		}
	}
	return errors.Join(s.untilNone(ctx, writesCollection, bson.D{}), s.untilNone(ctx, copiesCollection, bson.D{}))
}

// untilNone waits until no database has a document that matches.
func (s *scene) untilNone(ctx context.Context, collection string, match bson.D) error {
	for {
		left := int64(0)
		err := s.eachDatabase(ctx, func(db *mongo.Database) error {
			n, err := db.Collection(collection).CountDocuments(ctx, match)
			left += n
			return err
		})
		if err == nil && left == 0 {
			return nil
		}
		if sandbox.Pause(ctx, 200*time.Millisecond) != nil { // the index sends no signal
			return errors.Join(context.Cause(ctx), err)
		}
	}
}

// databasesWith returns the number of databases that have a list of a word, as far as they answer.
func (s *scene) databasesWith(ctx context.Context, word string) (n int64) {
	_ = s.eachDatabase(ctx, func(db *mongo.Database) error {
		lists, err := db.Collection("postings").CountDocuments(ctx, bson.D{{Key: "_id", Value: word}})
		n += lists
		return err
	})
	return n
}

// ageClaims makes the claims of notes a minute older.
func (s *scene) ageClaims(ctx context.Context) error {
	return s.eachDatabase(ctx, func(db *mongo.Database) error {
		_, err := db.Collection(writesCollection).UpdateMany(ctx, bson.D{{Key: "t", Value: bson.D{{Key: "$gt", Value: 0}}}},
			bson.D{{Key: "$inc", Value: bson.D{{Key: "t", Value: -int64(2 * time.Minute / time.Second)}}}})
		return err
	})
}

// eachDatabase calls fn with every database of the archive, past the program.
func (s *scene) eachDatabase(ctx context.Context, fn func(*mongo.Database) error) error {
	var errs []error
	for _, uri := range s.Engines.MongoURIs {
		client, err := mongo.Connect(options.Client().ApplyURI(uri))
		if err != nil {
			return err
		}
		errs = append(errs, fn(client.Database("pavilion")), client.Disconnect(ctx))
	}
	return errors.Join(errs...)
}
