package main

import (
	"context"
	"fmt"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/club"
)

const (
	pastMessages = 20_000
	// pastPace is the most messages a second that Telegram lets a client read for long. Telethon leaves a second between two calls of 100 messages of a
	// history, which bots cannot read, and ten seconds between two calls of 100 ids (telethon/client/messages.py).
	pastPace = 100
)

// past measures how fast the bot reads the history of a channel when Telegram answers at once. If the bot is faster than pastPace, Telegram's limit and not
// the bot decides the speed.
func (a *archive) past(ctx context.Context) error {
	const name = "bench_past"
	id, err := a.scene.AddChannel("Bench Past", name)
	if err != nil {
		return err
	}
	posts, waiting := club.NewArchive(seed+1), unstoredFiles{pools: a.pools}
	last := 0
	for posted := 0; posted < pastMessages; posted += batch {
		made, err := a.scene.Post(id, sandbox.Specs(posts.Take(batch))...)
		if err != nil {
			return err
		}
		last = made[len(made)-1].Message
		waiting.add(made)
	}
	if err := a.ask(ctx, "/channels add @"+name, "Bench Past is indexed"); err != nil {
		return err
	}
	start := time.Now()
	if err := a.ask(ctx, fmt.Sprintf("/index https://t.me/%s/%d", name, last), "Reading"); err != nil {
		return err
	}
	if err := waiting.wait(ctx, 0); err != nil {
		return err
	}
	a.figure("past_read", pastMessages/time.Since(start).Seconds(), "messages/s", pastPace)
	return nil
}
