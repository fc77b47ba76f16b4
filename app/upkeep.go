package app

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/filter"
	"pavilion/filter/upkeep"
	"pavilion/storage"
)

// poolModes is the setting with the modes that admins chose for the pools.
func poolModes(db *pgxpool.Pool) *storage.Setting[storage.PoolModes] {
	o := storage.PoolModesOptions()
	o.Now = time.Now
	return storage.NewSetting(db, o)
}

// logChannel is the setting with the channel that gets the events of the archive.
func logChannel(db *pgxpool.Pool) *storage.Setting[upkeep.LogChannel] {
	o := upkeep.LogChannelOptions()
	o.Now = time.Now
	return storage.NewSetting(db, o)
}

const (
	sampledFiles = 500 // places that are read again each day
	day          = 24 * time.Hour
	week         = 7 * day
)

// maintenanceJobs are the jobs of the archive. The holder of the bot's lease runs them.
func (p *parts) maintenanceJobs() []upkeep.Job {
	return []upkeep.Job{
		{Name: "files", Every: day, Run: p.checkFiles},
		{Name: "deletions", Every: 5 * time.Minute, Run: p.removeDeleted},
		{Name: "counters", Every: day, Run: p.recount},
		{Name: "lists", Every: week, Run: p.compactLists},
		{Name: "expiries", Every: day, Run: p.expire},
	}
}

// checkFiles reads random files again: their references are renewed, and those that are gone leave the index.
func (p *parts) checkFiles(ctx context.Context) (upkeep.Figures, error) {
	s, err := filter.NewSampler(p.chat.Load().indexer).Check(ctx, sampledFiles)
	if s.Dead > 0 {
		p.events.Tell(upkeep.FileEvents, "events.dead_files", s.Dead, s.Checked)
	}
	return upkeep.Figures{"checked": int64(s.Checked), "dead": int64(s.Dead), "unread": int64(s.Unread)}, err
}

func (p *parts) removeDeleted(ctx context.Context) (upkeep.Figures, error) {
	n, err := p.deletions.RemoveDue(ctx, p.chat.Load().indexer.RemoveFiles)
	return upkeep.Figures{"removed": n}, err
}

func (p *parts) compactLists(ctx context.Context) (upkeep.Figures, error) {
	return nil, filter.CompactLists(ctx, p.chat.Load().indexer)
}

// recount counts files and people anew, because a kill loses the last changes of their numbers.
func (p *parts) recount(ctx context.Context) (upkeep.Figures, error) {
	files, err := filter.CountFiles(ctx, p.pools)
	if err != nil {
		return nil, err
	}
	people, err := p.counters.CountPeople(ctx, filter.NewAudience(p.pools, p.now))
	if err != nil {
		return nil, err
	}
	return nil, p.counters.Recount(ctx, files, people)
}

// expire deletes old rows.
func (p *parts) expire(ctx context.Context) (upkeep.Figures, error) {
	counts, err := p.counters.Expire(ctx)
	rows, retentionErr := p.retention.Run(ctx)
	return upkeep.Figures{"expired": counts + rows}, errors.Join(err, retentionErr)
}
