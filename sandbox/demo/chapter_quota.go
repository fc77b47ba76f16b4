package main

import (
	"context"
	"regexp"
	"strings"
)

var episode = regexp.MustCompile(`S\d\dE\d\d`)

// quotaReached: the admin limits the files of a day, and a member reaches the limit. The limit is gone again at the end.
func (p *play) quotaReached(ctx context.Context) error {
	limits, _, err := p.meera.writes(ctx, bot, "/limits files 2")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(limits.Message, "files: 2 a day"), "the admin sets how many files a person gets in a day", limits.Message); err != nil {
		return err
	}
	page, _, err := p.tom.writes(ctx, bot, "village cricket diaries")
	if err != nil {
		return err
	}
	episodes := episode.FindAllString(rows(page), 3)
	if err := p.must(len(episodes) == 3, "Tom finds more than he may get", rows(page)); err != nil {
		return err
	}
	for _, name := range episodes[:2] {
		if _, err := p.getFile(ctx, p.tom, page, name); err != nil {
			return err
		}
	}
	if page, _, err = p.tom.writes(ctx, bot, "village cricket diaries"); err != nil {
		return err
	}
	p.out.note("The same file again is free for a day.")
	if _, err := p.getFile(ctx, p.tom, page, episodes[0]); err != nil {
		return err
	}
	refused, err := p.tom.taps(ctx, bot, page, episodes[2])
	if err != nil {
		return err
	}
	if err := p.must(refused.Alert && strings.Contains(refused.Message, "You have had 2 files today"), "the third file waits for tomorrow, and Tom is told when that is", refused.Message); err != nil {
		return err
	}
	left, _, err := p.tom.writes(ctx, bot, "/quota")
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(left.Message, "0 more of 2 files"), "the books say the same", left.Message); err != nil {
		return err
	}
	_, _, err = p.meera.writes(ctx, bot, "/limits files off")
	return err
}
