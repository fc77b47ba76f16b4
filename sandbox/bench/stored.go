package main

import (
	"context"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/sandbox/world"
)

// postedFiles are posts whose files are not in the pools yet, the oldest first. Files are looked up by their ids, because the stand-in counts a collection by
// reading all of it: with a million files, counts took more of its time than writes.
type postedFiles struct {
	pools []*database
	ids   []int64
}

func (p *postedFiles) add(posts []world.Posted) {
	for _, post := range posts {
		p.ids = append(p.ids, post.File)
	}
}

// lookupFiles is the number of files of one lookup.
const lookupFiles = 500

// wait waits until at most left of the files are not in the pools.
func (p *postedFiles) wait(ctx context.Context, left int) error {
	tick := time.NewTicker(20 * time.Millisecond) // a database sends no signal
	defer tick.Stop()
	for len(p.ids) > left {
		oldest := p.ids[:min(lookupFiles, len(p.ids)-left)]
		stored, err := p.among(ctx, oldest)
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

// among returns those of the files that are in a pool.
func (p *postedFiles) among(ctx context.Context, ids []int64) (map[int64]bool, error) {
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
