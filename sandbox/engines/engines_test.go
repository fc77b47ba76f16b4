package engines_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/sandbox/engines"
)

func TestStart_EveryEngineAnswersAndKeepsItsDataThroughARestart(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	e, err := engines.Start(ctx, engines.Options{Postgres: true, Redis: true, MongoPools: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})

	pg := connect(t, e.PostgresURL)
	if _, err := pg.Exec(ctx, "CREATE TABLE kept (n int)"); err != nil {
		t.Fatal(err)
	}
	_ = pg.Close(ctx)
	client, err := mongo.Connect(options.Client().ApplyURI(e.MongoURIs[1]))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Disconnect(ctx) //nolint:errcheck // the server is stopped below
	if _, err := client.Database("pavilion").Collection("kept").InsertOne(ctx, bson.M{"_id": 1}); err != nil {
		t.Fatal(err)
	}
	opts, err := redis.ParseURL(e.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClient(opts)
	defer rdb.Close() //nolint:errcheck // test
	if err := rdb.Set(ctx, "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}

	e.StopPostgres()
	e.StopMongo(1)
	if _, err := pgx.Connect(ctx, e.PostgresURL); err == nil {
		t.Error("Postgres still answers after the kill")
	}
	for _, start := range []error{e.StartPostgres(ctx), e.StartMongo(ctx, 1)} {
		if start != nil {
			t.Fatal(start)
		}
	}
	pg = connect(t, e.PostgresURL)
	if _, err := pg.Exec(ctx, "INSERT INTO kept VALUES (1)"); err != nil {
		t.Errorf("Postgres lost its table: %v", err)
	}
	_ = pg.Close(ctx)
	n, err := client.Database("pavilion").Collection("kept").CountDocuments(ctx, bson.M{"_id": 1})
	if err != nil || n != 1 {
		t.Errorf("pool 1 after its restart: %d documents, %v", n, err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}
