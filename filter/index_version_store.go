package filter

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/storage"
)

// Each pool has a random number among its lists that every write replaces after it has written files and lists. Searches keep lists and results in memory
// under the number that they read before those, and use them while the pool still has it. So memory is not older than the last write that was acknowledged,
// whichever process made it.
//
// A number is used without another read for SearchOptions.TrustVersion, as long as this process has not written to the pool. A write of another process may stay
// unseen so long. The bot searches in this way: apart from it only repairs write, and a process that does not know yet that it has lost its lease.
//
// A process that dies between a write and its number leaves the old one. The next one replaces it when it starts, and nothing in memory is
// used for more than trustedFor.

const (
	indexVersionKey = "\x02" // sorts before all lists
	trustedFor      = time.Minute
)

// indexVersion tells states of a pool's index apart.
type indexVersion struct {
	number int64
	period int64 // of trustedFor
}

func (s *Searcher) versionOf(number int64) indexVersion {
	return indexVersion{number, s.opts.Now().UnixNano() / int64(trustedFor)}
}

// changeIndexVersion replaces the number of a pool, also when ctx has ended, because the writes before it may have arrived.
func changeIndexVersion(ctx context.Context, pool *storage.Pool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	defer pool.NoteChange() // also after an error, because the number may have arrived
	return pool.Do(ctx, "change version", func(ctx context.Context, db *mongo.Database) error {
		_, err := db.Collection(postingsCollection).UpdateOne(ctx, bson.D{{Key: "_id", Value: indexVersionKey}},
			bson.D{{Key: "$set", Value: bson.D{{Key: "v", Value: rand.Int64()}}}}, options.UpdateOne().SetUpsert(true)) //nolint:gosec // it only has to be new
		return err
	})
}

// versionReads has the last read of each pool's number.
type versionReads struct {
	mu   sync.Mutex
	last map[*storage.Pool]versionRead
}

// versionRead is a read of a pool's number. Its time and the count of changes are those before the read began, so that a read that overlaps a write
// of this process is not trusted.
type versionRead struct {
	number  int64
	at      time.Time
	changes int64 // of the pool
}

// beginVersionRead notes the time and the count of changes before a read of a pool's number.
func (s *Searcher) beginVersionRead(pool *storage.Pool) versionRead {
	return versionRead{0, s.opts.Now(), pool.Changes()}
}

// endVersionRead remembers the number that a read has found, and returns the version.
func (s *Searcher) endVersionRead(pool *storage.Pool, read versionRead, number int64) indexVersion {
	read.number = number
	s.versionReads.mu.Lock()
	defer s.versionReads.mu.Unlock()
	if read.at.After(s.versionReads.last[pool].at) {
		s.versionReads.last[pool] = read
	}
	return s.versionOf(number)
}

// trustedVersion returns the version of a pool without a read, or nil if it has to be read.
func (s *Searcher) trustedVersion(pool *storage.Pool) *indexVersion {
	s.versionReads.mu.Lock()
	read := s.versionReads.last[pool]
	s.versionReads.mu.Unlock()
	if s.opts.Now().Sub(read.at) >= s.opts.TrustVersion || read.changes != pool.Changes() || pool.Down() {
		return nil
	}
	version := s.versionOf(read.number)
	return &version
}
