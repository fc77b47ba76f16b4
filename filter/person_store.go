package filter

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/internal/fault"
	"pavilion/storage"
)

// ErrPersonUnknown means that all pools answered and none has the person.
var ErrPersonUnknown = fault.New(fault.NotFound, "person_unknown")

// Person is what the audience knows of somebody who talked to the bot.
type Person struct {
	First, Seen time.Time // the first and the last activity; First is zero for people from before it was stored
	Language    string    // of their client; may be empty
	Blocked     bool      // they blocked the bot or deleted their account
}

// Person reads a person. Of two documents in two pools the one with the later activity counts.
func (a *Audience) Person(ctx context.Context, id UserID) (Person, error) {
	hits := make(chan personDoc, len(a.pools.All()))
	outcomes := a.pools.Each(ctx, "read person", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		var doc personDoc
		err := db.Collection(usersCollection).FindOne(ctx, bson.D{{Key: "_id", Value: int64(id)}}).Decode(&doc)
		switch {
		case err == nil:
			hits <- doc
		case errors.Is(err, mongo.ErrNoDocuments):
			return nil
		}
		return err
	})
	close(hits)
	var found *personDoc
	for doc := range hits {
		if found == nil || doc.Seen > found.Seen {
			found = &doc
		}
	}
	if found != nil {
		p := Person{Seen: unixTime(found.Seen), Language: found.Language, Blocked: found.Blocked}
		if found.First != 0 {
			p.First = unixTime(found.First)
		}
		return p, nil
	}
	err := ErrPersonUnknown
	for _, o := range outcomes {
		if o.Err != nil {
			return Person{}, o.Err
		}
	}
	return Person{}, err
}

// Profile is what one pool stores about a person, for the person to read.
type Profile struct {
	Pool     string    `json:"pool"`
	First    time.Time `json:"first_seen,omitzero"`
	Seen     time.Time `json:"last_seen"`
	Language string    `json:"language"`
	Blocked  bool      `json:"blocked"`
}

// Profiles returns what each pool stores about a person. It fails if a pool does not answer.
func (a *Audience) Profiles(ctx context.Context, id UserID) (profiles []Profile, err error) {
	for _, pool := range a.pools.All() {
		err := pool.Do(ctx, "read profile", func(ctx context.Context, db *mongo.Database) error {
			var doc personDoc
			err := db.Collection(usersCollection).FindOne(ctx, bson.D{{Key: "_id", Value: int64(id)}}).Decode(&doc)
			if errors.Is(err, mongo.ErrNoDocuments) {
				return nil
			}
			if err == nil {
				p := Profile{Pool: pool.Name(), Seen: unixTime(doc.Seen), Language: doc.Language, Blocked: doc.Blocked}
				if doc.First != 0 {
					p.First = unixTime(doc.First)
				}
				profiles = append(profiles, p)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return profiles, nil
}

// Forget deletes a person from every pool. It fails if a pool does not answer; the call can be repeated.
func (a *Audience) Forget(ctx context.Context, id UserID) error {
	defer a.active.remove(id)
	outcomes := a.pools.Each(ctx, "forget person", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		_, err := db.Collection(usersCollection).DeleteOne(ctx, bson.D{{Key: "_id", Value: int64(id)}})
		return err
	})
	var err error
	for _, o := range outcomes {
		err = errors.Join(err, o.Err)
	}
	return err
}
