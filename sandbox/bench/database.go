package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

// database is one MongoDB database.
type database struct {
	*mongo.Database
	uri  string
	name string
}

var errURI = errors.New("not a mongodb:// URI") // the parse error would print the password

func openDatabase(uri, suffix string) (*database, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return nil, errURI
	}
	name := strings.Trim(u.Path, "/") + suffix
	// Like the bot: an acknowledged write is in the journal.
	client, err := mongo.Connect(options.Client().ApplyURI(uri).SetWriteConcern(&writeconcern.WriteConcern{W: writeconcern.WCMajority, Journal: new(true)}))
	if err != nil {
		return nil, errURI
	}
	return &database{client.Database(name), uri, name}, nil
}

func (d *database) server(ctx context.Context) (string, error) {
	var info struct {
		Version string `bson:"version"`
	}
	if err := d.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&info); err != nil {
		return "", fmt.Errorf("ask the server's version: %w", err)
	}
	return info.Version, nil
}

// size returns the size that counts against the limit of a hosted database.
func (d *database) size(ctx context.Context) (float64, error) {
	var stats struct {
		Data    float64 `bson:"dataSize"`
		Indexes float64 `bson:"indexSize"`
	}
	if err := d.RunCommand(ctx, bson.D{{Key: "dbStats", Value: 1}}).Decode(&stats); err != nil {
		return 0, fmt.Errorf("measure %s: %w", d.name, err)
	}
	return stats.Data + stats.Indexes, nil
}
