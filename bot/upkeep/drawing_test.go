package upkeep

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"pavilion/bot/telegram"
	"pavilion/bot/telegram/telegramtest"
	"pavilion/filter"
	"pavilion/filter/upkeep"
	"pavilion/internal/journal"
	"pavilion/internal/latency"
	"pavilion/internal/phrase"
	"pavilion/internal/vitals"
	"pavilion/sandbox/golden"
	"pavilion/storage"
)

var noon = time.Date(2026, 3, 15, 12, 30, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant

// examples are the pools of the screens of databases.
func examples() (full, moving, down database) {
	full = database{
		PoolStats: filter.PoolStats{PoolState: storage.PoolState{Name: "old", DataBytes: 400 << 20, IndexBytes: 60 << 20, LimitBytes: 512 << 20, Breaker: "closed"}, Files: 120_000, Answered: true},
		mode:      storage.PoolNormal, fullOn: noon.AddDate(0, 1, 0),
		outages: []storage.Outage{{Began: noon.Add(-time.Hour), Ended: noon.Add(-48 * time.Minute)}, {Began: noon.AddDate(0, 0, -3), Ended: noon.AddDate(0, 0, -2)}},
	}
	moving = database{
		PoolStats: filter.PoolStats{PoolState: storage.PoolState{Name: "free", DataBytes: 90 << 20, LimitBytes: 512 << 20, Breaker: "closed"}, Files: 1200, Answered: true}, mode: storage.PoolDraining,
	}
	down = database{
		PoolStats: filter.PoolStats{PoolState: storage.PoolState{Name: "new", DataBytes: 1 << 20, LimitBytes: 512 << 20, Breaker: "open"}},
		mode:      storage.PoolReadOnly, outages: []storage.Outage{{Began: noon.Add(-time.Minute)}},
	}
	return full, moving, down
}

func filesNamed(n int) (files []filter.File) {
	for i := range n {
		files = append(files, filter.File{Media: filter.Media{Name: fmt.Sprintf("Golden.River.S01E%02d.mkv", i+1), Size: 700 << 20}})
	}
	return files
}

// someEvents are one of each kind, an error that came often, and more than a message has room for.
func someEvents() (events []upkeep.Event) {
	for _, key := range []string{"channel_added", "channel_lost", "channel_regained", "pool_down", "pool_up", "ban", "error"} {
		events = append(events, upkeep.Event{Key: "events." + key, Args: []any{"Vintage"}})
	}
	events = append(events, upkeep.Event{Key: "events.dead_files", Args: []any{2, 500}}, upkeep.Event{Key: "events.deletion", Args: []any{120}})
	for i := range 60 {
		events = append(events, upkeep.Event{Key: "events.error", Args: []any{"no answer"}})
		if i%2 == 0 {
			events = append(events, upkeep.Event{Key: "events.error", Args: []any{fmt.Sprintf("error %d", i)}})
		}
	}
	return events
}

// screens are all screens of the package.
func screens(in *phrase.Speaker) map[string]telegram.Reply {
	d := drawing{in: in, owner: 7, now: noon}
	full, moving, down := examples()
	empty := moving
	empty.Files = 0
	channels := []filter.Channel{{ID: 5, Title: "Vintage"}, {ID: 6, Title: "Matches \u202e2026"}}
	files := map[filter.FileCount]int64{
		{Kind: filter.KindVideo}: 119_000, {Kind: filter.KindPhoto}: 1000, {Channel: 5, Kind: filter.KindVideo}: 19_000, {Channel: 6, Kind: filter.KindVideo}: 100_000, {Channel: 6, Kind: filter.KindPhoto}: 1000,
	}
	counted := upkeep.Statistics{
		Periods: []upkeep.Period{
			{Days: 1, People: 12, Activity: map[upkeep.What]int64{upkeep.SearchFound: 100, upkeep.SearchMissed: 7, upkeep.InlineQuery: 3, upkeep.Delivery: 60}},
			{Days: 7, People: 80},
			{Days: 30, People: 300},
		},
		Languages: []upkeep.LanguageCount{{Language: "en", People: 200}, {Language: "hi", People: 90}, {People: 10}}, Files: files,
	}
	var many []upkeep.Missed
	for i := range missedOnPage + 1 {
		many = append(many, upkeep.Missed{Words: fmt.Sprintf("golden title %d", i), Times: int64(30 - i), Last: noon})
	}
	stats := filter.Stats{Files: 120_000, Words: 31_000, Channels: channels, Pools: []filter.PoolStats{full.PoolStats}}
	return map[string]telegram.Reply{
		"databases":          d.databases([]database{full, moving, down}),
		"database":           d.database(full),
		"database_draining":  d.database(moving),
		"database_drained":   d.database(empty),
		"database_down":      d.database(down),
		"database_ask_drain": d.askDrain(full),
		"stats": d.statistics(figures{index: stats, people: filter.AudienceCount{Total: 2100, Blocked: 3}, counted: counted, quota: quotaUse{people: 9, files: 55}, premium: PremiumFigures{
			Plans: []PlanFigures{{Title: "Gold", People: 12, Bought: 10, Given: 2}, {Title: "Guest", People: 1, Given: 1}}, Stars: 1800, RecentStars: 600, Expiring: 3,
		}}),
		"stats_faults": d.statistics(figures{
			index: filter.Stats{Files: 1, Backlog: filter.Backlog{Queued: 2, InGaps: 40}, Pools: []filter.PoolStats{full.PoolStats, down.PoolStats}}, unread: true,
		}),
		"stats_channels":      d.filesByChannel(channels, files),
		"stats_channels_none": d.filesByChannel(nil, nil),
		"missed":              d.missed([]upkeep.Missed{{Words: "golden xylophone", Times: 3, Last: noon}, {Words: "kohli 2031", Times: 1, Last: noon}}, 0),
		"performance": d.performance(pace{
			operations: []latency.Report{{Operation: "search", Count: 120, P50: 12 * time.Millisecond, P99: 1540 * time.Millisecond}, {Operation: "postgres", Count: 5000, P50: 240 * time.Microsecond, P99: 3 * time.Millisecond}},
			telegram:   telegram.Stats{Updates: 1, Sends: 20, Calls: 3, FloodWaits: 7, Waiting: 2, LongestWait: 90 * time.Second}, backlog: filter.Backlog{Queued: 4, InGaps: 12},
			vitals: vitals.Vitals{Live: 60 << 20, Mapped: 120 << 20, Released: 20 << 20, Goroutines: 80},
		}),
		"performance_idle": d.performance(pace{}),
		"caches":           d.caches([]cached{{"queries", 1200, true, 90, 10}, {"availability", 50_000, false, 0, 0}}),
		"log": d.log(slog.LevelInfo, []journal.Entry{
			{At: noon, Level: slog.LevelError, Component: "bot", Message: "an event was answered with an error", Error: "search: no answer"}, {At: noon, Level: slog.LevelWarn, Message: "pool's breaker changed"},
		}),
		"log_none":       d.log(slog.LevelDebug, nil),
		"person":         d.person(4_300_000_001, filter.Person{First: noon.AddDate(-1, 0, 0), Seen: noon, Language: "hi", Blocked: true}),
		"person_old":     d.person(7, filter.Person{Seen: noon}),
		"delete_ask":     d.askDelete(upkeep.Deletion{ID: 40, What: "golden river", Files: 12}, filesNamed(12), true),
		"delete_ask_one": d.askDelete(upkeep.Deletion{ID: 40, What: "https://t.me/archive/5", Files: 1}, filesNamed(1), false),
		"deleted":        d.deleted(upkeep.Deletion{ID: 40, What: "golden river", Files: 12, Due: noon.AddDate(0, 0, 1)}),
		"delete_undone":  d.undone(upkeep.Deletion{ID: 40, What: "golden river", Files: 12}),
		"deletions": d.deletions([]upkeep.Deletion{
			{ID: 43, State: upkeep.DeletionHidden, What: "golden river", Files: 12, Made: noon, Due: noon.AddDate(0, 0, 1)},
			{ID: 42, State: upkeep.DeletionUndone, What: "harbour", Files: 1, Made: noon},
			{ID: 41, State: upkeep.DeletionRemoving, What: "tapes", Files: 3, Made: noon.AddDate(0, 0, -1)},
			{ID: 40, State: upkeep.DeletionRemoved, What: "old", Files: 1, Made: noon.AddDate(0, 0, -9)},
		}),
		"deletions_none": d.deletions(nil),
		"maintenance": d.maintenance([]upkeep.JobState{
			{Name: "files", Started: noon, Ended: noon, Next: noon.AddDate(0, 0, 1), Figures: upkeep.Figures{"checked": 500, "dead": 2, "unread": 0}, Totals: upkeep.Figures{"checked": 1500, "dead": 3, "unread": 9}, Runs: 3},
			{Name: "deletions", Started: noon, Ended: noon, Next: noon, Error: "pool_down"},
			{Name: "counters", Started: noon, Running: true},
			{Name: "expiries", Next: noon},
		}),
		"log_channel":      d.logChannel(upkeep.LogChannel{Chat: -1001234567890, Muted: []upkeep.EventKind{upkeep.ErrorEvents}}),
		"log_channel_none": d.logChannel(upkeep.LogChannel{}),
		"events":           d.events(someEvents(), 3),
		"missed_none":      d.missed(nil, 0),
		"missed_many":      d.missed(many, 1),
	}
}

func TestScreens_LookAsInTheGoldenFiles(t *testing.T) {
	t.Parallel()
	book, err := phrase.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range book.Languages() {
		for name, reply := range screens(book.In(language)) {
			golden.Check(t, name+"."+language, telegramtest.Drawn(reply))
		}
	}
}
