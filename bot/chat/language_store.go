package chat

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// languageStore keeps the languages that people chose.
type languageStore struct{ db *pgxpool.Pool }

func (s languageStore) selectLanguages(ctx context.Context) (map[int64]string, error) {
	rows, err := s.db.Query(ctx, `SELECT person, language FROM bot_language`)
	if err != nil {
		return nil, fmt.Errorf("read languages: %w", err)
	}
	chosen := map[int64]string{}
	var person int64
	var tag string
	if _, err := pgx.ForEachRow(rows, []any{&person, &tag}, func() error {
		chosen[person] = tag
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read languages: %w", err)
	}
	return chosen, nil
}

func (s languageStore) of(ctx context.Context, person int64) (tag string, err error) {
	err = s.db.QueryRow(ctx, `SELECT language FROM bot_language WHERE person = $1`, person).Scan(&tag)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read language of %d: %w", person, err)
	}
	return tag, nil
}

// choose stores a choice; an empty tag removes it.
func (s languageStore) choose(ctx context.Context, person int64, tag string) error {
	if tag == "" {
		_, err := s.db.Exec(ctx, `DELETE FROM bot_language WHERE person = $1`, person)
		return err
	}
	_, err := s.db.Exec(ctx, `INSERT INTO bot_language (person, language) VALUES ($1, $2)
		ON CONFLICT (person) DO UPDATE SET language = $2, chosen_at = now()`, person, tag)
	return err
}
