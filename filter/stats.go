package filter

import (
	"context"

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
