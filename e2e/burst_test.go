package e2e_test

import (
	"context"
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/sandbox"
	"pavilion/sandbox/child"
	"pavilion/sandbox/club"
)

// TestBurst_KilledTwiceLosesNothing posts 20,000 files in 20 channels while the bot is killed twice. The program is the one that people run,
// without the race detector: with it, reading 20,000 names takes minutes, and every other test here has it.
func TestBurst_KilledTwiceLosesNothing(t *testing.T) {
	const channels, each = 20, 1000
	plain, err := child.Build(t.Context(), t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	s, admin, member := scene(t, sandbox.Options{Binary: plain, Env: lowLimits})
	ids := []int64{s.Channel}
	for i := 1; i < channels; i++ {
		name := fmt.Sprintf("archive_%02d", i)
		id, err := s.AddChannel("Archive "+two(i), name)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		say(t, admin, "/channels add @"+name)
		await(t, admin, "Archive "+two(i)+" is indexed")
	}
	archive := club.NewArchive(11)
	total := int64(0)
	var sample []string
	for part := range 10 {
		for _, id := range ids {
			specs := sandbox.Specs(archive.Take(each / 10))
			if part%3 == 0 { // one in 300 files stands for all when searching
				sample = append(sample, specs[0].Name)
			}
			if _, err := s.Post(id, specs...); err != nil {
				t.Fatal(err)
			}
			total += int64(len(specs))
		}
		if part == 3 || part == 6 {
			s.Bot.Kill()
		}
		if part == 4 || part == 7 {
			startBot(t, s)
		}
	}
	post(t, s, "The.Very.Last.Innings.2026.mkv")
	total++
	stored(t, s, total)
	found(t, member, "the very last innings", "1 file")
	for _, name := range sample {
		foundByItself(t, member, name, string([]rune(name)[:min(30, utf8.RuneCountInString(name))]))
	}
}

// stored waits until the pools hold every file once.
func stored(t *testing.T, s *sandbox.Scene, total int64) {
	t.Helper()
	deadline := time.Now().Add(2 * patience)
	for {
		documents, distinct := count(t, s)
		if documents == total && distinct == total {
			return
		}
		if distinct > total || time.Now().After(deadline) {
			t.Fatalf("%d documents, %d files, %d were posted", documents, distinct, total)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		<-ctx.Done() // the databases tell nobody when they are done
		cancel()
	}
}

func count(t *testing.T, s *sandbox.Scene) (documents, distinct int64) {
	t.Helper()
	seen := map[int64]bool{}
	for _, uri := range s.Engines.MongoURIs {
		client, err := mongo.Connect(options.Client().ApplyURI(uri))
		if err != nil {
			t.Fatal(err)
		}
		cur, err := client.Database("pavilion").Collection("files").Find(t.Context(), bson.D{}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}))
		if err != nil {
			t.Fatal(err)
		}
		var docs []struct {
			ID int64 `bson:"_id"`
		}
		if err := cur.All(t.Context(), &docs); err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			seen[d.ID] = true
		}
		documents += int64(len(docs))
		_ = client.Disconnect(t.Context())
	}
	return documents, int64(len(seen))
}
