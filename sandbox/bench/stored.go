package main

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/sandbox/world"
)

// unstoredFiles are posts whose files are not in the pools yet, the oldest first. Files are looked up by their ids, because the stand-in counts a collection by
// reading all of it: with a million files, counts took more of its time than writes.
type unstoredFiles struct {
	pools []*database
	ids   []int64
}

func (p *unstoredFiles) add(posts []world.Posted) {
	for _, post := range posts {
		p.ids = append(p.ids, post.File)
	}
}

// lookupFiles is the number of files of one lookup.
const lookupFiles = 500

// wait waits until no more than a number of files are missing from the pools.
func (p *unstoredFiles) wait(ctx context.Context, most int) error {
	tick := time.NewTicker(20 * time.Millisecond) // a database sends no signal
	defer tick.Stop()
	for len(p.ids) > most {
		oldest := p.ids[:min(lookupFiles, len(p.ids)-most)]
		stored, err := p.findStored(ctx, oldest)
		if err != nil {
			return err
		}
		if len(stored) == len(oldest) {
			p.ids = p.ids[len(oldest):]
			continue
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d files are not stored: %w", len(p.ids), context.Cause(ctx))
		case <-tick.C:
		}
	}
	return nil
}

// findStored returns those of the files that are in a pool.
func (p *unstoredFiles) findStored(ctx context.Context, ids []int64) (map[int64]bool, error) {
	stored := map[int64]bool{}
	for _, d := range p.pools {
		cur, err := d.Collection("files").Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: ids}}}}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			return nil, fmt.Errorf("look files up: %w", err)
		}
		for cur.Next(ctx) {
			stored[cur.Current.Lookup("_id").AsInt64()] = true
		}
		if err := cur.Err(); err != nil {
			return nil, fmt.Errorf("look files up: %w", err)
		}
	}
	return stored, nil
}
