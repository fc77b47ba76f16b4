package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/gotd/td/tg"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pavilion/sandbox"
	"pavilion/sandbox/club"
	"pavilion/sandbox/world"
)

const (
	channels = 10
	seed     = 21
	batch    = 1000 // documents of one insert
)

// open starts the scene with a bot that keeps everything in one database, and gives it channels to index.
func (b *bench) open(ctx context.Context) (err error) {
	b.scene, err = sandbox.Open(ctx, sandbox.Options{Env: map[string]string{
		"PAVILION_SEND_PER_SECOND": "1000000", "PAVILION_SEND_PER_CHAT": "1000000", "PAVILION_SEND_PER_GROUP": "1000000", // so high that no limit applies
	}})
	if err != nil {
		return err
	}
	uri := b.scene.Engines.MongoURIs[0]
	b.scene.SetEnv("PAVILION_MONGO_URIS", uri)
	b.database, err = openDatabase(uri, "")
	if err != nil {
		return err
	}
	b.plain, err = openDatabase(uri, "_plain")
	if err != nil {
		return err
	}
	if err := b.scene.StartBot(ctx); err != nil {
		return err
	}
	return b.ask(ctx, "/channels add @"+sandbox.ChannelName, "is indexed")
}

func (b *bench) close(ctx context.Context) error {
	var errs []error
	if b.plain != nil {
		errs = append(errs, b.plain.Drop(ctx), b.plain.Client().Disconnect(ctx), b.database.Client().Disconnect(ctx))
	}
	return errors.Join(append(errs, b.scene.Close())...)
}

// ask sends a message to the bot as the admin and waits for an answer.
func (b *bench) ask(ctx context.Context, text, want string) error {
	w := b.scene.DC.World()
	if _, err := w.SendText(b.scene.Admin.ID, world.UserPeer(b.scene.BotID), text); err != nil {
		return err
	}
	_, err := w.WaitMessage(ctx, b.scene.Admin.ID, func(chat world.Peer, m *tg.Message) bool {
		return chat == world.UserPeer(b.scene.BotID) && !m.Out && strings.Contains(m.Message, want)
	})
	return err
}

// ingest posts every file and waits until the last one is stored.
func (b *bench) ingest(ctx context.Context) error {
	empty, err := b.memory(ctx)
	if err != nil {
		return err
	}
	ids := []int64{b.scene.Channel}
	for i := 1; i < channels; i++ {
		id, err := b.scene.AddChannel(fmt.Sprintf("Archive %d", i), fmt.Sprintf("bench_archive_%d", i))
		if err != nil {
			return err
		}
		ids = append(ids, id)
		if err := b.ask(ctx, fmt.Sprintf("/channels add @bench_archive_%d", i), fmt.Sprintf("Archive %d is indexed", i)); err != nil {
			return err
		}
	}
	archive, waiting := club.NewArchive(seed), unstoredFiles{pools: []*database{b.database}}
	start := time.Now()
	for posted := 0; posted < b.files; {
		specs := sandbox.Specs(archive.Take(min(200, b.files-posted)))
		made, err := b.scene.Post(ids[posted/200%channels], specs...)
		if err != nil {
			return err
		}
		posted += len(specs)
		waiting.add(made)
	}
	if err := waiting.wait(ctx, 0); err != nil {
		return err
	}
	rate := float64(b.files) / time.Since(start).Seconds()
	full, err := b.memory(ctx)
	if err != nil {
		return err
	}
	plain, err := b.insertPlain(ctx)
	if err != nil {
		return err
	}
	b.figure("ingest", rate, "files/s", plain)
	b.figure("memory", full/(1<<20), "MB", empty/(1<<20))
	return nil
}

// insertPlain inserts the same files without an index, one document for each file, and returns the files per second.
func (b *bench) insertPlain(ctx context.Context) (float64, error) {
	archive := club.NewArchive(seed)
	var took time.Duration
	for done := 0; done < b.files; done += batch {
		docs := make([]any, 0, batch)
		for i, f := range archive.Take(min(batch, b.files-done)) {
			docs = append(docs, plainFile(done+i, f))
		}
		start := time.Now()
		if _, err := b.plain.Collection("files").InsertMany(ctx, docs, options.InsertMany().SetOrdered(false)); err != nil {
			return 0, fmt.Errorf("insert: %w", err)
		}
		took += time.Since(start)
	}
	return float64(b.files) / took.Seconds(), nil
}

func plainFile(i int, f club.File) bson.D {
	return bson.D{
		{Key: "_id", Value: int64(5_000_000_000) + int64(i)},
		{Key: "file_ref", Value: []byte("reference of 25 characters")[:25]},
		{Key: "file_name", Value: f.Name},
		{Key: "file_size", Value: f.Size},
		{Key: "file_type", Value: "video"},
		{Key: "mime_type", Value: f.Mime},
		{Key: "caption", Value: f.Caption},
	}
}

// memory returns the resident memory of the bot's process.
func (b *bench) memory(ctx context.Context) (float64, error) {
	out, err := exec.CommandContext(ctx, "ps", "-o", "rss=", "-p", strconv.Itoa(b.scene.Bot.PID())).Output() //nolint:gosec // a number
	if err != nil {
		return 0, fmt.Errorf("read the bot's memory: %w", err)
	}
	kilobytes, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		return 0, fmt.Errorf("read the bot's memory: %w", err)
	}
	return kilobytes * 1024, nil
}
