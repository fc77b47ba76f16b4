package filter_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"pavilion/filter"
	"pavilion/internal/secret"
	"pavilion/storage"
)

func TestReadGroupSwitches_TheNewestVersionCountsAndADeadPoolIsNoted(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	pools := ix.pools.All()
	const first, second = int64(-1_001_500_000_001), int64(-1_001_500_000_002)
	for i, docs := range [][]any{
		{bson.D{{Key: "_id", Value: first}, {Key: "search_off", Value: true}, {Key: "v", Value: int64(2)}}},
		{bson.D{{Key: "_id", Value: first}, {Key: "v", Value: int64(1)}}, bson.D{{Key: "_id", Value: second}, {Key: "search_off", Value: true}, {Key: "v", Value: int64(1)}}},
	} {
		if err := pools[i].Do(t.Context(), "write", func(ctx context.Context, db *mongo.Database) error {
			_, err := db.Collection("chats").InsertMany(ctx, docs)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	list, isComplete, err := filter.ReadGroupSwitches(t.Context(), ix.pools)
	if err != nil || !isComplete || len(list) != 2 {
		t.Fatalf("%+v, %t, %v", list, isComplete, err)
	}
	for _, s := range list {
		if !s.SearchOff {
			t.Errorf("%+v", s)
		}
	}
	withDead, err := storage.OpenPools(storage.PoolsOptions{
		Pools: []storage.PoolOptions{
			{Name: "a", URI: secret.New(shared.MongoURIs[0]), Database: ix.database + "_a"},
			{Name: "dead", URI: secret.New("mongodb://127.0.0.1:1/?directConnection=true"), Database: "dead"},
		},
		Timeout: time.Second, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = withDead.Run(ctx) })
	defer running.Wait()
	defer cancel()
	if list, isComplete, err = filter.ReadGroupSwitches(t.Context(), withDead); err != nil || isComplete || len(list) != 1 {
		t.Errorf("a database does not answer: %+v, complete: %t, %v", list, isComplete, err)
	}
}
