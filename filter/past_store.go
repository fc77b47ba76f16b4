package filter

import (
	"context"

	"pavilion/storage"
)

const pastsCollection = "pasts"

// pastDoc is a PastRead as every pool stores it.
//
//exhaustruct:enforce
type pastDoc struct {
	ID      string    `bson:"_id"`
	Channel ChannelID `bson:"channel"`
	From    MessageID `bson:"from"`
	To      MessageID `bson:"to"`
	Next    MessageID `bson:"next"`
	Found   int       `bson:"found"`
	Added   int       `bson:"added"`
	State   PastState `bson:"state"`
	Report  reportDoc `bson:"report"`
	Version int64     `bson:"v"`
}

//exhaustruct:enforce
type reportDoc struct {
	Chat    ChatID `bson:"chat"`
	Message int    `bson:"message"`
	By      UserID `bson:"by"`
}

func (d pastDoc) replicaID() any        { return d.ID }
func (d pastDoc) replicaVersion() int64 { return d.Version }

func newPastDoc(p PastRead) pastDoc {
	return pastDoc{
		ID: p.ID, Channel: p.Channel, From: p.From, To: p.To, Next: p.Next, Found: p.Found, Added: p.Added, State: p.State,
		Report: reportDoc(p.Report), Version: p.Version,
	}
}

func (d pastDoc) past() PastRead {
	//exhaustruct:enforce
	return PastRead{
		ID: d.ID, Channel: d.Channel, From: d.From, To: d.To, Next: d.Next, Found: d.Found, Added: d.Added, State: d.State,
		Report: Report(d.Report), Version: d.Version,
	}
}

func savePast(ctx context.Context, pools *storage.Pools, p PastRead) error {
	return writeReplica(ctx, pools, pastsCollection, newPastDoc(p))
}

func loadPasts(ctx context.Context, pools *storage.Pools) ([]PastRead, error) {
	docs, err := loadReplicas[pastDoc](ctx, pools, pastsCollection)
	if err != nil {
		return nil, err
	}
	list := make([]PastRead, len(docs))
	for i, d := range docs {
		list[i] = d.past()
	}
	return list, nil
}
