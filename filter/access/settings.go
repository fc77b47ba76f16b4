package access

import (
	"time"

	"pavilion/internal/fault"
	"pavilion/storage"
)

// ErrBounds reports a limit or quota that is out of bounds.
var ErrBounds = fault.New(fault.Invalid, "limit_bounds")

// Settings are the figures that admins change at runtime. 0 means no limit.
type Settings struct {
	Searches      int `json:"searches"` // of each person, in Kind.Period; the next four too
	Taps          int `json:"taps"`
	Inline        int `json:"inline"`
	Requests      int `json:"requests"`
	AdminCommands int `json:"admin_commands"`
	FilesPerDay   int `json:"files_per_day"` // of each person
}

const (
	mostEvents = 10_000
	mostFiles  = 100_000
)

// DefaultSettings apply until an admin changes them.
func DefaultSettings() Settings {
	return Settings{Searches: 40, Taps: 120, Inline: 120, Requests: 10, AdminCommands: 60, FilesPerDay: 100}
}

// Check returns ErrBounds for figures that are out of bounds.
func (s Settings) Check() error {
	for kind := range Kinds {
		if n := s.Budget(kind); n < 0 || n > mostEvents {
			return ErrBounds
		}
	}
	if s.FilesPerDay < 0 || s.FilesPerDay > mostFiles {
		return ErrBounds
	}
	return nil
}

// Budget is how many events of a kind a person has in the kind's period.
func (s Settings) Budget(kind Kind) int { return *s.budget(kind) }

// WithBudget returns the settings with another budget of a kind.
func (s Settings) WithBudget(kind Kind, n int) Settings {
	*s.budget(kind) = n
	return s
}

func (s *Settings) budget(kind Kind) *int {
	switch kind {
	case Search:
		return &s.Searches
	case Tap:
		return &s.Taps
	case Inline:
		return &s.Inline
	case Request:
		return &s.Requests
	case AdminCommand, Kinds:
	}
	return &s.AdminCommands
}

// NewSettings makes the stored settings.
func NewSettings(db storage.Queryer, now func() time.Time) *storage.Setting[Settings] {
	return storage.NewSetting(db, storage.SettingOptions[Settings]{Name: "access", Default: DefaultSettings(), Check: Settings.Check, Now: now})
}
