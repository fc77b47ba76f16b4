package storage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"pavilion/internal/fault"
)

// ErrSettingChanged reports a change that is based on an older version of a setting than the stored one.
var ErrSettingChanged = fault.New(fault.Conflict, "setting_changed")

const (
	settingAge  = 5 * time.Second // how old a value of Get may be
	settingCall = 2 * time.Second
)

// SettingOptions configure a Setting.
type SettingOptions[T any] struct {
	Name    string // of the row: lower-case letters and underscores
	Default T      // applies while nothing is stored
	Check   func(T) error
	Now     func() time.Time
}

// Setting is a struct of values that admins change at runtime. One row of Postgres stores it as JSON with a version; every process sees a change within
// settingAge. A stored field that T does not have is kept, because a newer release may have written it.
type Setting[T any] struct {
	db   Queryer
	opts SettingOptions[T]

	mu    sync.Mutex
	known T
	until time.Time // known is fresh until then
}

// NewSetting makes a Setting. T must be a struct that encoding/json can write and read.
func NewSetting[T any](db Queryer, o SettingOptions[T]) *Setting[T] {
	return &Setting[T]{db: db, opts: o, known: o.Default}
}

// Get returns the value, at most settingAge old. It returns the last known value, or the default, if Postgres does not answer.
func (s *Setting[T]) Get(ctx context.Context) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.opts.Now(); !now.Before(s.until) {
		ctx, cancel := context.WithTimeout(ctx, settingCall)
		defer cancel()
		if value, _, err := s.read(ctx); err == nil {
			s.known = value
		}
		s.until = now.Add(settingAge) // also after an error, so that an outage costs one wait in settingAge
	}
	return s.known
}

// Read returns the stored value and its version. The version is 0 if nothing is stored.
func (s *Setting[T]) Read(ctx context.Context) (T, int64, error) {
	value, version, err := s.read(ctx)
	if err != nil {
		return s.opts.Default, 0, fmt.Errorf("setting %s: %w", s.opts.Name, err)
	}
	return value, version, nil
}

func (s *Setting[T]) read(ctx context.Context) (T, int64, error) {
	var data []byte
	var version int64
	value := s.opts.Default
	err := s.db.QueryRow(ctx, "SELECT value, version FROM setting WHERE name = $1", s.opts.Name).Scan(&data, &version)
	if errors.Is(err, pgx.ErrNoRows) {
		return value, 0, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &value)
	}
	return value, version, err
}

// Change stores a value that the person by chose while version was the stored one. It returns Check's error for a value out of bounds, and
// ErrSettingChanged if another change came first.
func (s *Setting[T]) Change(ctx context.Context, version, by int64, value T) error {
	if err := s.opts.Check(value); err != nil {
		return err
	}
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("setting %s: %w", s.opts.Name, err)
	}
	tag, err := s.db.Exec(ctx, `
		INSERT INTO setting AS old (name, value, changed_by) SELECT $1, $2, $3 WHERE $4::bigint = 0 OR EXISTS (SELECT FROM setting WHERE name = $1)
		ON CONFLICT (name) DO UPDATE SET value = old.value || excluded.value, version = old.version + 1, changed_by = excluded.changed_by, changed_at = now()
		WHERE old.version = $4::bigint`, s.opts.Name, data, by, version)
	if err != nil {
		return fmt.Errorf("setting %s: %w", s.opts.Name, err)
	}
	if tag.RowsAffected() == 0 {
		return ErrSettingChanged
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.until = time.Time{}
	return nil
}
