package filter

import (
	"context"

	"pavilion/storage"
)

// Stats are figures of the index for admins.
type Stats struct {
	Files    int64
	Words    int
	Backlog  Backlog
	Channels []Channel
	Pools    []PoolStats
}

// PoolStats are the figures of one pool.
type PoolStats struct {
	storage.PoolState
	Files    int64
	Answered bool
}

// Stats returns the figures, with the files of the pools that answer.
func (x *Indexer) Stats(ctx context.Context) Stats {
	counts, outcomes := countFiles(ctx, x.pools)
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
