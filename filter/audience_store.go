package filter

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

const usersCollection = "users"

// Audience stores the people who have talked to the bot. Like a file, a person is one document in one of the pools: updates ask all pools, and
// a new person goes to the pool with the most room.
type Audience struct {
	pools    *storage.Pools
	now      func() time.Time
	onActive func(Activity)
	active   activePeople
}

// Activity is a change of what is known about a person: the last activity, or the language of their client.
type Activity struct {
	New                      bool      // Before and LanguageBefore are empty
	Before, At               time.Time // the last activity; equal if only the language changed
	LanguageBefore, Language string
}

// NewAudience makes an Audience over pools.
func NewAudience(pools *storage.Pools, now func() time.Time) *Audience {
	return &Audience{pools: pools, now: now, onActive: func(Activity) {}}
}

// OnActive sets a function that is called after each stored change. It must not block. Call it before the first change.
func (a *Audience) OnActive(fn func(Activity)) { a.onActive = fn }

// MarkActive records that a person talked to the bot or let it write to them, the language of their client where it is known, and that they do not block
// the bot. Within a minute it writes once for each person.
func (a *Audience) MarkActive(ctx context.Context, id UserID, language string) error {
	at := a.now()
	isStored, removals := a.active.has(id, language, at)
	if isStored {
		return nil
	}
	now := int32(at.Unix()) //nolint:gosec // until 2038, as Telegram's own dates
	fields := bson.D{{Key: "s", Value: now}}
	if language != "" {
		fields = append(fields, bson.E{Key: "l", Value: language})
	}
	before, err := a.updatePerson(ctx, id, bson.D{{Key: "$set", Value: fields}, {Key: "$unset", Value: bson.D{{Key: "b", Value: ""}}}})
	if err != nil {
		return err
	}
	if before != nil {
		known := cmp.Or(language, before.Language)
		a.active.add(id, known, at, removals)
		a.onActive(Activity{Before: unixTime(before.Seen), At: unixTime(now), LanguageBefore: before.Language, Language: known})
		return nil
	}
	errs := []error{ErrNoRoom}
	for _, pool := range a.pools.Writable(ctx) {
		err := pool.Do(ctx, "add person", func(ctx context.Context, db *mongo.Database) error {
			first := bson.D{{Key: "f", Value: now}}
			_, err := db.Collection(usersCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: int64(id)}}, bson.D{{Key: "$set", Value: fields}, {Key: "$setOnInsert", Value: first}}, options.UpdateOne().SetUpsert(true))
			return err
		})
		if err == nil {
			a.active.add(id, language, at, removals)
			a.onActive(Activity{New: true, At: unixTime(now), Language: language})
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// SetLanguage records the language of a person's client. It does nothing for a person who has not talked to the bot.
func (a *Audience) SetLanguage(ctx context.Context, id UserID, language string) error {
	defer a.active.remove(id)
	before, err := a.updatePerson(ctx, id, bson.D{{Key: "$set", Value: bson.D{{Key: "l", Value: language}}}})
	if before != nil {
		seen := unixTime(before.Seen)
		a.onActive(Activity{Before: seen, At: seen, LanguageBefore: before.Language, Language: language})
	}
	return err
}

// Language returns the language that was stored last. It is empty when no pool that answered has the person.
func (a *Audience) Language(ctx context.Context, id UserID) (string, error) {
	hits := make(chan personDoc, len(a.pools.All()))
	outcomes := a.pools.Each(ctx, "find person", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		doc, err := decodePerson(db.Collection(usersCollection).FindOne(ctx, bson.D{{Key: "_id", Value: int64(id)}}, options.FindOne().SetProjection(bson.D{{Key: "l", Value: 1}})))
		if doc != nil {
			hits <- *doc
		}
		return err
	})
	select {
	case doc := <-hits:
		return doc.Language, nil
	default:
		return "", joinErrors(outcomes)
	}
}

