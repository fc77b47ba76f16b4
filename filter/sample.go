package filter

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
)

// Sample is the result of a check of some files.
type Sample struct {
	Checked int // places that were read from Telegram
	Dead    int // places whose post or file is gone; they left the index
	Unread  int // places that could not be read
}

// Sampler reads the posts of random files again. It stores their present references, and removes the places that are gone.
type Sampler struct {
	indexer *Indexer
}

// NewSampler makes a Sampler.
func NewSampler(x *Indexer) *Sampler { return &Sampler{x} }

// sampleRun is the number of neighbouring files that are read for one random id. Ids of files that were uploaded together are similar, so short runs
// spread the sample.
const sampleRun = 10

// Check reads about the given number of places. Channels that are paused or lost are left out.
func (s *Sampler) Check(ctx context.Context, places int) (Sample, error) {
	byChannel := map[ChannelID][]MessageID{}
	n := 0
	for _, pool := range s.indexer.pools.All() {
		share := (places + len(s.indexer.pools.All()) - 1) / len(s.indexer.pools.All())
		for found := 0; found < share; found += sampleRun {
			docs, err := readRandomRun(ctx, pool, rand.Int64(), sampleRun) //nolint:gosec // a sample
			if err != nil || len(docs) == 0 {
				break // the files of other pools are as good
			}
			for _, d := range docs {
				for _, packed := range d.Places {
					if p, err := unpackPlace(packed); err == nil && n < places && !slices.Contains(byChannel[p.Channel], p.Message) {
						byChannel[p.Channel] = append(byChannel[p.Channel], p.Message)
						n++
					}
				}
			}
		}
	}
	var sum Sample
	for channel, ids := range byChannel {
		if s.indexer.channels.State(channel) != ChannelActive {
			continue
		}
		for part := range slices.Chunk(ids, readAtOnce) {
			alive, err := s.read(ctx, channel, part)
			switch {
			case ctx.Err() != nil:
				return sum, context.Cause(ctx)
			case err != nil:
				sum.Unread += len(part)
				s.indexer.opts.Logger.LogAttrs(ctx, slog.LevelInfo, "files of a channel were not checked", slog.Int64("channel", int64(channel)), slog.Any("error", err))
				continue
			}
			sum.Checked += len(part)
			sum.Dead += len(part) - alive
		}
	}
	if sum.Checked == 0 && sum.Unread > 0 {
		return sum, errNotChecked
	}
	return sum, nil
}

var errNotChecked = errors.New("no file could be checked")

// read reads messages and queues what they are now. It returns how many have a file.
func (s *Sampler) read(ctx context.Context, channel ChannelID, ids []MessageID) (alive int, err error) {
	x := s.indexer
	x.mu.Lock()
	t := x.progressOf(channel)
	var reading *readInProgress
	if t != nil {
		reading = t.beginRead(ids)
	}
	x.mu.Unlock()
	if t == nil {
		return 0, ErrChannelUnknown
	}
	read, err := x.rereadMessages(ctx, channel, t, ids, reading)
	return len(read.Posts), err
}
