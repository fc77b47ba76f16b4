package filter

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/storage"
)

// Stats are the index's figures for admins.
type Stats struct {
	Files    int64
	Words    int
	Backlog  Backlog
	Channels []Channel
	Pools    []PoolStats
}

// PoolStats are one pool's figures.
type PoolStats struct {
	storage.PoolState
	Files    int64
	Answered bool
}

// Stats counts the files of all pools that answer.
func (x *Indexer) Stats(ctx context.Context) Stats {
	counts := make(map[*storage.Pool]*int64)
	for _, p := range x.pools.All() {
		counts[p] = new(int64)
	}
	outcomes := x.pools.Each(ctx, "count files", func(ctx context.Context, p *storage.Pool, db *mongo.Database) error {
		n, err := db.Collection(filesCollection).EstimatedDocumentCount(ctx)
		*counts[p] = n
		return err
	})
	s := Stats{Words: x.vocab.Size(), Backlog: x.Backlog(), Channels: x.channels.List()}
	for _, o := range outcomes {
		ps := PoolStats{PoolState: o.Pool.State(), Answered: o.Err == nil}
		if o.Err == nil {
			ps.Files = *counts[o.Pool]
			s.Files += ps.Files
		}
		s.Pools = append(s.Pools, ps)
	}
	return s
}
