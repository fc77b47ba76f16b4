package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/gotd/td/tg"

	"pavilion/sandbox/driver"
)

// sendAll: a member takes a whole season at once.
func (p *play) sendAll(ctx context.Context) error {
	m, _, err := p.arjun.writes(ctx, bot, "village cricket diaries")
	if err != nil {
		return err
	}
	if _, err := p.arjun.taps(ctx, bot, m, "Season 2"); err != nil {
		return err
	}
	season, err := p.arjun.edited(ctx, m)
	if err != nil {
		return err
	}
	if _, err := p.arjun.taps(ctx, bot, season, "Send all 8"); err != nil {
		return err
	}
	progress, err := p.arjun.answer(ctx, bot, season.ID)
	if err != nil {
		return err
	}
	p.arjun.sees(progress, "")
	wait, cancel := context.WithTimeoutCause(ctx, patience, errTooLong)
	defer cancel()
	done, err := p.arjun.Await(wait, bot, func(m *tg.Message) bool { return m.ID == progress.ID && strings.Contains(m.Message, "8 files sent") })
	if err != nil {
		return fmt.Errorf("the end of the delivery: %w", err)
	}
	p.arjun.sees(done, "edits the message")
	came, err := p.filesAfter(ctx, p.arjun, progress.ID)
	if err != nil {
		return err
	}
	once := len(came) == 8
	for _, n := range came {
		once = once && n == 1
	}
	return p.must(once, "eight files came, each once, at the pace that Telegram allows", came)
}

// filesAfter counts the files by name that a person got after a message.
func (p *play) filesAfter(ctx context.Context, who *person, after int) (map[string]int, error) {
	all, err := who.Messages(ctx, bot)
	if err != nil {
		return nil, err
	}
	came := map[string]int{}
	for _, m := range all {
		if doc, name := driver.Document(m); doc != nil && m.ID > after {
			came[name]++
		}
	}
	return came, nil
}

var startLink = regexp.MustCompile(`\?start=([A-Za-z0-9_-]+)`)

// openLink: the admin makes a link to a file, and a member opens it.
func (p *play) openLink(ctx context.Context) error {
	m, _, err := p.meera.writes(ctx, bot, "kohli cover drive")
	if err != nil {
		return err
	}
	file, err := p.getFile(ctx, p.meera, m, "Virat_Kohli-Cover_Drive")
	if err != nil {
		return err
	}
	p.out.wait(ctx)
	p.meera.types("in reply to the file", "/link")
	if err := p.meera.Reply(ctx, bot, file.ID, "/link"); err != nil {
		return err
	}
	link, err := p.meera.answer(ctx, bot, file.ID)
	if err != nil {
		return err
	}
	p.meera.sees(link, "")
	payload := startLink.FindStringSubmatch(link.Message)
	if payload == nil {
		return p.must(false, "the answer holds a link", link.Message)
	}
	wrong, _, err := p.tom.writes(ctx, bot, "/start "+strings.ToUpper(payload[1][:8])+payload[1][8:])
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(wrong.Message, "not valid"), "a link with changed letters opens nothing", wrong.Message); err != nil {
		return err
	}
	before, err := p.tom.newest(ctx, bot)
	if err != nil {
		return err
	}
	p.out.wait(ctx)
	p.tom.types("taps the link", "/start "+payload[1])
	if err := p.tom.Send(ctx, bot, "/start "+payload[1]); err != nil {
		return err
	}
	got, err := p.tom.answer(ctx, bot, before)
	if err != nil {
		return err
	}
	p.tom.sees(got, "")
	_, name := driver.Document(got)
	_, want := driver.Document(file)
	return p.must(name == want && name != "", "the link itself brings the file", face(got))
}
