package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/sandbox/world"
)

// AddAudience makes people who talked to the bot before: in Telegram, with their access hashes in Postgres, and spread over the MongoDB pools in turn.
// The bot must have started once, because it makes the tables.
func (s *Scene) AddAudience(ctx context.Context, n int) ([]world.User, error) {
	w := s.DC.World()
	people, err := w.AddPeople(n, s.BotID, "en")
	if err != nil {
		return nil, err
	}
	hashes := make([][]any, n)
	docs := make([][]any, len(s.Engines.MongoURIs))
	for i, p := range people {
		hashes[i] = []any{s.BotID, "user", p.ID, w.Hash(s.BotID, world.UserPeer(p.ID))}
		pool := i % len(docs)
		docs[pool] = append(docs[pool], bson.D{{Key: "_id", Value: p.ID}, {Key: "s", Value: time.Now().Unix()}, {Key: "l", Value: "en"}})
	}
	db, err := pgx.Connect(ctx, s.Engines.PostgresURL)
	if err != nil {
		return nil, fmt.Errorf("audience: %w", err)
	}
	_, err = db.CopyFrom(ctx, pgx.Identifier{"bot_access_hash"}, []string{"bot_id", "kind", "peer_id", "hash"}, pgx.CopyFromRows(hashes))
	if err := errors.Join(err, db.Close(ctx)); err != nil {
		return nil, fmt.Errorf("audience: %w", err)
	}
	for i, uri := range s.Engines.MongoURIs {
		if len(docs[i]) == 0 {
			continue
		}
		client, err := mongo.Connect(options.Client().ApplyURI(uri))
		if err != nil {
			return nil, fmt.Errorf("audience: %w", err)
		}
		_, err = client.Database("pavilion").Collection("users").InsertMany(ctx, docs[i])
		if err := errors.Join(err, client.Disconnect(ctx)); err != nil {
			return nil, fmt.Errorf("audience: %w", err)
		}
	}
	return people, nil
}

// Copies counts the messages of the bot with a text in a person's chat.
func (s *Scene) Copies(person int64, text string) (n int, err error) {
	list, err := s.DC.World().History(person, world.UserPeer(s.BotID))
	for _, m := range list {
		if m.Message == text && !m.Out {
			n++
		}
	}
	return n, err
}
