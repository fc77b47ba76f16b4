package telegram

import (
	"context"
	"fmt"
)

// saveName stores the bot's username.
func (s stateStore) saveName(ctx context.Context, botID int64, username string) error {
	_, err := s.db.Exec(ctx, `INSERT INTO bot_name (bot_id, username) VALUES ($1, $2) ON CONFLICT (bot_id) DO UPDATE SET username = excluded.username`, botID, username)
	if err != nil {
		return fmt.Errorf("save the bot's name: %w", err)
	}
	return nil
}

// loadName reads the bot's username.
func (s stateStore) loadName(ctx context.Context, botID int64) (username string, err error) {
	if err = s.db.QueryRow(ctx, `SELECT username FROM bot_name WHERE bot_id = $1`, botID).Scan(&username); err != nil {
		return "", fmt.Errorf("load the bot's name: %w", err)
	}
	return username, nil
}
