package main

import (
	"context"
	"strings"

	"pavilion/sandbox/driver"
)

// typeLikePeople: typing errors, another script, a season and an episode.
func (p *play) typeLikePeople(ctx context.Context) error {
	for _, q := range []struct {
		who         *person
		text, finds string
		claim       string
	}{
		{p.arjun, "kholi cover drve", "Virat_Kohli-Cover_Drive_masterclass", "two typing errors, and it is the first result"},
		{p.zoya, "आवारा 1951", "आवारा (1951).mkv", "another script, and the right year"},
		{p.zoya, "cricket diaries s2e5", "Village.Cricket.Diaries.S02E05", "a season and an episode, however they are written"},
		{p.arjun, "spin wizrds part 2", "Spin-Wizards Part II 2019", "a typing error, a Roman numeral and a hyphen at once"},
		{p.zoya, "please send me the cover drive masterclass video", "Virat_Kohli-Cover_Drive_masterclass", "asked as in a chat"},
	} {
		m, took, err := q.who.writes(ctx, bot, q.text)
		if err != nil {
			return err
		}
		first := ""
		if b := driver.Buttons(m); len(b) > 0 {
			first = b[0][0]
		}
		if err := p.must(strings.HasPrefix(first, q.finds), q.claim+"; answered in "+round(took), first); err != nil {
			return err
		}
	}
	return nil
}

// versionsInARow: the resolutions, languages and sizes of a title stand in one row, and a tap lists its files.
func (p *play) versionsInARow(ctx context.Context) error {
	m, _, err := p.zoya.writes(ctx, bot, "spin wizards")
	if err != nil {
		return err
	}
	label := driver.Buttons(m)[0][0]
	if err := p.must(strings.HasPrefix(label, "Spin-Wizards Part II 2019 ×3 · 480p, 720p, 1080p"), "three versions of a title are one row", label); err != nil {
		return err
	}
	if _, err := p.zoya.taps(ctx, bot, m, label); err != nil {
		return err
	}
	opened, err := p.zoya.edited(ctx, m)
	if err != nil {
		return err
	}
	listed := rows(opened)
	return p.must(strings.Contains(listed, "480p") && strings.Contains(listed, "720p") && strings.Contains(listed, "1080p · Hindi, English"), "a tap lists its files", face(opened))
}

// pageAndDeliver: a person turns a page, uses a filter and fetches a file.
func (p *play) pageAndDeliver(ctx context.Context) error {
	m, _, err := p.arjun.writes(ctx, bot, "village cricket diaries")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(m.Message, "24 files · page 1 of 5"), "24 episodes on five pages", m.Message); err != nil {
		return err
	}
	if _, err := p.arjun.taps(ctx, bot, m, "▶"); err != nil {
		return err
	}
	second, err := p.arjun.edited(ctx, m)
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(second.Message, "page 2 of 5"), "the page turned in place: it is the same message", second.Message); err != nil {
		return err
	}
	if _, err := p.arjun.taps(ctx, bot, second, "Season 2"); err != nil {
		return err
	}
	narrow, err := p.arjun.edited(ctx, second)
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(narrow.Message, "8 files · page 1 of 2") && strings.Contains(rows(narrow), "✕ Season 2") && !strings.Contains(rows(narrow), "S01E"),
		"only season 2 is left, and the filter can be taken off", face(narrow)); err != nil {
		return err
	}
	file, err := p.getFile(ctx, p.arjun, narrow, "S02E05")
	if err != nil {
		return err
	}
	return p.must(file.Message == "Season 2, part 5 of 8", "sent by reference, with its caption; nothing was uploaded again", file.Message)
}

// didYouMean: a query without results is answered with a similar one.
func (p *play) didYouMean(ctx context.Context) error {
	m, _, err := p.zoya.writes(ctx, bot, "dhoni xylophone")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(m.Message, "Nothing found") && strings.Contains(m.Message, "Did you mean: dhoni"), "a suggestion that has results", m.Message); err != nil {
		return err
	}
	if _, err := p.zoya.taps(ctx, bot, m, "dhoni"); err != nil {
		return err
	}
	found, err := p.zoya.edited(ctx, m)
	if err != nil {
		return err
	}
	return p.must(strings.Contains(rows(found), "Dhoni"), "one tap searches for it", face(found))
}
