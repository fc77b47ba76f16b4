package bot

import (
	"context"
	"fmt"
	"strings"
)

func (b *Bot) handleStats(ctx context.Context, e *Event) error {
	s := b.deps.Indexer.Stats(ctx)
	people := b.deps.Audience.Count(ctx)
	var t strings.Builder
	fmt.Fprintf(&t, "Files: %d\nWords: %d\nChannels: %d\nPeople: %d (%d blocked me)", s.Files, s.Words, len(s.Channels), people.Total, people.Blocked)
	if n := s.Backlog.Queued + s.Backlog.Owed; n > 0 {
		fmt.Fprintf(&t, "\nStill to index: %d", n)
	}
	for _, p := range s.Pools {
		if !p.Answered {
			fmt.Fprintf(&t, "\n⚠️ %s does not answer; its figures are missing.", p.Name)
		}
	}
	_, err := b.tg.sendText(ctx, e.Chat, Reply{Text: t.String()}, cause{e, 0})
	return err
}

func (b *Bot) handleDBStats(ctx context.Context, e *Event) error {
	var t strings.Builder
	t.WriteString("Databases")
	r := Reply{Bold: t.Len()}
	for _, p := range b.deps.Indexer.Stats(ctx).Pools {
		used := p.DataBytes + p.IndexBytes
		fmt.Fprintf(&t, "\n• %s: %s of %s (%d%%)", p.Name, size(used), size(p.LimitBytes), used*100/max(1, p.LimitBytes))
		if p.Answered {
			fmt.Fprintf(&t, ", %d files", p.Files)
		}
		if p.Breaker != "closed" {
			t.WriteString(", ⚠️ not answering")
		}
	}
	r.Text = t.String()
	_, err := b.tg.sendText(ctx, e.Chat, r, cause{e, 0})
	return err
}
