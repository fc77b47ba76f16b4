package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/driver"
)

// inGroup: the bot answers in a group when it is mentioned, and only the person who searched can use the buttons.
func (p *play) inGroup(ctx context.Context) error {
	m, _, err := p.arjun.writes(ctx, group, "@"+bot+" colts net session 12 june")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(rows(m), "2026-06-12 Net Session - Colts"), "found by the parts of its date", face(m)); err != nil {
		return err
	}
	// Zoya sees the same message in the same group.
	answer, err := p.zoya.taps(ctx, group, m, "2026-06-12")
	if err != nil {
		return err
	}
	return p.must(answer.Alert && strings.Contains(answer.Message, "belong to somebody else"), "somebody else's buttons say so", answer.Message)
}

// inline: a person sends a file from the archive into a private chat without the bot.
func (p *play) inline(ctx context.Context) error {
	const query, friend = "dhoni 183", "zoya_plays"
	p.out.wait(ctx)
	p.tom.types("to Zoya, still typing", "@"+bot+" "+query)
	r, err := p.tom.Inline(ctx, bot, query, "")
	if err != nil {
		return fmt.Errorf("the bot's inline results: %w", err)
	}
	var lines []string
	chosen := ""
	for i, result := range r.Results {
		x, ok := result.(*tg.BotInlineMediaResult)
		if !ok {
			continue
		}
		if strings.HasPrefix(x.Title, "MS Dhoni 183 vs Sri Lanka 2005") {
			chosen = x.ID
		}
		if i < 3 {
			lines = append(lines, x.Title+"\n  "+x.Description)
		}
	}
	p.out.message(message{who: "Pavilion", shade: botShade, about: "offers, above Tom's keyboard", text: strings.Join(lines, "\n")})
	if err := p.must(chosen != "", "the innings is among the results", lines); err != nil {
		return err
	}
	before, err := p.zoya.newest(ctx, "tom_plays")
	if err != nil {
		return err
	}
	if err := p.tom.Choose(ctx, friend, r.QueryID, chosen); err != nil {
		return err
	}
	got, err := p.zoya.nextFrom(ctx, "tom_plays", before)
	if err != nil {
		return err
	}
	doc, name := driver.Document(got)
	if doc == nil {
		return p.must(false, "Zoya gets the file", got.Message)
	}
	p.tom.types("to Zoya, via @"+bot, attached(name, doc.Size))
	return p.must(got.ViaBotID == p.scene.BotID, "Zoya has the file, sent via the bot", got.ViaBotID)
}

// nextFrom waits for the first message of another account in a chat, after a given message.
func (p *person) nextFrom(ctx context.Context, chat string, after int) (*tg.Message, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errTooLong)
	defer cancel()
	return p.Await(ctx, chat, func(m *tg.Message) bool { return m.ID > after && !m.Out })
}
