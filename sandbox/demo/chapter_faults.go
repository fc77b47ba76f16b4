package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"
)

// losePool: one of the two databases stops. Answers name the missing part, posts go to the other database, and after the restart answers are complete.
func (p *play) losePool(ctx context.Context) error {
	const query = "village cricket diaries"
	p.out.wait(ctx)
	p.scene.Engines.StopMongo(0)
	p.out.event("MongoDB pool 1 of 2 is stopped.")
	m, took, err := p.arjun.writes(ctx, bot, query)
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(m.Message, "Partial results: archive 1 is not answering"), "the answer says which part is missing; it took "+round(took), m.Message); err != nil {
		return err
	}
	found, err := p.meeraPosts(ctx, "Scorecard Veterans v Hillside 28 June 2026.pdf", "Posted while a database is down", scorecard(), "veterans scorecard")
	if err != nil {
		return err
	}
	if err := p.must(true, "the post went to the other pool, found "+round(found)+" after it", nil); err != nil {
		return err
	}
	if err := p.scene.Engines.StartMongo(ctx, 0); err != nil {
		return err
	}
	p.out.event("Pool 1 is started again.")
	back, err := p.untilWhole(ctx, query)
	if err != nil {
		return err
	}
	m, _, err = p.arjun.writes(ctx, bot, query)
	if err != nil {
		return err
	}
	return p.must(strings.Contains(m.Message, "24 files") && !strings.Contains(m.Message, "Partial"), "whole again by itself, "+round(back)+" after the pool answers", m.Message)
}

// untilWhole searches, without drawing, until an answer is complete.
func (p *play) untilWhole(ctx context.Context, query string) (time.Duration, error) {
	start := time.Now()
	for time.Since(start) < patience {
		m, _, err := p.zoya.asks(ctx, bot, query)
		if err != nil {
			return 0, err
		}
		if !strings.Contains(m.Message, "Partial") {
			return time.Since(start), nil
		}
	}
	return 0, fmt.Errorf("answers are still partial: %w", errTooLong)
}

// killBot: the process is killed. Messages and posts that come before the restart are handled after it.
func (p *play) killBot(ctx context.Context) error {
	p.out.wait(ctx)
	p.scene.Bot.Kill()
	p.out.event("kill -9: the bot's process is gone.")
	before, err := p.arjun.newest(ctx, bot)
	if err != nil {
		return err
	}
	const name = "Scorecard Women's XI v St Mary's 5 July 2026.pdf"
	p.arjun.types("", "kohli cover drive")
	if err := p.arjun.Send(ctx, bot, "kohli cover drive"); err != nil {
		return err
	}
	if err := p.meeraUploads(ctx, name, "Posted while the bot is away", scorecard()); err != nil {
		return err
	}
	start := time.Now()
	if err := p.scene.StartBot(ctx); err != nil {
		return err
	}
	p.out.event("The bot is started again.")
	m, err := p.arjun.answer(ctx, bot, before)
	if err != nil {
		return fmt.Errorf("the answer to what was written while the bot was away: %w", err)
	}
	answered := time.Since(start)
	p.arjun.sees(m, "")
	if err := p.untilFound(ctx, "women's xi scorecard", name); err != nil {
		return err
	}
	found := time.Since(start)
	return all(
		p.must(strings.Contains(rows(m), "Virat_Kohli-Cover_Drive"), "what Arjun wrote meanwhile is answered, "+round(answered)+" after the start (the dead process's lease runs out first)", face(m)),
		p.must(true, "what Meera posted meanwhile is found, "+round(found)+" after the start", nil),
	)
}

// scorecard is the content of a small file.
func scorecard() []byte { return bytes.Repeat([]byte("1 4 . 6 W 2 | "), 2<<10) }

// figures: the admin's commands for statistics.
func (p *play) figures(ctx context.Context) error {
	const scorecards = 3 // posted during the demo
	want := fmt.Sprintf("Files: %d\n", p.posted+scorecards)
	stats, _, err := p.meera.writes(ctx, bot, "/stats")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(stats.Message, want), "every file once, also after an outage and a kill", stats.Message); err != nil {
		return err
	}
	room, _, err := p.meera.writes(ctx, bot, "/dbstats")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(room.Message, "archive 1") && strings.Contains(room.Message, "archive 2"), "both pools answer", room.Message); err != nil {
		return err
	}
	no, _, err := p.arjun.writes(ctx, bot, "/stats")
	if err != nil {
		return err
	}
	return p.must(strings.Contains(no.Message, "for the club's admins"), "members are told that it is not theirs", no.Message)
}
