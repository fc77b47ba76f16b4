package storage_test

import (
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pavilion/internal/fault"
	"pavilion/storage"
)

type cups struct {
	Size   int `json:"size"`
	Colour int `json:"colour"`
}

var errTooLarge = fault.New(fault.Invalid, "too_large")

// newCups makes a process's view of the setting of a test.
func newCups(t *testing.T, name string) *storage.Setting[cups] {
	t.Helper()
	return storage.NewSetting(openPostgres(t), storage.SettingOptions[cups]{Name: name, Default: cups{Size: 3}, Now: time.Now, Check: func(c cups) error {
		if c.Size > 100 {
			return errTooLarge
		}
		return nil
	}})
}

func TestSetting_OfConcurrentChangesToOneVersionOneIsStored(t *testing.T) {
	if got, version, err := newCups(t, "cups").Read(t.Context()); err != nil || version != 0 || got != (cups{Size: 3}) {
		t.Fatalf("before any change: %+v, version %d, %v", got, version, err)
	}
	for version := range int64(3) {
		var stored, refused atomic.Int32
		var all sync.WaitGroup
		for i := range 8 {
			s := newCups(t, "cups")
			all.Go(func() {
				switch err := s.Change(t.Context(), version, 7, cups{Size: 10 + i}); {
				case err == nil:
					stored.Add(1)
				case errors.Is(err, storage.ErrSettingChanged):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if stored.Load() != 1 || refused.Load() != 7 {
			t.Fatalf("version %d: %d stored, %d refused", version, stored.Load(), refused.Load())
		}
	}
	if err := newCups(t, "cups").Change(t.Context(), 3, 7, cups{Size: 101}); !errors.Is(err, errTooLarge) {
		t.Errorf("a value out of bounds: %v", err)
	}
}

func TestSetting_KeepsFieldsOfANewerRelease(t *testing.T) {
	db := openPostgres(t)
	if _, err := db.Exec(t.Context(), `INSERT INTO setting (name, value, changed_by) VALUES ('kept', '{"size": 5, "handle": true}', 1)`); err != nil {
		t.Fatal(err)
	}
	s := newCups(t, "kept")
	if got := s.Get(t.Context()); got.Size != 5 {
		t.Fatalf("stored: %+v", got)
	}
	if err := s.Change(t.Context(), 1, 7, cups{Size: 6}); err != nil {
		t.Fatal(err)
	}
	if got := s.Get(t.Context()); got.Size != 6 {
		t.Errorf("after the change: %+v", got)
	}
	var data []byte
	var fields map[string]any
	if err := db.QueryRow(t.Context(), "SELECT value FROM setting WHERE name = 'kept'").Scan(&data); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &fields); err != nil || fields["handle"] != true {
		t.Errorf("stored fields %v, %v", fields, err)
	}
}
