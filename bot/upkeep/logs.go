package upkeep

import (
	"context"
	"log/slog"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/journal"
)

// The verbs of the buttons.
const (
	verbLog      = "lg"
	verbLogLevel = "lgl"
)

// logs is the screen of /log. It concerns the process that is the bot.
type logs struct{ *Screens }

const entriesListed = 10

// HandleLog answers /log: the level of the log and the last errors.
func (s *Screens) HandleLog(ctx context.Context, e *telegram.Event) error {
	return s.send(ctx, e, logs{s}.show(e))
}

func (s logs) show(e *telegram.Event) telegram.Reply {
	return s.draw(e).log(s.Journal.Level().Level(), s.Journal.Last(slog.LevelWarn, entriesListed))
}

func (s logs) tapShow(_ context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	return s.show(e), nil
}

func (s logs) tapLevel(_ context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.Next())); err != nil || !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	s.Journal.Level().Set(level)
	return s.show(e), nil
}

func (d drawing) log(level slog.Level, entries []journal.Entry) telegram.Reply {
	lines := []string{d.in.Say("log.level", level.String()), ""}
	for _, e := range entries {
		mark := "⚠️ "
		if e.Level >= slog.LevelError {
			mark = "❗️ "
		}
		line := mark + d.moment(e.At) + " " + telegram.CleanLine(e.Message, 120)
		if e.Component != "" {
			line += " (" + e.Component + ")"
		}
		if e.Error != "" {
			line += ": " + telegram.CleanLine(e.Error, 200)
		}
		lines = append(lines, line)
	}
	if len(entries) == 0 {
		lines = append(lines, d.in.Say("log.none"))
	}
	var choose []telegram.Button
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		label := strings.ToLower(l.String())
		if l == level {
			label = "✓ " + label
		}
		choose = append(choose, d.button(label, verbLogLevel+":"+l.String()))
	}
	return d.page(d.in.Say("log.title"), lines, choose, []telegram.Button{d.button(d.in.Say("upkeep.refresh"), verbLog)})
}
