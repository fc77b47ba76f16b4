package upkeep

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/internal/vitals"
)

const verbPerformance = "pf"

// performance is the screen of /performance. Its figures are those of the process that is the bot.
type performance struct{ *Screens }

// pace is what /performance shows.
type pace struct {
	operations []latency.Report
	telegram   telegram.Stats
	backlog    filter.Backlog
	vitals     vitals.Vitals
}

// HandlePerformance answers /performance: latencies, queues, memory, and how Telegram makes the bot wait.
func (s *Screens) HandlePerformance(ctx context.Context, e *telegram.Event) error {
	return s.send(ctx, e, s.draw(e).performance(performance{s}.read()))
}

func (s performance) read() pace {
	return pace{operations: s.Latency.Report(), telegram: s.Telegram(), backlog: s.Indexer.Backlog(), vitals: vitals.Read()}
}

func (s performance) tapRefresh(_ context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	return s.draw(e).performance(s.read()), nil
}

const operationsListed = 15

func (d drawing) performance(p pace) telegram.Reply {
	lines := []string{d.in.Say("performance.window", int(latency.Window.Minutes()))}
	listed := slices.SortedStableFunc(slices.Values(p.operations), func(a, b latency.Report) int { return cmp.Compare(b.Count, a.Count) })
	for _, o := range listed[:min(len(listed), operationsListed)] {
		lines = append(lines, "• "+d.in.Say("performance.operation", o.Operation, o.Count, brief(o.P50), brief(o.P99)))
	}
	if len(listed) == 0 {
		lines = append(lines, d.in.Say("performance.idle"))
	}
	lines = append(lines, "",
		d.in.Say("performance.queues", p.telegram.Updates, p.telegram.Sends, p.telegram.Calls),
		d.in.Say("performance.index", p.backlog.Queued, p.backlog.InGaps),
		d.in.Say("performance.memory", phrase.Size(int64(p.vitals.Live)), phrase.Size(int64(p.vitals.Mapped-p.vitals.Released)), p.vitals.Goroutines), //nolint:gosec // below 2^63
		d.in.Say("performance.waits", p.telegram.FloodWaits))
	if p.telegram.Waiting > 0 {
		lines = append(lines, d.in.Say("performance.waiting", p.telegram.Waiting, brief(p.telegram.LongestWait)))
	}
	return d.page(d.in.Say("performance.title"), lines, []telegram.Button{d.button(d.in.Say("upkeep.refresh"), verbPerformance)})
}

// brief writes a duration with two digits or so: 240µs, 12ms, 1.5s, 2m0s.
func brief(t time.Duration) string {
	switch {
	case t >= time.Minute:
		return t.Round(time.Second).String()
	case t >= time.Second:
		return t.Round(100 * time.Millisecond).String()
	case t >= time.Millisecond:
		return t.Round(time.Millisecond).String()
	}
	return t.Round(10 * time.Microsecond).String()
}
