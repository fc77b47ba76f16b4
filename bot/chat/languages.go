package chat

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/bot/telegram"
)

// Languages are those that people chose in /settings. Until a person chooses, their Telegram client's language counts. Few people choose, so
// the bot's process keeps all choices in memory; other processes ask Postgres.
type Languages struct {
	store  languageStore
	logger *slog.Logger

	mu     sync.Mutex
	chosen map[int64]string // by person
	newer  map[int64]bool   // people who chose since the process started
	loaded bool
}

const (
	languageCall  = 2 * time.Second
	languageAgain = 10 * time.Second // before choices that could not be read are tried again
)

func newLanguages(db *pgxpool.Pool, logger *slog.Logger) *Languages {
	return &Languages{store: languageStore{db}, logger: logger, chosen: map[int64]string{}, newer: map[int64]bool{}}
}

// loadLanguages reads the stored choices. A choice that was made meanwhile wins.
func (l *Languages) loadLanguages(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, languageCall)
	defer cancel()
	stored, err := l.store.selectLanguages(ctx)
	if err != nil {
		l.logger.LogAttrs(ctx, slog.LevelWarn, "chosen languages cannot be read; Telegram's are used", slog.Any("error", err))
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for person, tag := range stored {
		if !l.newer[person] {
			l.chosen[person] = tag
		}
	}
	l.loaded = true
}

// run repeats load until it succeeded or ctx ends.
func (l *Languages) run(ctx context.Context) {
	for !l.isLoaded() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(languageAgain):
			l.loadLanguages(ctx)
		}
	}
}

func (l *Languages) isLoaded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.loaded
}

// People are those who chose a language.
func (l *Languages) People() []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Collect(maps.Keys(l.chosen))
}

// Of is the language to speak to a person: the chosen one, else their client's.
func (l *Languages) Of(p telegram.Person) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if tag, ok := l.chosen[p.ID]; ok {
		return tag
	}
	return p.Language
}

// Chosen is the language that a person chose; empty where they chose none.
func (l *Languages) Chosen(person int64) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.chosen[person]
}

// Choose stores a person's choice; an empty tag returns to their client's language.
func (l *Languages) Choose(ctx context.Context, person int64, tag string) error {
	ctx, cancel := context.WithTimeout(ctx, languageCall)
	defer cancel()
	if err := l.store.choose(ctx, person, tag); err != nil {
		return fmt.Errorf("choose language: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.newer[person] = true
	if tag == "" {
		delete(l.chosen, person)
	} else {
		l.chosen[person] = tag
	}
	return nil
}

// Stored reads a person's choice from Postgres, for a process that is not the bot; empty where they chose none.
func (l *Languages) Stored(ctx context.Context, person int64) (string, error) {
	return l.store.of(ctx, person)
}
