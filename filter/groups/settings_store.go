package groups

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"pavilion/filter"
	"pavilion/storage"
)

func selectSettings(ctx context.Context, q storage.Queryer, chat filter.ChatID, lock bool) (Settings, int64, error) {
	query := `SELECT value, version FROM group_settings WHERE chat_id = $1`
	if lock {
		query += ` FOR UPDATE`
	}
	var data []byte
	var version int64
	err := q.QueryRow(ctx, query, int64(chat)).Scan(&data, &version)
	if errors.Is(err, pgx.ErrNoRows) {
		return Default(), 0, nil
	}
	if err != nil {
		return Default(), 0, err
	}
	s, err := decodeSettings(data)
	return s, version, err
}

// decodeSettings reads stored settings. A field that is not stored has its default.
func decodeSettings(data []byte) (Settings, error) {
	s := Default()
	if data == nil {
		return s, nil
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return Default(), fmt.Errorf("stored settings: %w", err)
	}
	return s.orDefaults(), nil
}

// insertDefaults makes a group's row, if it has none, so that it can be locked.
func insertDefaults(ctx context.Context, q storage.Queryer, chat filter.ChatID) error {
	_, err := q.Exec(ctx, `INSERT INTO group_settings (chat_id) VALUES ($1) ON CONFLICT DO NOTHING`, int64(chat))
	return err
}

// updateSettings merges s into the row. Fields that Settings does not have stay.
func updateSettings(ctx context.Context, q storage.Queryer, chat filter.ChatID, by int64, s Settings) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, `UPDATE group_settings SET value = value || $2, version = version + 1, changed_by = $3, changed_at = now(), taken_version = NULL
		WHERE chat_id = $1`, int64(chat), data, by)
	return err
}

// moveSettings gives a group's row to the supergroup that replaced it, unless an admin has changed settings of the supergroup.
func moveSettings(ctx context.Context, q storage.Queryer, from, to filter.ChatID) error {
	_, err := q.Exec(ctx, `INSERT INTO group_settings AS own (chat_id, value, version, changed_by, changed_at, taken_version)
		SELECT $2, value, version, changed_by, changed_at, taken_version FROM group_settings WHERE chat_id = $1
		ON CONFLICT (chat_id) DO NOTHING`, int64(from), int64(to))
	return err
}

// takeSwitch stores the switch of an older release. It replaces an older version of that switch and nothing that an admin changed since.
func takeSwitch(ctx context.Context, q storage.Queryer, s filter.GroupSwitch) error {
	mode := SearchAddressed
	if s.SearchOff {
		mode = SearchOff
	}
	data, err := json.Marshal(map[string]SearchMode{"search": mode})
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, `INSERT INTO group_settings AS own (chat_id, value, taken_version) VALUES ($1, $2, $3)
		ON CONFLICT (chat_id) DO UPDATE SET value = own.value || excluded.value, version = own.version + 1, taken_version = excluded.taken_version
		WHERE own.taken_version < excluded.taken_version`, int64(s.Group), data, s.Version)
	return err
}

func takeoverDone(ctx context.Context, q storage.Queryer) (done bool, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM group_takeover)`).Scan(&done)
	return done, err
}

func markTakeoverDone(ctx context.Context, q storage.Queryer) error {
	_, err := q.Exec(ctx, `INSERT INTO group_takeover DEFAULT VALUES ON CONFLICT DO NOTHING`)
	return err
}
