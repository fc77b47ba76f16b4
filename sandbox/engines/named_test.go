package engines_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/sandbox/engines"
)

// TestStart_NamedServersAreUsedAndKeptClean starts servers, names them in the environment, and starts engines on them.
func TestStart_NamedServersAreUsedAndKeptClean(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	theirs, err := engines.Start(ctx, engines.Options{Postgres: true, Redis: true, MongoPools: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := theirs.Close(); err != nil {
			t.Error(err)
		}
	})
	rdb, mdb := redisAt(t, theirs.RedisURL), mongoAt(t, theirs.MongoURIs[0])
	execute(t, theirs.PostgresURL, "CREATE TABLE precious (n int)")
	if err := rdb.Set(ctx, "precious", "1", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := mdb.Database("pavilion").Collection("precious").InsertOne(ctx, bson.M{"_id": 1}); err != nil {
		t.Fatal(err)
	}

	t.Setenv("POSTGRES_URL", theirs.PostgresURL)
	t.Setenv("REDIS_URL", theirs.RedisURL)
	t.Setenv("MONGO_URIS", theirs.MongoURIs[0])
	for range 2 { // in parallel, like test packages
		ours, err := engines.Start(ctx, engines.Options{Postgres: true, Redis: true, MongoPools: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := ours.Close(); err != nil {
				t.Error(err)
			}
			inspect(t, ctx, theirs, rdb, mdb)
		}()
		use(t, ctx, ours)
	}
}

// use writes data under names that other engines also use, and makes the servers fail and recover.
func use(t *testing.T, ctx context.Context, e *engines.Engines) {
	t.Helper()
	execute(t, e.PostgresURL, "CREATE TABLE precious (n int)")
	rdb, pool := redisAt(t, e.RedisURL), mongoAt(t, e.MongoURIs[1])
	if n, err := rdb.Exists(ctx, "precious").Result(); err != nil || n != 0 {
		t.Errorf("somebody's key is in our Redis: %d, %v", n, err)
	}
	if err := rdb.Set(ctx, "precious", "2", 0).Err(); err != nil {
		t.Fatal(err)
	}
	database := strings.TrimPrefix(strings.SplitN(e.MongoURIs[1], "?", 2)[0], "mongodb://")
	_, database, _ = strings.Cut(database, "/")
	if _, err := pool.Database(database).Collection("precious").InsertOne(ctx, bson.M{"_id": 2}); err != nil {
		t.Fatal(err)
	}
	e.StopPostgres()
	e.StopRedis()
	e.StopMongo(1)
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if conn, err := pgx.Connect(short, e.PostgresURL); err == nil {
		_ = conn.Close(ctx)
		t.Error("a stopped Postgres answers")
	}
	if err := rdb.Ping(short).Err(); err == nil {
		t.Error("a stopped Redis answers")
	}
	if err := pool.Ping(short, nil); err == nil {
		t.Error("a stopped pool answers")
	}
	for _, err := range []error{e.StartPostgres(ctx), e.StartRedis(ctx), e.StartMongo(ctx, 1), e.PauseMongo(1)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	execute(t, e.PostgresURL, "INSERT INTO precious VALUES (1)")
	hung, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if err := pool.Ping(hung, nil); err == nil {
		t.Error("a paused pool answers")
	}
	if err := e.ResumeMongo(1); err != nil {
		t.Fatal(err)
	}
	if err := pool.Ping(ctx, nil); err != nil {
		t.Errorf("a resumed pool: %v", err)
	}
}

// inspect checks that the named servers have their owner's data and nothing of closed engines.
func inspect(t *testing.T, ctx context.Context, e *engines.Engines, rdb *redis.Client, mdb *mongo.Client) {
	t.Helper()
	execute(t, e.PostgresURL, "SELECT n FROM precious")
	if v, err := rdb.Get(ctx, "precious").Result(); err != nil || v != "1" {
		t.Errorf("somebody's key is %q, %v", v, err)
	}
	if n, err := mdb.Database("pavilion").Collection("precious").CountDocuments(ctx, bson.M{}); err != nil || n != 1 {
		t.Errorf("somebody's collection has %d documents, %v", n, err)
	}
}

// TestStart_NamedServersAreLeftAsTheyWere checks that the last Close leaves nothing behind.
func TestStart_NamedServersAreLeftAsTheyWere(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	theirs, err := engines.Start(ctx, engines.Options{Postgres: true, Redis: true, MongoPools: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := theirs.Close(); err != nil {
			t.Error(err)
		}
	}()
	mdb, rdb := mongoAt(t, theirs.MongoURIs[0]), redisAt(t, theirs.RedisURL)
	before := left(t, ctx, theirs.PostgresURL, rdb, mdb)
	t.Setenv("POSTGRES_URL", theirs.PostgresURL)
	t.Setenv("REDIS_URL", theirs.RedisURL)
	t.Setenv("MONGO_URIS", theirs.MongoURIs[0]+","+theirs.MongoURIs[0])
	ours, err := engines.Start(ctx, engines.Options{Postgres: true, Redis: true, MongoPools: 2})
	if err != nil {
		t.Fatal(err)
	}
	use(t, ctx, ours)
	if during := left(t, ctx, theirs.PostgresURL, rdb, mdb); during == before {
		t.Errorf("our data is not on the named servers: %s", during)
	}
	if err := ours.Close(); err != nil {
		t.Error(err)
	}
	if after := left(t, ctx, theirs.PostgresURL, rdb, mdb); after != before {
		t.Errorf("left behind: %s; before: %s", after, before)
	}
}

// left returns the databases of the servers.
func left(t *testing.T, ctx context.Context, postgres string, rdb *redis.Client, mdb *mongo.Client) string {
	t.Helper()
	conn := connect(t, postgres)
	defer conn.Close(ctx) //nolint:errcheck // test
	var databases []string
	if err := conn.QueryRow(ctx, "SELECT array_agg(datname ORDER BY datname) FROM pg_database").Scan(&databases); err != nil {
		t.Fatal(err)
	}
	keyspace, err := rdb.Info(ctx, "keyspace").Result()
	if err != nil {
		t.Fatal(err)
	}
	names, err := mdb.ListDatabaseNames(ctx, bson.M{})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(databases, keyspace, names)
}

func execute(t *testing.T, url, sql string) {
	t.Helper()
	conn := connect(t, url)
	defer conn.Close(t.Context()) //nolint:errcheck // test
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Errorf("%s: %v", sql, err)
	}
}

func redisAt(t *testing.T, url string) *redis.Client {
	t.Helper()
	opts, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(opts)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func mongoAt(t *testing.T, uri string) *mongo.Client {
	t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI(uri).SetTimeout(20 * time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		short, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond) // the server is stopped
		defer cancel()
		_ = c.Disconnect(short)
	})
	return c
}
