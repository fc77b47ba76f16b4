package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/internal/fault"
)

// ErrSameDatabase means that the URIs of two pools lead to one database. The pool that was identified second is not used.
var ErrSameDatabase = fault.New(fault.Unavailable, "pool_same_database")

// IdentityCollection has one document: the database's random id. A copy of a database has the id of its original.
const IdentityCollection = "identity"

const identityKey = "database" // the document's _id

// readIdentity returns the database's id, and stores a random one if there is none. The unique _id lets only one process insert it.
func readIdentity(ctx context.Context, db *mongo.Database) (string, error) {
	c := db.Collection(IdentityCollection)
	for range 2 {
		var doc struct {
			ID string `bson:"id"`
		}
		err := c.FindOne(ctx, bson.D{{Key: "_id", Value: identityKey}}).Decode(&doc)
		if !errors.Is(err, mongo.ErrNoDocuments) {
			return doc.ID, err
		}
		if _, err = c.InsertOne(ctx, bson.D{{Key: "_id", Value: identityKey}, {Key: "id", Value: rand.Text()}}); err != nil && !mongo.IsDuplicateKeyError(err) {
			return "", err
		}
	}
	return "", errNoIdentity
}

var errNoIdentity = errors.New("the database does not keep its identity")

// identify reads the pool's identity if it is not known, or if again is set. A pool stays without an identity, and is used, if its server answers but
// cannot store one: it is full, or the user may only read.
func (p *Pool) identify(ctx context.Context, db *mongo.Database, again bool) error {
	p.mu.Lock()
	known := p.identity != ""
	p.mu.Unlock()
	if !known || again {
		id, err := readIdentity(ctx, db)
		switch {
		case isOutage(err) || ctx.Err() != nil:
			return err
		case err == nil:
			p.identified(p, id)
		}
	}
	if twin := p.SameAs(); twin != "" {
		return fmt.Errorf("pools %s and %s: %w", twin, p.opts.Name, ErrSameDatabase)
	}
	return nil
}

// SameAs returns the name of the pool that is used instead, because it is the same database. It is empty for a pool in use.
func (p *Pool) SameAs() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sameAs
}

// noteIdentity stores a pool's identity. If a pool in use has the same identity, p is not used again until the next start.
func (ps *Pools) noteIdentity(p *Pool, id string) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	twin := ""
	for _, other := range ps.all {
		other.mu.Lock()
		if other != p && other.identity == id && other.sameAs == "" {
			twin = other.opts.Name
		}
		other.mu.Unlock()
	}
	p.mu.Lock()
	news := twin != "" && p.sameAs == ""
	p.identity = id
	if news {
		p.sameAs = twin
	}
	p.mu.Unlock()
	if news {
		ps.logger.LogAttrs(context.Background(), slog.LevelError, "two URIs name one database, or a copy of it; the second is not used",
			slog.String("pool", p.Name()), slog.String("same_as", twin))
	}
}

// Identify reads the identity of every pool and returns an error that names each pair of pools with one database. A pool that does not answer now is
// identified at its first use.
func (ps *Pools) Identify(ctx context.Context) error {
	ps.Each(ctx, "identify", func(context.Context, *Pool, *mongo.Database) error { return nil })
	var errs []error
	for _, p := range ps.Unused() {
		errs = append(errs, fmt.Errorf("%s and %s are one database, or a copy of it: name it once (%w)", p.SameAs(), p.Name(), ErrSameDatabase))
	}
	return errors.Join(errs...)
}

// Distinct reads the identities of two pools from their servers and returns an error unless they differ.
func Distinct(ctx context.Context, a, b *Pool) error {
	var ids [2]string
	for i, p := range []*Pool{a, b} {
		if err := p.Do(ctx, "read identity", func(ctx context.Context, db *mongo.Database) (err error) {
			ids[i], err = readIdentity(ctx, db)
			return err
		}); err != nil {
			return err
		}
	}
	if ids[0] == ids[1] {
		return fmt.Errorf("pools %s and %s: %w", a.Name(), b.Name(), ErrSameDatabase)
	}
	return nil
}
