package filter

import (
	"context"

	"pavilion/storage"
)

const channelsCollection = "channels"

// channelDoc is a Channel as every pool stores it.
//
//exhaustruct:enforce
type channelDoc struct {
	ID       ChannelID    `bson:"_id"`
	Title    string       `bson:"title"`
	Username string       `bson:"username,omitempty"`
	State    ChannelState `bson:"state"`
	Paused   bool         `bson:"paused,omitempty"`
	Low      MessageID    `bson:"low"`
	Gaps     []rangeDoc   `bson:"gaps,omitempty"`
	Version  int64        `bson:"v"`
}

type rangeDoc struct {
	From MessageID `bson:"f"`
	To   MessageID `bson:"t"`
}

func (d channelDoc) replicaID() any        { return int64(d.ID) }
func (d channelDoc) replicaVersion() int64 { return d.Version }

func newChannelDoc(c Channel) channelDoc {
	var gaps []rangeDoc
	for _, g := range c.Gaps {
		gaps = append(gaps, rangeDoc(g))
	}
	return channelDoc{ID: c.ID, Title: c.Title, Username: c.Username, State: c.State, Paused: c.Paused, Low: c.Low, Gaps: gaps, Version: c.Version}
}

func (d channelDoc) channel() Channel {
	var gaps []Range
	for _, g := range d.Gaps {
		gaps = append(gaps, Range(g))
	}
	//exhaustruct:enforce
	return Channel{ID: d.ID, Title: d.Title, Username: d.Username, State: d.State, Paused: d.Paused, Low: d.Low, Gaps: gaps, Version: d.Version}
}

func saveChannel(ctx context.Context, pools *storage.Pools, c Channel) error {
	return writeReplica(ctx, pools, channelsCollection, newChannelDoc(c))
}

func loadChannels(ctx context.Context, pools *storage.Pools) ([]Channel, error) {
	docs, err := loadReplicas[channelDoc](ctx, pools, channelsCollection)
	if err != nil {
		return nil, err
	}
	list := make([]Channel, len(docs))
	for i, d := range docs {
		list[i] = d.channel()
	}
	return list, nil
}