// MarkBlocked records that a person blocked the bot or deleted their account.
func (a *Audience) MarkBlocked(ctx context.Context, id UserID) error {
	defer a.active.remove(id)
	_, err := a.updatePerson(ctx, id, bson.D{{Key: "$set", Value: bson.D{{Key: "b", Value: true}}}})
	return err
}

// updatePerson changes the person's document in the pool that has it, and returns the document as it was before. It returns nil if no pool has the
// person. It fails when no pool has it and one did not answer, because that one may have it.
func (a *Audience) updatePerson(ctx context.Context, id UserID, change bson.D) (before *personDoc, err error) {
	hits := make(chan personDoc, len(a.pools.All()))
	outcomes := a.pools.Each(ctx, "update person", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		doc, err := decodePerson(db.Collection(usersCollection).FindOneAndUpdate(ctx, bson.D{{Key: "_id", Value: int64(id)}}, change))
		if doc != nil {
			hits <- *doc
		}
		return err
	})
	select {
	case doc := <-hits:
		return &doc, nil
	default:
		return nil, joinErrors(outcomes)
	}
}

// AudiencePerson is one person of the audience.
type AudiencePerson struct {
	ID       UserID
	Language string // of their client; may be empty
	Seen     time.Time
	Blocked  bool // they blocked the bot, or deleted their account
}

// PoolNames returns the names of the pools in use, in the order of the configuration.
func (a *Audience) PoolNames() []string {
	var names []string
	for _, p := range a.pools.All() {
		names = append(names, p.Name())
	}
	return names
}

var errNoPool = errors.New("no pool has this name")

// People reads the people of one pool whose ids are above after, in the order of their ids.
func (a *Audience) People(ctx context.Context, pool string, after UserID, most int) (people []AudiencePerson, err error) {
	pools := a.pools.All()
	i := slices.IndexFunc(pools, func(p *storage.Pool) bool { return p.Name() == pool })
	if i < 0 {
		return nil, errNoPool
	}
	err = pools[i].Do(ctx, "read people", func(ctx context.Context, db *mongo.Database) error {
		found, err := db.Collection(usersCollection).Find(ctx, idsAfter(int64(after)),
			options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetLimit(int64(most)))
		if err != nil {
			return err
		}
		var docs []personDoc
		if err := found.All(ctx, &docs); err != nil {
			return err
		}
		people = make([]AudiencePerson, len(docs))
		for i, d := range docs {
			people[i] = AudiencePerson{ID: UserID(d.ID), Language: d.Language, Seen: unixTime(d.Seen), Blocked: d.Blocked}
		}
		return nil
	})
	return people, err
}

func unixTime(seconds int32) time.Time { return time.Unix(int64(seconds), 0).UTC() }

// AudienceCount is the size of the audience.
type AudienceCount struct {
	Total, Blocked int64
	Missing        []string // pools that did not answer
}

// Count adds up the people of all pools that answer.
func (a *Audience) Count(ctx context.Context) AudienceCount {
	type counts struct{ total, blocked int64 }
	answers := make(chan counts, len(a.pools.All()))
	outcomes := a.pools.Each(ctx, "count people", func(ctx context.Context, _ *storage.Pool, db *mongo.Database) error {
		total, err := db.Collection(usersCollection).EstimatedDocumentCount(ctx)
		if err != nil {
			return err
		}
		blocked, err := db.Collection(usersCollection).CountDocuments(ctx, bson.D{{Key: "b", Value: true}}, options.Count().SetHint("b_1"))
		if err != nil {
			return err
		}
		answers <- counts{total, blocked}
		return nil
	})
	close(answers)
	var sum AudienceCount
	for c := range answers {
		sum.Total, sum.Blocked = sum.Total+c.total, sum.Blocked+c.blocked
	}
	for _, o := range outcomes {
		if o.Err != nil {
			sum.Missing = append(sum.Missing, o.Pool.Name())
		}
	}
	return sum
}
