// Package journal keeps the last warnings and errors of the program's log in memory, and lets the log's level be changed while the program runs.
package journal

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Entry is a kept line: the constant message and the error, without the other attributes.
type Entry struct {
	At        time.Time
	Level     slog.Level
	Component string
	Message   string
	Error     string // redacted, at most maxError bytes
}

const (
	kept     = 100
	maxError = 300
)

// Journal is the memory of a log.
type Journal struct {
	level slog.LevelVar

	mu   sync.Mutex
	ring [kept]Entry
	next int // entries so far
}

// New makes a Journal for a log with a level.
func New(level slog.Level) *Journal {
	j := &Journal{}
	j.level.Set(level)
	return j
}

// Level is the level of the log's handler.
func (j *Journal) Level() *slog.LevelVar { return &j.level }

// Handler passes records on to next, and keeps those of warnings and errors.
func (j *Journal) Handler(next slog.Handler) slog.Handler { return handler{next: next, journal: j} }

// Last returns the last entries of at least a level, the newest first.
func (j *Journal) Last(level slog.Level, most int) []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	var found []Entry
	for i := j.next - 1; i >= max(0, j.next-kept) && len(found) < most; i-- {
		if e := j.ring[i%kept]; e.Level >= level {
			found = append(found, e)
		}
	}
	return found
}

func (j *Journal) keep(e Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ring[j.next%kept] = e
	j.next++
}

type handler struct {
	next      slog.Handler
	journal   *Journal
	component string
	inGroup   bool
}

// Enabled asks the next handler, and is true for warnings and errors, which are kept whatever the level is.
func (h handler) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn || h.next.Enabled(ctx, l)
}

// Handle keeps a record and passes it on.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		e := Entry{At: r.Time.UTC(), Level: r.Level, Component: h.component, Message: r.Message}
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "error" {
				e.Error = Redact(a.Value.String())
			}
			return true
		})
		h.journal.keep(e)
	}
	if !h.next.Enabled(ctx, r.Level) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

// WithAttrs remembers the component.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if i := slices.IndexFunc(attrs, func(a slog.Attr) bool { return a.Key == "component" }); i >= 0 && !h.inGroup {
		h.component = attrs[i].Value.String()
	}
	h.next = h.next.WithAttrs(attrs)
	return h
}

// WithGroup passes the group on.
func (h handler) WithGroup(name string) slog.Handler {
	h.next, h.inGroup = h.next.WithGroup(name), true
	return h
}

// secrets match what may stand in the error text of a library: user and password of an address, a bot's token, long keys, and quoted input.
var secrets = []*regexp.Regexp{ //nolint:gochecknoglobals // constants
	regexp.MustCompile(`//[^/@\s]+@`),
	regexp.MustCompile(`\b\d{6,}:[\w-]{20,}`),
	regexp.MustCompile(`"[^"]*"`),
	regexp.MustCompile("`[^`]*`"),
	regexp.MustCompile(`\b[\w-]*[0-9][\w-]*[A-Za-z][\w-]{18,}\b`),
}

const hidden = "***"

// Redact replaces what may be a secret or somebody's text, and cuts the rest.
func Redact(text string) string {
	for _, s := range secrets {
		text = s.ReplaceAllString(text, hidden)
	}
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxError {
		text = strings.ToValidUTF8(text[:maxError], "") + "…"
	}
	return text
}
