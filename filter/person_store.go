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

func (p personDoc) person() Person {
	person := Person{Seen: unixTime(p.Seen), Language: p.Language, Blocked: p.Blocked}
	if p.First != 0 {
		person.First = unixTime(p.First)
	}
	return person
}

// decodePerson returns the document that an operation has found, nil for none.
func decodePerson(found *mongo.SingleResult) (*personDoc, error) {
	var doc personDoc
	err := found.Decode(&doc)
	switch {
	case errors.Is(err, mongo.ErrNoDocuments):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &doc, nil
}

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
		doc, err := decodePerson(db.Collection(usersCollection).FindOne(ctx, bson.D{{Key: "_id", Value: int64(id)}}))
		if doc != nil {
			hits <- *doc
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
		return found.person(), nil
	}
	if err := joinErrors(outcomes); err != nil {
		return Person{}, err
	}
	return Person{}, ErrPersonUnknown
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
			doc, err := decodePerson(db.Collection(usersCollection).FindOne(ctx, bson.D{{Key: "_id", Value: int64(id)}}))
			if doc != nil {
				p := doc.person()
				profiles = append(profiles, Profile{Pool: pool.Name(), First: p.First, Seen: p.Seen, Language: p.Language, Blocked: p.Blocked})
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
	return joinErrors(outcomes)
}
