package main

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/filter"
	"pavilion/sandbox/club"
)

// bytesLimit is the largest size of a file with which a free database of 512 MB holds 1.3 million files.
const bytesLimit = 400

// bytes measures the size of a file, documents and indexes, before compression.
func (b *bench) bytes(ctx context.Context) error {
	ours, err := b.database.size(ctx)
	if err != nil {
		return err
	}
	per := ours / float64(b.files)
	b.figure("bytes_per_file", per, "B", bytesLimit)
	multikey, err := b.multikey(ctx)
	if err != nil {
		return err
	}
	b.figure("bytes_per_file_multikey", per, "B", multikey)
	return nil
}

// multikey stores a part of the same files with a multikey index over their tokens, the simplest layout for a search of words.
func (b *bench) multikey(ctx context.Context) (float64, error) {
	d, err := openDatabase(b.plain.uri, "_multikey")
	if err != nil {
		return 0, err
	}
	defer d.Client().Disconnect(context.WithoutCancel(ctx)) //nolint:errcheck // everything was acknowledged
	defer d.Drop(context.WithoutCancel(ctx))                //nolint:errcheck // the server is thrown away, or the name is ours alone
	c := d.Collection("files")
	if _, err := c.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: bson.D{{Key: "tokens", Value: 1}, {Key: "_id", Value: -1}}}); err != nil {
		return 0, fmt.Errorf("index: %w", err)
	}
	part := max(1000, b.files/5)
	archive := club.NewArchive(seed)
	for done := 0; done < part; done += batch {
		docs := make([]any, 0, batch)
		for i, f := range archive.Take(min(batch, part-done)) {
			docs = append(docs, append(plainFile(done+i, f), bson.E{Key: "tokens", Value: filter.Tokens(f.Name, f.Caption)}))
		}
		if _, err := c.InsertMany(ctx, docs, options.InsertMany().SetOrdered(false)); err != nil {
			return 0, fmt.Errorf("insert: %w", err)
		}
	}
	size, err := d.size(ctx)
	return size / float64(part), err
}
