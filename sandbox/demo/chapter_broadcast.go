package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/world"
)

const (
	crowd = 140 // people of the broadcast beside the cast; five seconds at Telegram's limit
	news  = "The nets open on Saturday at nine."
)

// broadcast: the admin writes to everybody. The process is killed twice on the way, and everybody gets the message once.
func (p *play) broadcast(ctx context.Context) error {
	people, err := p.scene.AddAudience(ctx, crowd)
	if err != nil {
		return err
	}
	p.out.event(fmt.Sprintf("%d more people have talked to the bot before.", crowd))
	if _, _, err := p.meera.writes(ctx, bot, "/broadcast"); err != nil {
		return err
	}
	panel, _, err := p.meera.writes(ctx, bot, news)
	if err != nil {
		return err
	}
	if _, err := p.meera.taps(ctx, bot, panel, "Preview"); err != nil {
		return err
	}
	if panel, err = p.meera.finds(ctx, ": ready"); err != nil {
		return err
	}
	if _, err := p.meera.taps(ctx, bot, panel, "Numbers"); err != nil {
		return err
	}
	if panel, err = p.meera.finds(ctx, "would get it"); err != nil {
		return err
	}
	if _, err := p.meera.taps(ctx, bot, panel, "Send to"); err != nil {
		return err
	}
	for _, share := range []int{crowd / 4, crowd / 2} {
		if err := p.killAt(ctx, people, share); err != nil {
			return err
		}
	}
	if _, err = p.meera.finds(ctx, ": done"); err != nil {
		return err
	}
	once := 0
	for _, who := range people {
		n, err := p.scene.Copies(who.ID, news)
		if err != nil {
			return err
		}
		if n == 1 {
			once++
		}
	}
	return p.must(once == crowd, fmt.Sprintf("each of the %d got it exactly once", crowd), once)
}

// killAt kills the bot when a number of people have the news, and starts it again.
func (p *play) killAt(ctx context.Context, people []world.User, number int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errTooLong)
	defer cancel()
	if err := p.scene.DC.World().Wait(ctx, func() bool {
		have := 0
		for _, who := range people {
			if n, err := p.scene.Copies(who.ID, news); err == nil && n > 0 {
				have++
			}
		}
		return have >= number
	}); err != nil {
		return err
	}
	p.scene.Bot.Kill()
	p.out.event(fmt.Sprintf("kill -9: the bot's process is gone; %d people have the message.", number))
	start := time.Now()
	if err := p.scene.StartBot(ctx); err != nil {
		return err
	}
	p.out.event("It is back after " + round(time.Since(start)) + ".")
	return nil
}

// finds waits for a message of the bot that contains a text, and draws it.
func (p *person) finds(ctx context.Context, part string) (*tg.Message, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errTooLong)
	defer cancel()
	m, err := p.Await(ctx, bot, func(m *tg.Message) bool { return p.fromBot(m) && strings.Contains(m.Message, part) })
	if err != nil {
		return nil, fmt.Errorf("a message with %q: %w", part, err)
	}
	p.sees(m, "")
	return m, nil
}
