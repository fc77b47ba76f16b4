package channels

import (
	"context"
	"strings"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/phrase"
)

// HandleStats answers /stats: files, people, and the backlog of the index.
func (s *Screens) HandleStats(ctx context.Context, e *telegram.Event) error {
	return s.reply(ctx, e, s.draw(e, e.From.ID).stats(s.Indexer.Stats(ctx), s.Audience.Count(ctx)))
}

func (d drawing) stats(s filter.Stats, people filter.AudienceCount) telegram.Reply {
	lines := []string{
		d.in.Say("stats.files", s.Files), d.in.Say("stats.words", s.Words), d.in.Say("stats.channels", len(s.Channels)),
		d.in.Say("stats.people", people.Total, people.Blocked),
	}
	if n := s.Backlog.Queued + s.Backlog.InGaps; n > 0 {
		lines = append(lines, d.in.Say("stats.backlog", n))
	}
	for _, p := range s.Pools {
		if !p.Answered {
			lines = append(lines, d.in.Say("stats.no_answer", p.Name))
		}
	}
	return telegram.Reply{Text: strings.Join(lines, "\n")}
}

// HandleDBStats answers /dbstats: each database, its room and whether it answers.
func (s *Screens) HandleDBStats(ctx context.Context, e *telegram.Event) error {
	return s.reply(ctx, e, s.draw(e, e.From.ID).databases(s.Indexer.Stats(ctx).Pools))
}

func (d drawing) databases(pools []filter.PoolStats) telegram.Reply {
	title := d.in.Say("databases.title")
	var t strings.Builder
	t.WriteString(title)
	for _, p := range pools {
		used := p.DataBytes + p.IndexBytes
		t.WriteString("\n• " + d.in.Say("databases.room", p.Name, phrase.Size(used), phrase.Size(p.LimitBytes), used*100/max(1, p.LimitBytes)))
		if p.Answered {
			t.WriteString(", " + d.in.Say("databases.files", p.Files))
		}
		if p.Breaker != "closed" {
			t.WriteString(", " + d.in.Say("databases.no_answer"))
		}
	}
	return telegram.Reply{Text: t.String(), Bold: len(title)}
}
